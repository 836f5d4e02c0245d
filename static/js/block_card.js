// #block-card[data-shows="URL"]: the block whose stripe has the focus, fetched from the stripe's own
// address. Until another block has come, the card is inert, so that no key meets the wrong one.
import { REFUSED } from "./live_swap.js";

const card = () => document.getElementById("block-card");
const stripeAt = (event) => event.target.closest?.("transcript-pane a.stripe");

function empty() {
  card().replaceChildren();
  delete card().dataset.shows;
}

function show(stripe) {
  const wanted = stripe.getAttribute("href");
  if (!card() || card().dataset.shows === wanted) return;
  card().dataset.shows = wanted;
  card().inert = true;
  window.htmx.ajax("GET", wanted, { source: stripe, target: card(), swap: "innerHTML" });
}

/** Scrolls the panel, and never the page, until the whole card is seen. */
function bringIntoView() {
  const panel = card()?.closest(".panel");
  if (!panel || getComputedStyle(panel).position !== "sticky") return;
  const below = card().getBoundingClientRect().bottom - panel.getBoundingClientRect().bottom;
  if (below > 0) panel.scrollTop += below;
}

document.addEventListener("focusin", (event) => {
  const stripe = stripeAt(event);
  if (stripe) show(stripe);
});

document.addEventListener("click", (event) => {
  const stripe = stripeAt(event);
  if (!stripe || !card() || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  show(stripe);
});

// Somebody who tabs quickly may be at another stripe when an answer comes: only the last one counts.
const asked = (event) => event.detail.requestConfig?.elt?.closest?.("a.stripe")?.getAttribute("href");

document.addEventListener("htmx:beforeSwap", (event) => {
  const url = asked(event);
  if (url && url !== card()?.dataset.shows) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const isCard = card() && event.detail.requestConfig.elt === card();
  if (isCard && event.detail.xhr.status === 404) empty();
  const url = asked(event);
  if (!url || url !== card()?.dataset.shows) return;
  card().inert = false;
  if (event.detail.successful) return bringIntoView();
  empty();
});

// Somebody else changed the case: the block may be another one by now. What is typed stays.
document.body.addEventListener("live:beside", () => {
  const shown = card()?.dataset.shows;
  if (!shown || card().querySelector(REFUSED)) return;
  window.htmx.ajax("GET", shown, {
    source: card(),
    target: card(),
    swap: "morph:innerHTML",
    headers: { "Concord-Live": "part" },
  });
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.target.id === "block-card") bringIntoView();
});
