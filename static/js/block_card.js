// #block-card[data-shows="URL"]: the block whose stripe has the focus. What is shown already is not
// fetched again; until another block has come, the card is inert, so that no key meets the wrong one.

const card = () => document.getElementById("block-card");

/** Scrolls the panel, and never the page, until the whole card is seen. */
function bringIntoView() {
  const panel = card()?.closest(".panel");
  if (!panel || getComputedStyle(panel).position !== "sticky") return;
  const below = card().getBoundingClientRect().bottom - panel.getBoundingClientRect().bottom;
  if (below > 0) panel.scrollTop += below;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const stripe = event.target.closest?.("a.stripe");
  if (!stripe || !card()) return;
  const wanted = stripe.getAttribute("href");
  if (card().dataset.shows === wanted) {
    event.preventDefault();
    return;
  }
  card().dataset.shows = wanted;
  card().inert = true;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.target.closest?.("a.stripe") || !card()) return;
  card().inert = false;
  if (event.detail.successful) return;
  card().replaceChildren();
  delete card().dataset.shows;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "block-card") bringIntoView();
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.target.id === "block-card") bringIntoView();
});
