// Arithmetic of passages in a transcript: DOM positions to code points of the version's text and
// back. The browser counts UTF-16 units, the server code points; everything here is code points.
// Every character of a turn stands in exactly one .run, whose data-start is its first offset.

const characters = (text) => [...text];
const runsOf = (element) => [...element.querySelectorAll(".run")];
const startOf = (run) => Number(run.dataset.start);

/** The turn's first offset and its characters. */
export function textOf(turn) {
  const runs = runsOf(turn);
  return {
    start: runs.length ? startOf(runs[0]) : 0,
    characters: characters(runs.map((run) => run.textContent).join("")),
  };
}

/** Start offsets of a turn's sentences. */
export const sentencesOf = (turn) =>
  (turn.dataset.sentences ?? "").split(",").filter(Boolean).map(Number);

/** [start, end) of one sentence of a turn, without white space at its end. */
export function sentence(turn, index) {
  const text = textOf(turn);
  const starts = sentencesOf(turn);
  const start = starts[index] ?? text.start;
  let end = starts[index + 1] ?? text.start + text.characters.length;
  while (end > start + 1 && /\s/u.test(text.characters[end - 1 - text.start])) end -= 1;
  return { start, end };
}

function offsetIn(run, node, offset) {
  if (!run.contains(node)) return null;
  const before = document.createRange();
  before.setStart(run, 0);
  before.setEnd(node, offset);
  return startOf(run) + characters(before.toString()).length;
}

/** [start, end) of the words a DOM range covers inside `pane`, or null. */
export function passageOf(pane, range) {
  const runs = runsOf(pane).filter((run) => range.intersectsNode(run));
  if (!runs.length) return null;
  const last = runs[runs.length - 1];
  const start = offsetIn(runs[0], range.startContainer, range.startOffset) ?? startOf(runs[0]);
  const end =
    offsetIn(last, range.endContainer, range.endOffset) ??
    startOf(last) + characters(last.textContent).length;
  return end > start ? { start, end } : null;
}

/** The turns a passage touches, in order. */
export function turnsOf(pane, { start, end }) {
  return [...pane.querySelectorAll(".turn")].filter((turn) => {
    const text = textOf(turn);
    return text.start < end && start < text.start + text.characters.length;
  });
}

/** The passage widened to whole sentences. */
export function snapped(pane, passage) {
  const turns = turnsOf(pane, passage);
  if (!turns.length) return passage;
  const at = (turn, offset) => sentencesOf(turn).findLastIndex((start) => start <= offset);
  const last = turns[turns.length - 1];
  return {
    start: sentence(turns[0], at(turns[0], passage.start)).start,
    end: sentence(last, at(last, passage.end - 1)).end,
  };
}

/** The words of a passage as the version's text has them: turns joined by a line feed. */
export function quoteOf(pane, passage) {
  return turnsOf(pane, passage)
    .map((turn) => {
      const { start, characters: all } = textOf(turn);
      return all.slice(Math.max(0, passage.start - start), passage.end - start).join("");
    })
    .join("\n");
}

function pointAt(runs, offset, atEnd) {
  const run = runs.findLast((each) => startOf(each) < offset || (!atEnd && startOf(each) <= offset));
  const before = characters(run.textContent).slice(0, offset - startOf(run)).join("");
  const words = document.createTreeWalker(run, NodeFilter.SHOW_TEXT);
  let left = before.length;
  let node = words.nextNode();
  while (node && left > node.length) {
    left -= node.length;
    node = words.nextNode();
  }
  return [node ?? run, node ? left : 0];
}

/** The DOM range of a passage. */
export function rangeOf(pane, { start, end }) {
  const runs = runsOf(pane);
  const range = document.createRange();
  range.setStart(...pointAt(runs, start, false));
  range.setEnd(...pointAt(runs, end, true));
  return range;
}
