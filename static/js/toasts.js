// Shows the event "toast" {text, undo, kind, on} (sent by the server as HX-Trigger) in #toasts, and a
// word when the server cannot be reached. A toast with Undo or a way on (its words, its URL) stays longer, and while it is held; its
// Undo gives the focus back to where it was before.

const region = document.getElementById("toasts");
const shape = document.getElementById("toast-shape");

function leaveLater(toast) {
  const stay = toast.querySelector("form, a") ? 20_000 : 7_000;
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leaveLater(toast) : toast.remove()), stay);
}

function show({ text, undo, kind, on }) {
  const toast = shape.content.firstElementChild.cloneNode(true);
  toast.querySelector("p").textContent = text;
  toast.dataset.kind = kind ?? "done";
  const form = toast.querySelector("form");
  if (undo) {
    form.action = undo;
    form.setAttribute("hx-post", undo);
  } else {
    form.remove();
  }
  const link = toast.querySelector("a");
  if (on) [link.textContent, link.href] = on;
  else link.remove();
  region.replaceChildren(toast);
  window.htmx?.process(toast);
  leaveLater(toast);
}

if (region && shape) {
  region.querySelectorAll(".toast").forEach(leaveLater);
  document.addEventListener("toast", (event) => show(event.detail));
  document.addEventListener("htmx:sendError", () => {
    const text = document.getElementById("no-connection").content.textContent.trim();
    show({ text, kind: "error" });
  });
  let before = null; // what had the focus before the toast
  region.addEventListener("focusin", ({ relatedTarget }) => {
    if (!region.contains(relatedTarget)) before = relatedTarget;
  });
  region.addEventListener("submit", (event) => {
    event.target.closest(".toast")?.setAttribute("hidden", "");
    before?.focus();
  });
}
