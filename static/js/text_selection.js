// <transcript-pane data-picker="ID">: a selection by mouse, touch or keyboard becomes start, end, quote
// and exact in that picker's hidden inputs. Snaps to sentences unless Alt is held or data-exact is set on
// the pane or around it. Without a picker the pane is for reading, and a selection is the browser's.
// [data-assigns="31"] anywhere puts the passage in domain 31, or goes to the domain's next block.
import { announce } from "./announcer.js";
import { passageOf, quoteOf, rangeOf, sentence, sentencesOf, snapped } from "./passages.js";
import { fillPicker, openPicker, showPicker } from "./picker.js";
import { followTouch, isByTouch, standBy } from "./touch_selection.js";

class TranscriptPane extends HTMLElement {
  static keys = [
    ["j k", "Next, previous turn"],
    ["n N", "Next, previous uncoded turn"],
    ["Shift+↓ ↑", "Select by sentence"],
    ["Enter", "Choose a domain for what is selected"],
    ["1–9", "Put what is selected, or the block that is open, in that domain"],
    ["-", "Mark what is selected as not coded"],
    ["Esc", "Let go of the selection"],
  ];

  passage = null;
  kept = null; // what was selected and focused before somebody else's change came
  exact = false;
  touched = null; // what lies between the handles of a selection by touch
  turnId = null;
  anchor = null;
  head = null;

  constructor() {
    super();
    this.addEventListener("pointerdown", () => this.onPress());
    this.addEventListener("pointerup", (event) => this.onLift(event));
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("focusin", () => (this.turnId = this.turn?.id ?? this.turnId));
  }

  connectedCallback() {
    const turn = location.hash.startsWith("#turn-") && this.querySelector(location.hash);
    if (document.activeElement === document.body) (turn || this).focus({ preventScroll: !turn });
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.picker?.addEventListener(
      "toggle",
      (event) => {
        if (event.newState === "closed") this.letGo();
      },
      { signal },
    );
    this.picker?.addEventListener("submit", () => this.letGoOfTouched(), { signal });
    // The event that tells of the closing comes late: the next key may be there first.
    const onEscape = (event) => event.key === "Escape" && this.letGo();
    this.picker?.addEventListener("keydown", onEscape, { signal });
    this.picker?.addEventListener("click", (event) => this.onExact(event), { signal });
    followTouch({ moves: () => this.onTouch(), rests: () => this.takeTouched(), signal });
    document.addEventListener("click", (event) => this.onDomain(event), { signal });
    document.addEventListener("htmx:afterSettle", () => this.keepFocus(), { signal });
    document.addEventListener("htmx:oobBeforeSwap", (event) => this.remember(event), { signal });
    document.addEventListener("htmx:oobAfterSwap", () => this.giveBack(), { signal });
  }

  disconnectedCallback() {
    this.leaving.abort();
  }

  /** What was focused may have been swapped away: its turn takes the focus. */
  keepFocus() {
    if (document.activeElement !== document.body || !this.turnId) return;
    document.getElementById(this.turnId)?.focus({ preventScroll: true });
  }

  /** Somebody else's change alters the words in here, one by one: what is selected stays so. */
  remember({ detail }) {
    if (!detail.target.contains(this)) return;
    const selection = getSelection();
    const isOurs = !selection.isCollapsed && this.contains(selection.anchorNode);
    this.kept = {
      selected: isOurs ? passageOf(this, selection.getRangeAt(0)) : null,
      stripe: document.activeElement.closest("a.stripe")?.getAttribute("href"),
    };
  }

  giveBack() {
    if (!this.kept) return;
    const { selected, stripe } = this.kept;
    this.kept = null;
    if (this.passage) this.choose(this.passage);
    if (selected) {
      getSelection().removeAllRanges();
      getSelection().addRange(rangeOf(this, selected));
    }
    if (stripe) this.querySelector(`a.stripe[href="${stripe}"]`)?.focus({ preventScroll: true });
  }

  get picker() {
    return document.getElementById(this.dataset.picker);
  }

  get turns() {
    return [...this.querySelectorAll(".turn")];
  }

  get turn() {
    return document.activeElement.closest?.("transcript-pane .turn") ?? null;
  }

  get isOffering() {
    return Boolean(this.picker?.matches(":popover-open"));
  }

  // A finger that only scrolls must not take away what the picker is open for.
  onPress() {
    if (!isByTouch() || !this.isOffering) this.letGo();
  }

  onLift(event) {
    if (!isByTouch()) setTimeout(() => this.take(event.altKey));
  }

  /** What the browser's selection covers in here. */
  get selected() {
    const selection = getSelection();
    if (!this.picker || selection.isCollapsed || !this.contains(selection.anchorNode)) return null;
    return passageOf(this, selection.getRangeAt(0));
  }

  take(exact) {
    const found = this.selected;
    if (!found) return;
    this.widen(found, exact);
    getSelection().removeAllRanges();
    this.openPicker();
  }

