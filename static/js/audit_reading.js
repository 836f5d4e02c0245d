// <audit-reading data-comment-form="ID">: what an auditor reads. Words that are selected in an item,
// or the item that has the focus, are put into that form, whose button opens the comment's own form.
// Without the attribute it is only read. Focus goes to the comment and back to its item.
import { announce } from "./announcer.js";
import { isOff, isTyping } from "./shortcuts.js";
import { followTouch, isByTouch, isPressed, standBy } from "./touch_selection.js";

const SETTLED = 250; // ms without a change
const LONGEST = 500;

class AuditReading extends HTMLElement {
  static keys = [
    ["j k", "Next, previous item"],
    ["c", "Comment on the item, or on the words that are selected"],
    ["n p", "Next, previous comment"],
    ["Enter", "Open the comment, or what is said of the item"],
  ];

  item = null; // where the focus was last, or what is commented on

  connectedCallback() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    const listen = (name, act) => document.addEventListener(name, act, { signal });
    listen("keydown", (event) => this.onKey(event));
    listen("selectionchange", () => this.onSelection());
    followTouch({ moves: () => this.onTouch(), rests: () => this.offer(), signal });
    listen("pointerdown", (event) => this.onPress(event));
    listen("htmx:beforeRequest", (event) => this.onOpen(event));
    listen("htmx:beforeSwap", (event) => this.leave(event.detail));
    listen("htmx:afterSettle", () => this.onSettle());
    this.addEventListener("focusin", (event) => this.enter(event.target.closest("[data-item]")));
    this.enter(this.querySelector("[data-item][data-current]"));
  }

  disconnectedCallback() {
    this.leaving.abort();
  }

  get popover_() {
    return document.getElementById(this.dataset.commentForm);
  }

  get form() {
    return document.getElementById("comment-form");
  }

  get items() {
    return [...this.querySelectorAll("[data-item]")];
  }

  get comments() {
    return [...document.querySelectorAll("#comments [data-comment]")];
  }

  enter(item) {
    if (!item) return;
    this.item = item.id;
    for (const each of this.items) each.toggleAttribute("data-current", each === item);
  }

  /** Can this item be commented on? In a round on the core ideas passages are only read. */
  takes(item) {
    return Boolean(item && this.contains(item) && item.querySelector("[data-comment-on]"));
  }

  /** The words that are selected, and the item they stand in; nothing where they span two. */
  selected() {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const at = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node);
    const item = at(range.startContainer).closest?.("[data-item]");
    if (!this.takes(item) || at(range.endContainer).closest("[data-item]") !== item) return null;
    const copy = range.cloneContents();
    for (const each of copy.querySelectorAll("del, .turn-ref, .core-idea-meta")) each.remove();
    const quote = copy.textContent.replace(/\s+/g, " ").trim();
    return quote ? { item, quote: [...quote].slice(0, LONGEST).join(""), range } : null;
  }

  onSelection() {
    clearTimeout(this.waiting);
    if (!this.popover_ || isByTouch()) return;
    if (getSelection().isCollapsed) return this.hide();
    this.waiting = setTimeout(() => this.offer(), SETTLED);
  }

  // What stood there would be under the finger; a tap on it may take the selection away first.
  onTouch() {
    clearTimeout(this.waiting);
    if (!isPressed(this.popover_)) this.hide();
  }

  offer() {
    const popover = this.popover_;
    const found = popover && this.selected();
    if (!found) return this.hide();
    this.fill(found.item, found.quote);
    if (!popover.matches(":popover-open")) {
      popover.showPopover();
      announce(isByTouch() ? "Selected: you can comment on it" : "Press c to comment on what is selected");
    }
    if (isByTouch()) return standBy(found.range, popover);
    const rects = found.range.getClientRects();
    const last = rects[rects.length - 1];
    const room = document.documentElement.clientWidth - popover.offsetWidth - 8;
    popover.style.left = `${Math.max(8, Math.min(last.right, room)) + scrollX}px`;
    popover.style.top = `${last.bottom + 6 + scrollY}px`;
  }

  hide() {
    if (this.popover_?.matches(":popover-open")) this.popover_.hidePopover();
  }

  fill(item, quote) {
    const { on, at, quote: words } = this.popover_.elements;
    on.value = item.dataset.item;
    at.value = item.dataset.number;
    words.value = quote;
    this.enter(item);
  }

  // A press on the button must not take the selection away before it is clicked.
  onPress(event) {
    if (event.target.closest(".quote-popover")) event.preventDefault();
  }

  comment() {
    const found = this.selected();
    const item = found?.item ?? document.getElementById(this.item);
    if (!this.takes(item)) return announce("Go to an item first, with j");
    this.fill(item, found?.quote ?? "");
    this.popover_.requestSubmit();
  }

  // Words selected while the comment on their item is open belong to it. The form of another item is
  // left before it makes room, so that what is typed there is saved.
  onOpen(event) {
    const { elt, target } = event.detail;
    if (target?.id !== "comment-place" || elt.closest("#comment-form")) return;
    if (elt === this.popover_ && this.takeUp(elt.elements)) event.preventDefault();
    else this.leave({ target, requestConfig: { elt } });
    this.hide();
  }

  leave({ target, requestConfig }) {
    const form = this.form;
    if (target?.id !== "comment-place" || !form || form.contains(requestConfig.elt)) return;
    if (form.contains(document.activeElement)) document.activeElement.blur();
  }

  takeUp({ on, at, quote }) {
    const field = this.form?.elements.quote;
    const { item, number } = this.form?.dataset ?? {};
    if (!field || item !== on.value || number !== at.value || field.value) return false;
    if (!quote.value) return this.form.elements.text.focus() ?? true;
    field.value = quote.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    getSelection().removeAllRanges();
    this.form.elements.text.focus();
    return true;
  }

  onSettle() {
    const form = this.form;
    if (form && form !== this.opened) {
      getSelection().removeAllRanges();
      const { item, number } = form.dataset;
      const same = (each) => each.dataset.item === item && each.dataset.number === number;
      const about = this.items.find(same) ?? null;
      this.enter(about);
      about?.scrollIntoView({ block: "nearest" });
    } else if (!form && this.opened) {
      const back = document.getElementById(this.item) ?? document.getElementById("whole");
      if (document.activeElement === document.body) back.focus({ preventScroll: true });
    }
    this.opened = form;
  }

  step(list, by) {
    const focused = document.activeElement;
    const at = list.findIndex((each) => each === focused || each.contains(focused));
    const from = at < 0 && list === this.cache ? list.findIndex((each) => each.id === this.item) : at;
    const next = list[from < 0 ? (by > 0 ? 0 : list.length - 1) : from + by];
    if (!next) return announce(by > 0 ? "Nothing further down" : "Nothing further up");
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  open() {
    const focused = document.activeElement;
    if (focused.matches("[data-comment]")) return focused.querySelector("[data-change]")?.click();
    const link = focused.querySelector(".remarks a:not(.comment-on)");
    const said = link && document.getElementById(link.hash.slice(1));
    if (said) said.focus();
    else this.comment();
  }

  onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return this.onEscape(event);
    if (isOff() || isTyping(event.target) || document.querySelector("dialog:modal")) return;
    const onItem = event.target.matches("[data-item], [data-comment]");
    this.cache = this.items;
    const actions = {
      j: () => this.step(this.cache, 1),
      k: () => this.step(this.cache, -1),
      n: () => this.step(this.comments, 1),
      p: () => this.step(this.comments, -1),
      ...(this.popover_ && { c: () => this.comment() }),
      ...(onItem && { Enter: () => this.open() }),
    };
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }

  /** Out of the form: it is saved, closed, and its item has the focus again. */
  onEscape(event) {
    if (!event.target.closest("#comment-form") || !this.form) return;
    event.preventDefault();
    if (this.form.hasAttribute("data-typing")) this.form.querySelector("[data-draft]").click();
    this.form.querySelector("[data-closes-comment]").click();
  }
}

customElements.define("audit-reading", AuditReading);
