// [data-key="n"] is pressed by that key, [data-key-scope="ID"] only while focus is inside ID.
// "?" lists what the page has, but for an empty data-key-label. Never while typing, never with Ctrl, Alt or the command key.

const OFF = "concord-single-keys-off";
const WITH_KEYS = "transcript-pane, category-board, audit-reading, audit-responses";
const sheet = document.getElementById("keys-sheet");

/** Has the reader switched single keys off? */
export const isOff = () => localStorage.getItem(OFF) === "yes";
/** Do keys go into this element as text? */
export const isTyping = (element) =>
  element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio])");

function inScope(element) {
  const scope = element.dataset.keyScope;
  return !scope || document.getElementById(scope)?.contains(document.activeElement);
}

const usable = (element) =>
  !element.disabled && !element.closest("[inert]") && element.checkVisibility();

function press(element) {
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
}

function words(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((key) => key.remove());
  return element.getAttribute("aria-label") ?? copy.textContent.trim();
}

function rows() {
  const found = new Map([["?", "This list"]]);
  for (const element of document.querySelectorAll("[data-key]")) {
    if (usable(element) && element.dataset.keyLabel !== "" && !found.has(element.dataset.key)) {
      found.set(element.dataset.key, words(element));
    }
  }
  for (const element of document.querySelectorAll(WITH_KEYS)) {
    for (const [key, label] of element.constructor.keys) found.set(key, label);
  }
  return found;
}

function openSheet() {
  const list = sheet.querySelector(".keys");
  list.replaceChildren();
  for (const [key, label] of rows()) {
    const term = document.createElement("dt");
    term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    list.append(term, Object.assign(document.createElement("dd"), { textContent: label }));
  }
  sheet.querySelector("[data-single-keys]").checked = !isOff();
  if (!sheet.open) sheet.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isOff() || isTyping(event.target) || document.querySelector("dialog:modal")) return;
  if (event.key === "?" && sheet) {
    event.preventDefault();
    openSheet();
    return;
  }
  for (const element of document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)) {
    if (!inScope(element) || !usable(element)) continue;
    event.preventDefault();
    press(element);
    return;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest('[data-opens="keys-sheet"]')) openSheet();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-single-keys]")) return;
  if (event.target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "yes");
});
