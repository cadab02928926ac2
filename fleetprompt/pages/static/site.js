// What scripts add to pages that work without them: keys, focus, copying, one sending at a time, images that open large.

// Single keys: each follows the link, or goes to the field, that names it in data-key. They can be turned off, for those
// whose dictation or switches type letters by themselves; where nothing may be kept, for as long as the page is open.
const KEYS_OFF = "keys-off";
let areKeysOff = recalled();
showKeys();

function recalled() {
  try {
    return localStorage.getItem(KEYS_OFF) === "1";
  } catch {
    return false;
  }
}

function turnKeys() {
  areKeysOff = !areKeysOff;
  try {
    if (areKeysOff) localStorage.setItem(KEYS_OFF, "1");
    else localStorage.removeItem(KEYS_OFF);
  } catch {
    // Nothing may be kept here.
  }
  showKeys();
}

function showKeys() {
  document.documentElement.toggleAttribute("data-keys-off", areKeysOff);
  for (const button of document.querySelectorAll("[data-keys-switch]")) {
    button.hidden = false;
    button.textContent = `Turn keyboard shortcuts ${areKeysOff ? "on" : "off"}`;
  }
}

for (const button of document.querySelectorAll("[data-keys-switch]")) button.addEventListener("click", turnKeys);
addEventListener("storage", () => {
  areKeysOff = recalled();
  showKeys();
});
document.addEventListener("keydown", (event) => {
  if (areKeysOff || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const named = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!named) return;
  event.preventDefault();
  if (!named.matches("input")) return named.click();
  named.focus();
  named.select();
});

document.querySelector("[data-focus]")?.focus();

// root: the page, or a part of it that a script has put there anew.
export function offerCopying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    const word = [...button.childNodes];
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
      announce("Copied");
      setTimeout(() => button.replaceChildren(...word), 2000);
    });
  }
}
offerCopying(document);

function announce(text) {
  let live = document.querySelector("[data-live]");
  if (!live) {
    live = document.createElement("p");
    live.className = "hidden";
    live.setAttribute("role", "status");
    live.dataset.live = "";
    document.body.append(live);
  }
  live.textContent = text;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});

// A list at the side becomes a disclosure where the window is as narrow as it says.
for (const side of document.querySelectorAll("[data-side]")) {
  if (matchMedia(`(max-width: ${side.dataset.side})`).matches) side.open = false;
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const link of document.querySelectorAll("[data-large]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showLarge(link);
  });
}

function showLarge(link) {
  const small = link.querySelector("img");
  const dialog = document.createElement("dialog");
  const image = document.createElement("img");
  const foot = document.createElement("div");
  const told = document.createElement("p");
  const close = document.createElement("button");
  image.src = link.href;
  image.alt = small.alt;
  image.referrerPolicy = "no-referrer";
  told.textContent = small.alt;
  close.textContent = "Close";
  close.className = "button quiet";
  dialog.className = "large";
  dialog.setAttribute("aria-label", small.alt);
  foot.className = "large-foot";
  foot.append(told, close);
  dialog.append(image, foot);
  document.body.append(dialog);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  dialog.showModal();
}
