// <audit-responses>: the cards of a team's answer to its auditors. One card is current: the one with
// the focus, and its item is lit in the document. With data-decides the keys of [data-decides] press
// that card's buttons; what needs a reason asks for it first. Esc leaves a line for its card.
import { announce } from "./announcer.js";
import { isOff, isTyping } from "./shortcuts.js";

class AuditResponses extends HTMLElement {
  static keys = [
    ["j k", "Next, previous comment"],
    ["a", "Accept, with the change it suggests"],
    ["p", "Accept in part"],
    ["r", "Reject"],
    ["n", "Note"],
    ["d", "Defer"],
    ["Esc", "From the reason back to the comment"],
  ];

  connectedCallback() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    document.addEventListener("keydown", (event) => this.onKey(event), { signal });
    document.addEventListener("htmx:afterSettle", () => this.keepFocus(), { signal });
    this.addEventListener("focusin", (event) => this.enter(event.target.closest("[data-card]")));
    this.addEventListener("click", (event) => this.onClick(event), true);
  }

  disconnectedCallback() {
    this.leaving.abort();
  }

  get cards() {
    return [...this.querySelectorAll("[data-card]")];
  }

  get card() {
    return this.querySelector("[data-card][data-current]");
  }

  enter(card) {
    if (!card || card.hasAttribute("data-current")) return;
    for (const each of this.cards) each.toggleAttribute("data-current", each === card);
    this.at = card.id;
    const item = document.getElementById(card.dataset.on);
    for (const each of document.querySelectorAll("#audited [data-item]")) {
      each.toggleAttribute("data-current", each === item);
    }
    item?.scrollIntoView({ block: "nearest" });
  }

  /** The card that was decided is another element now. */
  keepFocus() {
    const card = this.at && document.getElementById(this.at);
    if (!card || card.hasAttribute("data-current")) return;
    this.enter(card);
    if (document.activeElement === document.body) card.focus({ preventScroll: true });
  }

  step(by) {
    const cards = this.cards;
    const at = cards.indexOf(this.card);
    const open = cards.findIndex((card) => card.hasAttribute("data-undecided"));
    const next = cards[at < 0 ? Math.max(open, 0) : at + by];
    if (!next) return announce(by > 0 ? "No further comment" : "This is the first comment");
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  press(key) {
    const button = [...(this.card?.querySelectorAll(`button[data-decides="${key}"]`) ?? [])].find(
      (each) => each.checkVisibility() && !each.disabled,
    );
    button?.click();
  }

  // An answer without its reason would come back refused.
  onClick(event) {
    const button = event.target.closest("[data-needs-reason]");
    const reason = button?.form.elements.reason;
    if (!reason || reason.value.trim()) return;
    event.preventDefault();
    event.stopPropagation();
    reason.focus();
    announce("Say why in a few words; the auditor will read it. Then choose again.");
  }

  onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const card = event.target.closest?.("[data-card]");
    if (event.key === "Escape" && card && isTyping(event.target)) return card.focus();
    if (isOff() || isTyping(event.target) || document.querySelector("dialog:modal")) return;
    const actions = { j: () => this.step(1), k: () => this.step(-1) };
    if (this.hasAttribute("data-decides")) {
      for (const key of "aprnd") actions[key] = () => this.press(key);
    }
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }
}

customElements.define("audit-responses", AuditResponses);
