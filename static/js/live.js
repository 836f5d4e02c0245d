// .frame[data-live="URL"]: one event stream a page. It says what changed, never content: unit-12 and
// core_idea (a kind of thing) for what somebody changed, study for anything but at most every three
// seconds. If #live-page names one of them in [data-live-on], or it is not said what changed, the body
// gets live:page, once for all that was told together. It gets live:any for anything, and live:presence
// when somebody came or went, live:notes while somebody writes the notes of a meeting. Elements name these in hx-trigger and fetch themselves again.
import { changedBy } from "./live_page.js";

const frame = document.querySelector(".frame[data-live]");
const wanted = document.getElementById("live-page")?.dataset.liveOn.split(" ") ?? [];
const HIDDEN = 10_000; // a page in the background keeps its stream so long
const OWN = 3_000; // what this window did itself is heard of within so long
const CALM = 3_000; // between two live:study
const TRIES = [2_000, 5_000, 15_000, 60_000]; // after a refusal, the last one for ever

let source = null;
let refusals = 0;
let later = 0; // the timer of the next try, or of letting go
let isOver = false; // signed out, or no member any more
let sent = 0; // when this window last changed something
let studyTold = 0;
let studyLater = 0;

const tell = (name) => document.body.dispatchEvent(new CustomEvent(`live:${name}`));

function tellStudy() {
  const wait = studyTold + CALM - Date.now();
  clearTimeout(studyLater);
  if (wait > 0) {
    studyLater = setTimeout(tellStudy, wait);
    return;
  }
  studyTold = Date.now();
  if (wanted.includes("study")) tell("page");
}

function hear({ units, kinds, by, own }) {
  if (own && Date.now() - sent < OWN) return;
  changedBy(own ? ["You, in another window,"] : by);
  const names = [...units.map((unit) => `unit-${unit}`), ...kinds];
  if (!kinds.length || names.some((name) => wanted.includes(name))) tell("page");
  tell("any");
  tellStudy();
}

function close() {
  source?.close();
  source = null;
}

function open() {
  clearTimeout(later);
  if (source || isOver || document.hidden) return;
  source = new EventSource(frame.dataset.live);
  source.addEventListener("open", () => (refusals = 0));
  source.addEventListener("change", (event) => hear(JSON.parse(event.data)));
  for (const name of ["presence", "notes"]) source.addEventListener(name, () => tell(name));
  source.addEventListener("rest", close); // too many windows: this one when it is looked at again
  source.addEventListener("ended", () => {
    isOver = true;
    close();
  });
  source.addEventListener("error", () => {
    // A broken connection is made anew by the browser; after a refusal it gives up.
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    later = setTimeout(open, TRIES[Math.min(refusals++, TRIES.length - 1)]);
  });
}

if (frame) {
  window.addEventListener("focus", open);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(later);
    if (document.hidden) later = setTimeout(close, HIDDEN);
    else open();
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  for (const when of ["htmx:beforeRequest", "htmx:afterRequest"]) {
    document.addEventListener(when, ({ detail }) => {
      if (detail.requestConfig.verb !== "get") sent = Date.now();
    });
  }
}
