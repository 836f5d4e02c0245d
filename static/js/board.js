// <category-board data-move-form="ID" data-picker="ID">: cards move by drag (SortableJS, if the page
// loads it) or by keys; a move fills the form and sends it. A refreshed board keeps its place.
import { announce } from "./announcer.js";
import { openPicker } from "./picker.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let moved = null; // core idea that was moved last: gets the focus back after the swap
const places = new Map(); // where the panes were scrolled to

const categoryOf = (card) => card.closest(".cards").dataset.category;

class CategoryBoard extends HTMLElement {
  static keys = [
    ["← → ↑ ↓", "Move between cards"],
    ["m", "Move the card to a category"],
    ["e", "Raw data of the card"],
  ];

  constructor() {
    super();
    this.addEventListener("pointerdown", () => this.setUp(), true);
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("scroll", ({ target }) => this.remember(target), true);
  }

  connectedCallback() {
    this.setUp();
    for (const [name, [left, top]] of places) this.querySelector(`.${name}`)?.scrollTo(left, top);
    if (!moved) return;
    const { idea, to } = moved;
    moved = null;
    const there = `.cards[data-category="${CSS.escape(to)}"] [data-core-idea="${idea}"]`;
    const card = this.querySelector(there) ?? this.querySelector(`[data-core-idea="${idea}"]`);
    card?.focus();
  }

  remember(pane) {
    places.set(pane.classList[0], [pane.scrollLeft, pane.scrollTop]);
  }

  setUp() {
    if (!window.Sortable || !this.dataset.moveForm) return;
    for (const list of this.querySelectorAll(".cards")) {
      if (window.Sortable.get(list)) continue;
      new window.Sortable(list, {
        group: "cards",
        draggable: ".idea-card",
        animation: calm ? 0 : 120,
        delay: 150,
        delayOnTouchOnly: true,
        onEnd: (drop) => this.drop(drop),
      });
    }
  }

  drop({ item, from, to, oldDraggableIndex, newDraggableIndex }) {
    if (from === to && oldDraggableIndex === newDraggableIndex) return;
    const form = document.getElementById(this.dataset.moveForm);
    form.elements.core_idea.value = item.dataset.coreIdea;
    form.elements.from.value = from.dataset.category;
    form.elements.to.value = to.dataset.category;
    form.elements.position.value = newDraggableIndex;
    moved = { idea: item.dataset.coreIdea, to: to.dataset.category };
    form.requestSubmit();
  }

  openPicker(card) {
    const picker = document.getElementById(this.dataset.picker);
    if (!picker) return;
    const idea = card.dataset.coreIdea;
    openPicker(picker, { core_idea: idea, from: categoryOf(card) }, card.getBoundingClientRect());
    const chosen = (event) => (moved = { idea, to: event.submitter?.value ?? "" });
    picker.addEventListener("submit", chosen, { once: true });
    picker.addEventListener("toggle", (event) => {
      if (event.newState === "closed") setTimeout(() => picker.removeEventListener("submit", chosen));
    }, { once: true });
  }

  neighbour(card, key) {
    const cards = [...this.querySelectorAll(".idea-card")];
    if (key === "ArrowDown") return cards[cards.indexOf(card) + 1];
    if (key === "ArrowUp") return cards[cards.indexOf(card) - 1];
    const columnOf = (each) => each.closest(".column, .unsorted");
    const columns = [...this.querySelectorAll(".unsorted, .column")].filter((column) =>
      column.querySelector(".idea-card"),
    );
    const forwards = (key === "ArrowRight") === (getComputedStyle(this).direction !== "rtl");
    const column = columns[columns.indexOf(columnOf(card)) + (forwards ? 1 : -1)];
    const height = card.getBoundingClientRect().top;
    const distance = (each) => Math.abs(each.getBoundingClientRect().top - height);
    return [...(column?.querySelectorAll(".idea-card") ?? [])].sort(
      (a, b) => distance(a) - distance(b),
    )[0];
  }

  onKey(event) {
    const card = event.target;
    if (!card.matches(".idea-card") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) {
      const next = this.neighbour(card, event.key);
      if (next) next.focus();
      else announce("No further card");
    } else if (event.key === "m") {
      this.openPicker(card);
    } else if (event.key === "e" || event.key === "Enter") {
      card.querySelector(".card-open")?.click();
    } else {
      return;
    }
    event.preventDefault();
  }
}

customElements.define("category-board", CategoryBoard);
