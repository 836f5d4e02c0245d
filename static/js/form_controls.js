// [data-submit]: sends its form when it changes. [data-check-all] with aria-controls: ticks every
// box in there. [data-copy="ID"]: copies the text or value of that element.
import { announce } from "./announcer.js";

document.addEventListener("change", (event) => {
  const control = event.target;
  if (control.matches("[data-submit]")) control.form.requestSubmit();
  if (control.matches("[data-check-all]")) {
    const scope = document.getElementById(control.getAttribute("aria-controls"));
    for (const box of scope?.querySelectorAll('input[type="checkbox"]:not(:disabled)') ?? []) {
      box.checked = control.checked;
    }
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    announce("Copied");
    button.setAttribute("aria-pressed", "true");
    setTimeout(() => button.removeAttribute("aria-pressed"), 1500);
  } catch {
    // Plain HTTP has no clipboard: select it, so that Ctrl+C does the rest.
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
  }
});
