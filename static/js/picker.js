// form.picker[popover]: choose one of its .picker-option buttons by typing. Enter takes the top
// hit, arrows move it, digits press [data-digit] while nothing is typed, Shift+Enter [data-new];
// [data-typed] repeats what is typed.
import { announce } from "./announcer.js";

const filterOf = (picker) => picker.querySelector(".picker-filter");
const optionsOf = (picker) => [...picker.querySelectorAll(".picker-option")];
const wordsOf = (option) => (option.dataset.text ?? option.textContent).toLowerCase().trim();

function mark(picker, top) {
  for (const option of optionsOf(picker)) option.toggleAttribute("data-top", option === top);
  top?.scrollIntoView({ block: "nearest" });
}

function narrow(picker) {
  const typed = filterOf(picker).value.toLowerCase().trim();
  const echo = picker.querySelector("[data-typed]");
  if (echo) echo.textContent = typed && `“${filterOf(picker).value.trim()}”`;
  const hits = [];
  for (const option of optionsOf(picker)) {
    const words = wordsOf(option);
    const fits = typed.split(/\s+/).every((part) => words.includes(part));
    option.hidden = !fits && !option.hasAttribute("data-new");
    if (fits && !option.hasAttribute("data-new")) hits.push(option);
  }
  const begins = (option) => wordsOf(option).split(/\s+/).some((word) => word.startsWith(typed));
  const top = typed ? (hits.find(begins) ?? hits[0]) : undefined;
  mark(picker, top);
  if (typed) announce(top ? `${top.textContent.trim()}, ${hits.length} found` : "Nothing found");
}

/** Fills the hidden inputs named in `values` and shows the picker with nothing typed. */
export function showPicker(picker, values) {
  fillPicker(picker, values);
  filterOf(picker).value = "";
  narrow(picker);
  picker.showPopover();
}

/** Shows the picker below `rect`, ready to type into. */
export function openPicker(picker, values, rect) {
  showPicker(picker, values);
  const room = document.documentElement;
  const left = Math.min(rect.left, room.clientWidth - picker.offsetWidth - 8);
  const below = rect.bottom + 6;
  const fits = below + picker.offsetHeight < room.clientHeight;
  const top = fits ? below : Math.max(8, rect.top - picker.offsetHeight - 6);
  picker.style.left = `${Math.max(8, left) + scrollX}px`;
  picker.style.top = `${top + scrollY}px`;
  filterOf(picker).focus({ preventScroll: true });
}

/** Fills the hidden inputs without showing the picker: its buttons may then be pressed. */
export function fillPicker(picker, values) {
  for (const [name, value] of Object.entries(values)) {
    picker.querySelector(`input[type="hidden"][name="${name}"]`).value = value;
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches(".picker-filter")) narrow(event.target.closest(".picker"));
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(".picker-filter") || event.isComposing) return;
  const picker = event.target.closest(".picker");
  const shown = optionsOf(picker).filter((option) => !option.hidden);
  const at = shown.findIndex((option) => option.hasAttribute("data-top"));
  let press = null;
  if (event.key === "Enter") {
    press = event.shiftKey ? picker.querySelector("[data-new]") : (shown[at] ?? null);
    event.preventDefault();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = shown[Math.max(0, Math.min(shown.length - 1, at + step))];
    mark(picker, next);
    if (next) announce(next.textContent.trim());
    event.preventDefault();
  } else if (/^[-0-9]$/.test(event.key) && event.target.value === "") {
    press = picker.querySelector(`[data-digit="${event.key}"]`);
    if (press) event.preventDefault();
  }
  press?.click();
});

document.addEventListener("submit", (event) => {
  if (event.target.matches(".picker") && event.target.matches(":popover-open")) {
    event.target.hidePopover();
  }
});
