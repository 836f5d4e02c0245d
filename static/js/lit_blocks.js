// [data-block="12"]: while it is hovered or focused, every piece of block 12 and its words light up.

let lit = null;

function light(block) {
  if (block === lit) return;
  for (const piece of document.querySelectorAll("[data-lit]")) piece.removeAttribute("data-lit");
  lit = block;
  if (!block) return;
  const pieces = `[data-block="${CSS.escape(block)}"], [data-blocks~="${CSS.escape(block)}"]`;
  for (const piece of document.querySelectorAll(pieces)) piece.setAttribute("data-lit", "");
}

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    light(event.target.closest?.("[data-block]")?.dataset.block ?? null);
  });
}
