// hx-ext="live", hx-swap="morph" (outerHTML) or "morph:innerHTML": idiomorph puts in what is different
// and leaves the rest. What somebody is working in stays as it is: an open popover or dialog; a form or
// a [data-whole] with the focus in a field, or with something typed or refused. If such a [data-whole]
// has changed, [data-in-step] (numbers of what was seen) stays behind with it. [data-apart] is left to
// itself. What is new or other than before is noted in `swapped`, for live_page.js.

export const HELD = "form, [data-whole], [popover], dialog";
export const REFUSED = "[aria-invalid=true], [role=alert], .notice[data-kind=error]";
const MARKED = ".turn, .core-idea, .absence, .idea-card, .column-head, tbody > tr, .point";
const TYPED = "textarea, select, input:not([type=hidden], [type=button], [type=submit])";
const NOT_COMPARED = "button, output, [data-menu], input[type=hidden], .visually-hidden";
const OURS = new Set([
  ...["open", "tabindex", "style", "inert", "aria-pressed", "data-lit", "data-selected"],
  ...["data-backlight", "data-exact", "data-changed", "data-typing"],
]);

/** Elements that changed; whether something was left as it was; whether that is agreed to. */
export const swapped = { marked: new Set(), isOwed: false, isBehind: false };

const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;
const isOurs = (name, node) =>
  OURS.has(name) || (name === "data-current" && node.matches(".idea-card"));

function isTouched(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field === document.activeElement) return true;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  const at = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(at, field.multiple ? -1 : 0);
}

/** Is somebody working in this element? */
export function isHeld(element) {
  if (!element.matches(HELD)) return false;
  if (element.matches("[popover]")) return element.matches(":popover-open");
  if (element.matches("dialog[open]") || element.querySelector(REFUSED)) return true;
  return [...element.querySelectorAll(TYPED)].some(isTouched);
}

/** What a reader sees of it, without what scripts and buttons add. */
function bare(element) {
  const copy = element.cloneNode(true);
  for (const each of copy.querySelectorAll(NOT_COMPARED)) each.remove();
  for (const each of copy.querySelectorAll("time")) each.replaceWith(each.dateTime);
  for (const each of [copy, ...copy.querySelectorAll("*")]) {
    for (const { name } of [...each.attributes]) if (isOurs(name, each)) each.removeAttribute(name);
  }
  return copy.outerHTML.replace(/\s+/g, " ");
}

// The words of a core idea may be one's own draft: its version and its raw data tell.
const stamp = (element) =>
  element.matches("[data-whole]:has(input[name=version])")
    ? `${element.querySelector("input[name=version]").value} ${element.dataset.blocks}`
    : bare(element);

const looksTheSame = (now, then) => now.isEqualNode(then) || stamp(now) === stamp(then);

function leave(element, then) {
  if (then && looksTheSame(element, then)) return;
  swapped.isOwed = true;
  if (!element.matches("[data-whole]")) return;
  swapped.isBehind = true;
  swapped.marked.add(element);
}

const callbacks = {
  beforeNodeMorphed(now, then) {
    if (!isElement(now) || !isElement(then)) return true;
    if (now.matches("[data-apart]") || (swapped.isBehind && now.matches("[data-in-step]"))) return false;
    if (now.matches("time") && now.dateTime === then.dateTime) return false;
    if (isHeld(now)) {
      leave(now, then);
      return false;
    }
    if (now.matches(MARKED) && !looksTheSame(now, then)) swapped.marked.add(now);
    return true;
  },
  afterNodeMorphed(now) {
    // times.js looks at what is put in, and this was only altered.
    if (isElement(now) && now.matches("time[data-local]")) now.replaceChildren(now.textContent);
  },
  beforeNodeRemoved(node) {
    if (!isElement(node)) return true;
    const held = [node, ...node.querySelectorAll(HELD)].find(isHeld);
    if (held) leave(held.closest("[data-whole]") ?? held);
    return !held;
  },
  afterNodeAdded(node) {
    if (!isElement(node)) return;
    const inside = node.matches(MARKED) ? [node] : node.querySelectorAll(MARKED);
    for (const each of inside) swapped.marked.add(each);
  },
  beforeAttributeUpdated: (name, node) => !isOurs(name, node),
};

// Not the extension that comes with idiomorph: where that one is on, an out-of-band innerHTML puts
// the element into itself.
const STYLES = { morph: "outerHTML", "morph:innerHTML": "innerHTML" };
window.htmx?.defineExtension("live", {
  isInlineSwap: (style) => style === "morph",
  handleSwap(style, target, { children }) {
    if (!Object.hasOwn(STYLES, style)) return false;
    return window.Idiomorph.morph(target, children, { morphStyle: STYLES[style], callbacks });
  },
});
