// What scripts add to a form with a preview: it follows the typing, its lines lead into the text, and what is not saved is told.

const WAIT_MS = 700;
const GAP_MS = 2000;

for (const form of document.querySelectorAll("form[data-editor]")) edit(form);

function edit(form) {
  const panel = form.querySelector("[data-panel]");
  const text = document.getElementById(form.querySelector("[data-source]").dataset.source);
  const saved = form.querySelector("[data-saved]");
  let isDirty = false;
  let timer = 0;
  let asking = null;
  let askedAt = 0;

  async function shown(act) {
    asking?.abort();
    asking = new AbortController();
    askedAt = Date.now();
    const body = new URLSearchParams(new FormData(form));
    body.set("_act", act);
    const answer = await fetch(form.action, { method: "POST", body, signal: asking.signal, headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.ok ? page : null;
  }

  function say(words) {
    const told = panel.querySelector("[data-told]");
    if (told.textContent !== words) told.textContent = words;
  }

  function show(page) {
    const next = page?.querySelector("[data-panel]");
    if (!next) return say("The preview could not be brought up to date. What you typed is still here.");
    panel.querySelector("[data-judged]").replaceWith(next.querySelector("[data-judged]"));
    say(next.querySelector("[data-told]").textContent);
  }

  async function preview() {
    clearTimeout(timer);
    try {
      show(await shown("preview"));
    } catch (error) {
      if (error.name !== "AbortError") show(null);
    }
  }

  async function takeSuggestion() {
    const page = await shown("suggestion").catch(() => null);
    const mended = page?.getElementById(text.id);
    if (mended) {
      text.value = mended.value;
      changed();
      text.focus();
    }
    show(page);
  }

  function changed() {
    isDirty = true;
    if ("unsaved" in saved.dataset) return;
    saved.dataset.unsaved = "";
    saved.textContent = "Not saved yet.";
  }

  function lead(number) {
    const lines = text.value.split("\n");
    const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[number - 1] ?? "").length);
    text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, number - 4);
  }

  form.addEventListener("input", (event) => {
    changed();
    if (event.target !== text) return;
    clearTimeout(timer);
    timer = setTimeout(preview, Math.max(WAIT_MS, askedAt + GAP_MS - Date.now()));
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=_act]");
    const line = event.target.closest("[data-line]");
    const fill = button?.dataset.fill;
    if (button?.value === "preview") event.preventDefault(), preview();
    else if (button?.value === "suggestion") event.preventDefault(), takeSuggestion();
    else if (fill) event.preventDefault(), put(button.dataset.into, fill);
    else if (line) event.preventDefault(), lead(Number(line.dataset.line));
  });
  form.addEventListener("submit", () => (isDirty = false));
  addEventListener("beforeunload", (event) => isDirty && event.preventDefault());

  function put(id, value) {
    const field = document.getElementById(id);
    field.value = value;
    field.focus();
    changed();
  }
}
