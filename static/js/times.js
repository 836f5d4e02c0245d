// <time datetime="…" data-local>: shown in the reader's own time zone: today the hour, else the day.
// The full date stays in its title.

const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayOfAnotherYear = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

function localise(element) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.valueOf())) return;
  const now = new Date();
  const style =
    at.toDateString() === now.toDateString() ? hour
    : at.getFullYear() === now.getFullYear() ? day
    : dayOfAnotherYear;
  element.textContent = style.format(at);
  element.title = full.format(at);
  element.removeAttribute("data-local");
}

const localiseAll = () => document.querySelectorAll("time[data-local]").forEach(localise);

localiseAll();
new MutationObserver(localiseAll).observe(document.body, { childList: true, subtree: true });
