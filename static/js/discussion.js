// #queue: when another point is open after an answer, its turn and its card come into view, and the
// card takes the focus if what had it was in the queue. Nothing moves when somebody else decides.
// Esc leaves a line that is typed in for its card, so that the keys of the choices work again.

const open = () => document.querySelector("#queue .point[data-current]");
let before = open()?.id;
let wasInQueue = false;

function isSeen(element, within) {
  const box = element.getBoundingClientRect();
  const edge = within?.getBoundingClientRect();
  return box.top >= (edge?.top ?? 0) && box.bottom <= (edge?.bottom ?? innerHeight);
}

function show(card) {
  const turn = document.querySelector(".turn[data-current]");
  if (turn && !isSeen(turn)) turn.scrollIntoView({ block: "center" });
  const panel = card.closest(".panel");
  if (panel && getComputedStyle(panel).position === "sticky" && !isSeen(card, panel)) {
    panel.scrollTop += card.getBoundingClientRect().top - panel.getBoundingClientRect().top - 16;
  }
}

document.addEventListener("htmx:beforeSwap", () => {
  const focused = document.activeElement;
  wasInQueue = focused === document.body || focused.closest("#queue") !== null;
});

document.addEventListener("htmx:afterSettle", () => {
  const card = open();
  if (!document.getElementById("queue") || card?.id === before) return;
  before = card?.id;
  const target = card ?? document.getElementById("queue");
  if (wasInQueue) target.focus({ preventScroll: true });
  if (card) show(card);
});

document.addEventListener("keydown", (event) => {
  const card = event.key === "Escape" && event.target.closest("#queue textarea")?.closest(".point");
  if (card) card.focus({ preventScroll: true });
});