  widen(found, exact) {
    this.exact = exact || this.closest("[data-exact]") !== null;
    return this.choose(this.exact ? found : snapped(this, found));
  }

  /** Is this what the picker is open for already? Then what is selected was only selected anew. */
  isTaken(found) {
    const { start, end } = this.touched ?? {};
    return this.isOffering && found.start === start && found.end === end;
  }

  onTouch() {
    const found = this.selected;
    if (found && !this.isTaken(found) && this.isOffering) this.picker.hidePopover();
  }

  // The handles stay, so that the ends can still be moved, and no keyboard comes over the page.
  takeTouched() {
    const found = this.selected;
    if (!found || this.isTaken(found)) return;
    const range = this.widen(found, false);
    this.touched = found;
    showPicker(this.picker, this.values);
    standBy(range, this.picker);
    announce(`Choose a domain for: ${this.values.quote}`);
  }

  // There is no Alt to hold: the switch is for what is selected already.
  onExact(event) {
    if (!this.touched || !event.target.closest('[data-toggles="exact"]')) return;
    setTimeout(() => {
      this.widen(this.touched, false);
      fillPicker(this.picker, this.values);
    });
  }

  letGoOfTouched() {
    if (this.touched) getSelection().removeAllRanges();
  }

  choose(passage) {
    this.passage = passage;
    const range = rangeOf(this, passage);
    if (CSS.highlights) CSS.highlights.set("passage", new Highlight(range));
    return range;
  }

  letGo() {
    this.passage = this.touched = this.anchor = this.head = null;
    this.exact = false;
    CSS.highlights?.delete("passage");
  }

  get values() {
    return { ...this.passage, quote: quoteOf(this, this.passage), exact: this.exact ? "1" : "" };
  }

  openPicker() {
    if (!this.picker || !this.passage) return;
    const rects = rangeOf(this, this.passage).getClientRects();
    const last = rects[rects.length - 1];
    openPicker(this.picker, this.values, new DOMRect(last.right - 120, last.top, 120, last.height));
  }

  /** Selects from the anchor sentence to one further down (step 1) or up (step -1). */
  extend(step) {
    const all = this.turns.flatMap((turn) => sentencesOf(turn).map((_, index) => ({ turn, index })));
    if (this.anchor === null) {
      const turn = this.turn ?? this.turns[0];
      this.anchor = this.head = all.findIndex((each) => each.turn === turn);
    } else {
      this.head = Math.max(0, Math.min(all.length - 1, this.head + step));
    }
    if (this.anchor < 0) return this.letGo();
    const first = all[Math.min(this.anchor, this.head)];
    const last = all[Math.max(this.anchor, this.head)];
    this.choose({
      start: sentence(first.turn, first.index).start,
      end: sentence(last.turn, last.index).end,
    });
    all[this.head].turn.scrollIntoView({ block: "nearest" });
    announce(`Selected: ${this.values.quote}`);
  }

  go(step, wanted = () => true) {
    const turns = this.turns;
    let at = this.turn ? turns.indexOf(this.turn) : step > 0 ? -1 : turns.length;
    do at += step;
    while (turns[at] && !wanted(turns[at]));
    if (!turns[at]) return announce("No further turn");
    this.letGo();
    turns[at].focus();
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select")) return;
    const uncoded = (turn) => turn.hasAttribute("data-uncoded");
    const onText = event.target === this || event.target.matches(".turn");
    const actions = {
      j: () => this.go(1),
      k: () => this.go(-1),
      n: () => this.go(1, uncoded),
      N: () => this.go(-1, uncoded),
    };
    if (event.shiftKey) {
      actions.ArrowDown = () => this.extend(1);
      actions.ArrowUp = () => this.extend(-1);
    }
    if (this.passage) {
      actions.Escape = () => this.letGo();
      if (onText) actions.Enter = () => this.openPicker();
      if (this.picker && /^[-0-9]$/.test(event.key)) actions[event.key] = () => this.press(event.key);
    }
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }

  press(digit) {
    this.send(this.picker?.querySelector(`[data-digit="${digit}"]`));
  }

  send(option) {
    if (!option) return;
    fillPicker(this.picker, this.values);
    option.click();
    this.letGo();
  }

  onDomain(event) {
    const domain = event.target.closest("[data-assigns]")?.dataset.assigns;
    if (!domain) return;
    event.preventDefault();
    if (this.passage) this.send(this.picker?.querySelector(`[name="domain"][value="${domain}"]`));
    else this.goToBlockOf(domain);
  }

  goToBlockOf(domain) {
    const blocks = [...this.querySelectorAll(`a.stripe[data-domain="${domain}"]`)];
    if (!blocks.length) return announce("No block in this domain yet");
    const next = blocks[(blocks.indexOf(document.activeElement) + 1) % blocks.length];
    next.closest(".turn").scrollIntoView({ block: "center" });
    next.focus({ preventScroll: true });
  }
}

customElements.define("transcript-pane", TranscriptPane);
