// <category-board>: the cards of a board are links, one tab stop together. They move by drag
// (SortableJS, if the page loads it) or by keys; a move fills the form data-move-form and sends it.
// What the server draws again keeps its place and the focus.
import { announce } from "./announcer.js";
import { openPicker } from "./picker.js";

const CARD = ".idea-card > a";
const FIELD = "input, textarea, select";
let moved = null; // the card moved last: gets the focus back when it is drawn again
let held = null; // the id of the card that had the focus when an answer came
const places = new Map(); // where the panes were scrolled to

const keyOf = (card) => card.id.slice("card-".length); // "45-3": core idea 45 in category 3
const ideaOf = (id) => id.split("-")[1];
const codeOf = (card) => card.querySelector(".case-code").textContent;

class CategoryBoard extends HTMLElement {
  static keys = [
    ["← → ↑ ↓", "Move between cards"],
    ["m", "Move the card to a category"],
    ["a", "Add the card to one more category"],
    ["x", "Take the card out of its category"],
    ["Space", "Select the card, to move several"],
    ["e", "Raw data of the card"],
  ];

  connectedCallback() {
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("focusin", (event) => this.stopAt(event.target.closest(CARD)));
    this.addEventListener("scroll", ({ target }) => this.remember(target), true);
    this.addEventListener("htmx:afterRequest", (event) => this.settle(event));
    new MutationObserver((changes) => {
      const drawn = changes.flatMap(({ addedNodes }) => [...addedNodes]);
      const lists = drawn.filter((node) => node.matches?.(".cards"));
      const cards = drawn.filter((node) => node.matches?.(".idea-card"));
      if (this.hasAttribute("data-dragging") || !(lists.length || cards.length)) return;
      for (const card of cards) card.querySelector("a").tabIndex = -1;
      this.prepare(lists);
    }).observe(this, { childList: true, subtree: true });
    this.prepare([...this.querySelectorAll(".cards")]);
    for (const [name, [left, top]] of places) this.querySelector(`.${name}`)?.scrollTo(left, top);
  }

  remember(pane) {
    places.set(pane.classList[0], [pane.scrollLeft, pane.scrollTop]);
  }

  prepare(lists) {
    for (const list of lists) {
      for (const card of list.querySelectorAll(CARD)) card.tabIndex = -1;
      if (window.Sortable && this.dataset.moveForm) this.makeSortable(list);
    }
    this.giveFocusBack();
    if (!this.stop?.isConnected) this.stopAt(this.querySelector(CARD));
  }

  // To the card that was moved last, unless another has been gone to since, and never out of a field.
  giveFocusBack() {
    const isElsewhere = held && ideaOf(held) !== moved?.idea;
    const id = isElsewhere ? held : moved && `card-${moved.idea}-${moved.to}`;
    const isFree = moved || document.activeElement === document.body;
    moved = null;
    if (id && isFree && !document.activeElement.matches(FIELD)) this.cardAt(id)?.focus();
  }

  /** The card with this id, or the same core idea where it stands now. */
  cardAt(id) {
    const again = `[id^="card-${CSS.escape(ideaOf(id))}-"]`;
    return document.getElementById(id) ?? this.querySelector(again);
  }

  makeSortable(list) {
    new window.Sortable(list, {
      group: "cards",
      sort: false,
      draggable: ".idea-card",
      delay: 150,
      delayOnTouchOnly: true,
      scrollSensitivity: 80,
      onStart: () => this.setAttribute("data-dragging", ""),
      onEnd: (drop) => {
        this.removeAttribute("data-dragging");
        this.drop(drop);
      },
    });
  }

  stopAt(card) {
    if (!card) return;
    if (this.stop) this.stop.tabIndex = -1;
    this.stop = card;
    card.tabIndex = 0;
  }

  drop({ item, from, to, oldDraggableIndex, originalEvent }) {
    if (from === to) return;
    this.dropped = { item, from, before: from.children[oldDraggableIndex] ?? null };
    item.querySelector("a").focus();
    this.send(item.querySelector("a"), to.dataset.category, originalEvent.altKey ? "add" : "move");
  }

