// When an answer takes away what had the focus, the focus goes to what has its id now, or else to
// the nearest part of the page around it that is still there; never back to the top of the page.

let around = []; // ids, from what had the focus outwards

document.addEventListener("htmx:beforeSwap", () => {
  around = [];
  for (let at = document.activeElement; at; at = at.parentElement) if (at.id) around.push(at.id);
});

function giveBack() {
  if (document.activeElement !== document.body) return;
  const next = around.map((id) => document.getElementById(id)).find((each) => each?.checkVisibility());
  if (!next) return;
  if (next.tabIndex < 0) next.tabIndex = -1;
  next.focus({ preventScroll: true });
}

// Later than what a page does itself when htmx has settled.
document.addEventListener("htmx:afterRequest", () => setTimeout(giveBack, 50));
