// #live-page: the page fetched again because somebody else changed something. Not while the mouse
// selects or drags, nor over a change of ours; once more when somebody is done with what was left as
// it was. What changed gets [data-changed] for a while, and is announced. [data-live-address] is where
// the page is now, if not at its own address. Then live:beside, for what is fetched by itself.
import { announce } from "./announcer.js";
import { HELD, REFUSED, isHeld, swapped } from "./live_swap.js";

const page = document.getElementById("live-page");
const frame = document.querySelector(".frame[data-live]");
const FADES = 6_000; // as long as the mark in changes.css
const SHORTLY = 250;

const names = new Set();
const pending = new Set(); // changes of this window on their way
const asked = new WeakMap(); // `changes` when a request was sent
let changes = 0; // grows when one is sent, and when it is answered
let shown = null; // the last answer that was put in
let isPressed = false;

/** Who changed what the next fetch of the page shows. */
export function changedBy(people) {
  for (const name of people) names.add(name);
}

function showMarks() {
  const there = [...swapped.marked].filter((each) => each.isConnected);
  swapped.marked.clear();
  for (const each of there) {
    each.setAttribute("data-changed", "");
    setTimeout(() => each.removeAttribute("data-changed"), FADES);
  }
  if (there.length) {
    const who = [...names].join(" and ") || "Somebody";
    announce(`${who} changed ${frame.dataset.liveName}.`);
  }
  names.clear();
}

const tell = (name) => document.body.dispatchEvent(new CustomEvent(name));

function askAgain({ requestConfig }) {
  const asker = requestConfig.triggeringEvent?.type ?? "";
  setTimeout(() => tell(asker.startsWith("live:") ? asker : "live:page"), SHORTLY);
}

const mustWait = () => pending.size || isPressed || document.querySelector("[data-dragging]");
const isFresh = ({ xhr }) => asked.get(xhr) === changes;
const address = () =>
  document.querySelector("[data-live-address]")?.dataset.liveAddress ?? page.getAttribute("hx-get");

/** Is what was asked for still what is looked at? */
const isHere = ({ elt, path }) => (elt === page ? path === address() : elt.isConnected);
const isOurs = ({ verb, headers }) => verb === "get" && headers["Concord-Live"];

function isAnswered({ detail }) {
  if (pending.delete(detail.xhr)) changes += 1;
}

function whenWorkIsDone() {
  setTimeout(() => {
    if (!swapped.isOwed || [...document.querySelectorAll(HELD)].some(isHeld)) return;
    swapped.isOwed = false;
    tell("live:page");
  }, SHORTLY);
}

page?.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.path = address();
});

if (frame) {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    const isBeside = requestConfig.triggeringEvent?.type === "live:beside";
    if (isBeside && target.querySelector(REFUSED)) event.preventDefault();
    if (event.target === page && mustWait()) {
      event.preventDefault();
      askAgain(event.detail);
    }
    if (event.defaultPrevented) return;
    if (requestConfig.verb !== "get") {
      pending.add(xhr);
      changes += 1;
    }
    asked.set(xhr, changes);
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!isOurs(detail.requestConfig)) return;
    // What was asked for before a change of ours was answered would take it off the page again, and
    // what was asked for elsewhere would take the page back.
    if (isFresh(detail) && isHere(detail.requestConfig) && !mustWait()) {
      shown = detail.xhr;
    } else {
      detail.shouldSwap = false;
      askAgain(detail);
    }
  });
  document.addEventListener("htmx:beforeOnLoad", isAnswered);
  document.addEventListener("htmx:afterRequest", (event) => {
    isAnswered(event);
    if (event.target === page) swapped.isBehind = false;
    if (event.detail.xhr !== shown || !event.detail.successful) return;
    if (event.target === page || swapped.marked.size) showMarks();
    if (event.target === page) tell("live:beside");
  });
  document.addEventListener("focusout", whenWorkIsDone);
  document.addEventListener("toggle", whenWorkIsDone, true);
  document.addEventListener("close", whenWorkIsDone, true);
  document.addEventListener("pointerdown", () => (isPressed = true), true);
  for (const end of ["pointerup", "pointercancel", "dragend", "blur"]) {
    window.addEventListener(end, () => setTimeout(() => (isPressed = false)), true);
  }
}
