// Words selected with a finger: the browser draws handles at both ends, and while they are dragged a
// page hears of nothing but `selectionchange`; no button of a mouse is let go of.

const AT_REST = 400; // ms without a change and without a finger on the page
const HANDLES = 32; // px below a selection that its handles take
const TOOLBAR = 56; // px above it in which the browser offers to copy

let isTouched = matchMedia("(pointer: coarse)").matches;
let isDown = false;
let pressed = null;

document.addEventListener(
  "pointerdown",
  (event) => {
    isTouched = event.pointerType === "touch" || event.pointerType === "pen";
    isDown = isTouched;
    pressed = event.target;
  },
  true,
);
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => (isDown = false), true);
}

/** Is what is selected now selected by finger or pen, as far as the last press tells? */
export const isByTouch = () => isTouched;

/** Was this, or something in it, pressed last? */
export const isPressed = (element) => Boolean(element?.contains(pressed));

/** Calls `moves` with every change of a selection by touch, and `rests` when it has come to rest. */
export function followTouch({ moves, rests, signal }) {
  let waiting = 0;
  let isMoving = false;
  const rest = () => {
    isMoving = false;
    rests();
  };
  const wait = () => {
    clearTimeout(waiting);
    if (isMoving && !isDown) waiting = setTimeout(rest, AT_REST);
  };
  const onChange = () => {
    isMoving = isTouched;
    if (isMoving) moves();
    wait();
  };
  document.addEventListener("selectionchange", onChange, { signal });
  for (const name of ["pointerdown", "pointerup", "pointercancel"]) {
    document.addEventListener(name, wait, { signal });
  }
  signal.addEventListener("abort", () => clearTimeout(waiting));
}

/**
 * Puts what floats below a selection and its handles, or above it and its toolbar where there is more
 * room, and in any case where it is seen.
 */
export function standBy(range, floating) {
  const rects = range.getClientRects();
  const [first, last] = [rects[0], rects[rects.length - 1]];
  const room = document.documentElement;
  const lowest = room.clientHeight - floating.offsetHeight - 8;
  const below = last.bottom + HANDLES;
  const above = first.top - TOOLBAR - floating.offsetHeight;
  const top = below > lowest ? (above < 8 ? lowest : above) : below;
  const left = Math.min(last.right - 120, room.clientWidth - floating.offsetWidth - 8);
  floating.style.left = `${Math.max(8, left) + scrollX}px`;
  floating.style.top = `${Math.max(8, top) + scrollY}px`;
}
