// Follows an install intent by the API until it ends, counts its token down, and leaves no token behind on the way out.

import { offerCopying } from "./site.js";

const SOON_MS = 2000;
const LATER_MS = 10000;
const SOON_FOR_MS = 120000;

const told = document.querySelector("[data-told]");
const opened = Date.now();
let shown = document.querySelector("[data-intent]");
let counting = 0;
let asking = 0;

follow();

function follow() {
  clearInterval(counting);
  clearTimeout(asking);
  if (shown.dataset.ended) return;
  countDown();
  asking = setTimeout(ask, Date.now() - opened < SOON_FOR_MS ? SOON_MS : LATER_MS);
}

async function ask() {
  if (document.hidden) return;
  let wait = Date.now() - opened < SOON_FOR_MS ? SOON_MS : LATER_MS;
  try {
    const answer = await fetch(shown.dataset.intent, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const { installIntent } = await answer.json();
      if (`${installIntent.status} ${installIntent.updatedAtMs}` !== shown.dataset.standing) return await renew();
    } else if (answer.status === 401 || answer.status === 404) {
      return lose();
    }
    wait = Math.max(wait, 1000 * Number(answer.headers.get("Retry-After") ?? 0));
  } catch {
    wait = LATER_MS;
  }
  asking = setTimeout(ask, wait);
}

// The page as it stands now, without the token that it may have shown. what: has happened, to be said first.
async function renew(what = "") {
  clearTimeout(asking);
  try {
    const answer = await fetch(shown.dataset.page, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-intent]");
    if (answer.ok && fresh) return put(fresh, page.title, what);
    if (answer.ok || answer.status === 404) return lose();
  } catch {
    // The network is away: asked again below.
  }
  asking = setTimeout(() => renew(what), LATER_MS);
}

function put(fresh, title, what) {
  const hadFocus = shown.contains(document.activeElement);
  shown.replaceWith(fresh);
  shown = fresh;
  offerCopying(shown);
  document.title = title;
  history.replaceState(null, "", shown.dataset.page);
  if (hadFocus) shown.querySelector("h1").focus();
  say([what, shown.querySelector("[data-said]")?.textContent].filter(Boolean).join(" "));
  follow();
}

function lose() {
  told.classList.remove("hidden");
  say("This page no longer follows the install. Load it again.");
}

function say(text) {
  told.textContent = text;
}

function countDown() {
  const left = shown.querySelector("[data-left-ms]");
  if (!left) return;
  const endsAt = Date.now() + Number(left.dataset.leftMs);
  const clock = document.createElement("span");
  clock.className = "countdown";
  left.append(clock);
  const tick = () => {
    const seconds = Math.max(0, Math.round((endsAt - Date.now()) / 1000));
    clock.textContent = ` (${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left)`;
    if (seconds === 0) {
      clearInterval(counting);
      renew("The token has expired.");
    }
  };
  counting = setInterval(tick, 1000);
  tick();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !shown.dataset.ended) {
    clearTimeout(asking);
    ask();
  }
});

// Going on to the partner: Back asks for this page anew, and finds out what became of it.
document.querySelector("[data-leaves]")?.addEventListener("submit", () => {
  history.replaceState(null, "", shown.dataset.page);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) renew();
});
