// Keys of moderation: one letter follows the link that names it in data-key. They can be turned off, for those whose
// dictation or switches type letters by themselves.

const OFF = "moderation-keys-off";
const list = document.querySelector("[data-keys]");

function areOff() {
  return localStorage.getItem(OFF) === "1";
}

function show(button) {
  button.textContent = areOff() ? "Turn the keys on" : "Turn the keys off";
  list.classList.toggle("off", areOff());
}

if (list) {
  const button = list.querySelector("[data-keys-switch]");
  button.hidden = false;
  show(button);
  button.addEventListener("click", () => {
    if (areOff()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    show(button);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || areOff()) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
});
