// form[data-autosave]: presses its [data-draft] button 800 ms after the last keystroke and its
// [data-publish] button when the field is left. Both buttons carry their own hx-* attributes; the
// server's answer replaces the "saved" line.

const PAUSE = 800;
const waiting = new WeakMap();
const changed = new WeakSet();

function press(form, kind) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  form.removeAttribute("data-typing");
  if (form.isConnected) form.querySelector(`[data-${kind}]`)?.click();
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-autosave]");
  if (!form) return;
  changed.add(form);
  form.setAttribute("data-typing", "");
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => press(form, "draft"), PAUSE));
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest?.("form[data-autosave]");
  if (!form || !changed.has(form) || form.contains(event.relatedTarget)) return;
  changed.delete(form);
  press(form, "publish");
});

// What is done with a core idea sends its words along, and the answer takes the field away while it
// may still have the focus. That is no leaving: published then, the words would undo what was done.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const form = detail.requestConfig.elt.closest("form[data-autosave]");
  if (!form || !detail.shouldSwap || !detail.target.contains(form)) return;
  changed.delete(form);
  clearTimeout(waiting.get(form));
});

// What is published is no longer something that was only typed, unless more was typed since.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt, parameters } = detail.requestConfig;
  const field = elt.matches("[data-publish]") && elt.form?.elements.text;
  if (field && detail.successful && field.value === parameters.text) field.defaultValue = field.value;
});

// A page left in mid-word still sends the draft: the browser asks first while one is waiting.
window.addEventListener("beforeunload", (event) => {
  for (const form of document.querySelectorAll("form[data-autosave][data-typing]")) {
    press(form, "draft");
    event.preventDefault();
  }
});