  // What was refused (or never arrived) goes back to where it was dragged from.
  settle({ target, detail }) {
    const { status } = detail.xhr;
    const taken = status >= 200 && status < 400;
    if (!taken) moved = null;
    if (target.id !== this.dataset.moveForm) return;
    const { item, from, before } = this.dropped ?? {};
    if (item && !taken) from.insertBefore(item, before);
    this.dropped = null;
  }

  chosen(card) {
    const selected = [...this.querySelectorAll(`.idea-card[data-selected] > a`)];
    return selected.includes(card) ? selected : [card];
  }

  send(card, to, how) {
    const form = document.getElementById(this.dataset.moveForm);
    form.elements.card.value = this.chosen(card).map(keyOf).join(",");
    form.elements.to.value = to;
    form.elements.how.value = how;
    moved = { idea: parseInt(keyOf(card)).toString(), to };
    form.requestSubmit();
  }

  openPicker(card, how) {
    const picker = document.getElementById(this.dataset.picker);
    if (!picker) return;
    const cards = this.chosen(card);
    const what = cards.length > 1 ? `${cards.length} cards` : codeOf(card);
    const verb = how === "add" ? `Add ${what} to` : `Move ${what} to`;
    picker.querySelector(".picker-filter").placeholder = `${verb} …`;
    openPicker(
      picker,
      { card: cards.map(keyOf).join(","), how },
      card.parentElement.getBoundingClientRect(),
    );
    picker.onsubmit = ({ submitter }) => {
      moved = { idea: parseInt(keyOf(card)).toString(), to: submitter?.value ?? "" };
    };
  }

  open(card) {
    const form = document.getElementById(this.dataset.openForm);
    for (const other of this.querySelectorAll(".idea-card[data-current]")) {
      other.removeAttribute("data-current");
    }
    card.parentElement.setAttribute("data-current", "");
    form.elements.card.value = parseInt(keyOf(card));
    form.requestSubmit();
  }

  select(card) {
    const on = card.parentElement.toggleAttribute("data-selected");
    const count = this.querySelectorAll(".idea-card[data-selected]").length;
    announce(`${codeOf(card)} ${on ? "selected" : "no longer selected"}, ${count} in all`);
  }

  neighbour(card, key) {
    const cards = [...this.querySelectorAll(CARD)];
    if (key === "ArrowDown") return cards[cards.indexOf(card) + 1];
    if (key === "ArrowUp") return cards[cards.indexOf(card) - 1];
    const columns = [...this.querySelectorAll(".unsorted, .column")].filter((column) =>
      column.querySelector(CARD),
    );
    const forwards = (key === "ArrowRight") === (getComputedStyle(this).direction !== "rtl");
    const at = columns.indexOf(card.closest(".column, .unsorted"));
    const height = card.getBoundingClientRect().top;
    const distance = (each) => Math.abs(each.getBoundingClientRect().top - height);
    const there = columns[at + (forwards ? 1 : -1)]?.querySelectorAll(CARD) ?? [];
    return [...there].sort((a, b) => distance(a) - distance(b))[0];
  }

  onClick(event) {
    const card = event.target.closest(CARD);
    if (!card || event.shiftKey || event.button) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) this.select(card);
    else this.open(card);
  }

  onKey(event) {
    const card = event.target.closest(CARD);
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) {
      const next = this.neighbour(card, event.key);
      if (next) next.focus();
      else announce("No further card");
    } else if (event.key === "e" || event.key === "Enter") {
      this.open(card);
    } else if (!this.dataset.moveForm) {
      return;
    } else if (event.key === "m" || event.key === "a") {
      this.openPicker(card, event.key === "a" ? "add" : "move");
    } else if (event.key === "x") {
      if (card.closest(".cards").dataset.category) this.send(card, "", "move");
      else announce("It is not in a category");
    } else if (event.key === " ") {
      this.select(card);
    } else {
      return;
    }
    event.preventDefault();
  }
}

customElements.define("category-board", CategoryBoard);

document.addEventListener("htmx:beforeSwap", () => {
  held = document.activeElement?.closest(CARD)?.id ?? null;
});

const OPENERS = ".column-edit, #agree-link, #reopen-link";

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!detail.requestConfig?.elt?.matches(OPENERS)) return;
  detail.target.querySelector("input:not([type=hidden]), textarea, button")?.focus();
});

document.addEventListener("click", (event) => {
  const board = document.querySelector("category-board");
  if (board?.stop && event.target.closest(".panel-close")) board.stop.focus();
});
