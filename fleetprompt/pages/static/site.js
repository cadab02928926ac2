// What scripts add to pages that work without them: focus, copying, one sending at a time, images that open large.

const search = document.querySelector("[data-search]");
if (search) {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });
}

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

if (matchMedia("(max-width: 60rem)").matches) {
  for (const side of document.querySelectorAll("[data-side]")) side.open = false;
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
