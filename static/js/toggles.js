// button[data-toggles="NAME"][aria-controls="ID"]: flips the attribute data-NAME of that element;
// aria-pressed follows on every such button. The element must not be one that is swapped.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggles]");
  const target = button && document.getElementById(button.getAttribute("aria-controls"));
  if (!target) return;
  const name = button.dataset.toggles;
  const on = target.toggleAttribute(`data-${name}`);
  for (const twin of document.querySelectorAll(`[data-toggles="${CSS.escape(name)}"]`)) {
    twin.setAttribute("aria-pressed", String(on));
  }
});
