// <time datetime="…" data-local>: shown in the reader's own time zone: today the hour, else the day.
// data-local="moment" always shows day and hour, "day" the day, "hour" the hour. The full date stays
// in its title. <input data-time-zone>: gets the name of that zone, for files that hold times.

const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayOfAnotherYear = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const moment = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const { timeZone: zone } = moment.resolvedOptions();
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

function localise(element) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.valueOf())) return;
  const now = new Date();
  const style =
    element.dataset.local === "moment" ? moment
    : element.dataset.local === "hour" ? hour
    : element.dataset.local !== "day" && at.toDateString() === now.toDateString() ? hour
    : at.getFullYear() === now.getFullYear() ? day
    : dayOfAnotherYear;
  element.textContent = style.format(at);
  element.title = full.format(at);
  element.removeAttribute("data-local");
}

function localiseAll() {
  document.querySelectorAll("time[data-local]").forEach(localise);
  for (const input of document.querySelectorAll("input[data-time-zone]")) input.value = zone;
}

localiseAll();
new MutationObserver(localiseAll).observe(document.body, { childList: true, subtree: true });
