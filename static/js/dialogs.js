// [data-opens="ID"] opens that <dialog>; [data-closes] closes the one it stands in. A
// <dialog data-open> that arrives in #dialog-place opens by itself and leaves on "dialog-done".
// Focus returns to what opened it.

const openers = new WeakMap();

function open(dialog, opener) {
  if (dialog.open) return;
  openers.set(dialog, opener);
  dialog.showModal();
}

function giveBack(dialog) {
  const opener = openers.get(dialog);
  const again = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
  if (again) again.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (!dialog) return;
    event.preventDefault();
    open(dialog, opener.closest("details[data-menu]")?.querySelector("summary") ?? opener);
    return;
  }
  const closer = event.target.closest("[data-closes]");
  if (closer?.closest("dialog")?.open) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});

document.addEventListener(
  "close",
  (event) => {
    if (!(event.target instanceof HTMLDialogElement)) return;
    giveBack(event.target);
    if (event.target.parentElement?.id === "dialog-place") event.target.remove();
  },
  true,
);

document.addEventListener("dialog-done", () => {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
});

const place = document.getElementById("dialog-place");
if (place) {
  new MutationObserver(() => {
    const arrived = place.querySelector("dialog[data-open]");
    if (arrived) open(arrived, document.activeElement);
  }).observe(place, { childList: true });
}
