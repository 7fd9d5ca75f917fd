// Places in the letter's text. The server counts code points from the beginning of the text, the browser
// counts UTF-16 units within text nodes. Each invisible character is shown as an element of its own.

const isHigh = (unit) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit) => unit >= 0xdc00 && unit <= 0xdfff;

// The number of code points in the first `units` units of a string. Half a surrogate pair counts as one.
export const codePoints = (string, units) => {
  let count = 0;
  for (let place = 0; place < units; place += 1) {
    if (!(place && isLow(string.charCodeAt(place)) && isHigh(string.charCodeAt(place - 1)))) count += 1;
  }
  return count;
};

// The number of units in the first `points` code points of a string.
export const units = (string, points) => {
  let place = 0;
  for (let count = 0; count < points && place < string.length; count += 1) {
    place += string.codePointAt(place) > 0xffff ? 2 : 1;
  }
  return place;
};

const pieces = (line) => {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, {
    acceptNode: (node) => (node.nodeType === Node.TEXT_NODE || node.matches(".sign")
      ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP),
  });
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
};

const isText = (node) => node.nodeType === Node.TEXT_NODE;
const lengthOf = (piece) => (isText(piece) ? codePoints(piece.data, piece.data.length) : 1);

export const lineLength = (line) => pieces(line).reduce((sum, piece) => sum + lengthOf(piece), 0);

// The characters of a line, as a list of code points.
const characters = (line) => pieces(line).flatMap((piece) => (isText(piece) ? [...piece.data] : ["\u0000"]));

const lineOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".line");

// The number of code points of a line before a position in it.
const within = (line, node, offset) => {
  const range = document.createRange();
  range.setStart(line, 0);
  range.setEnd(node, offset);
  let count = 0;
  for (const piece of pieces(line)) {
    if (isText(piece) && piece === node) return count + codePoints(piece.data, offset);
    if (range.comparePoint(piece, 0) > 0 || (!isText(piece) && range.comparePoint(piece.parentNode, [...piece.parentNode.childNodes].indexOf(piece) + 1) > 0)) return count;
    count += lengthOf(piece);
  }
  return count;
};

const at = (line) => Number(line.dataset.at);
const fileOf = (line) => Number(line.closest(".text").dataset.file);

// The selected words as {file, start, end}; null if no text is selected.
export const selected = () => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const around = range.commonAncestorContainer;
  const single = lineOf(around);
  const scope = single ? [single] : [...(around.querySelectorAll?.(".text .line") ?? [])];
  const lines = scope.filter((line) => range.intersectsNode(line));
  if (!lines.length || !lines[0].closest(".text")) return null;
  const first = lines[0];
  const same = lines.filter((line) => fileOf(line) === fileOf(first));
  const last = same[same.length - 1];
  const start = at(first) + (first.contains(range.startContainer) ? within(first, range.startContainer, range.startOffset) : 0);
  const end = at(last) + (last.contains(range.endContainer) ? within(last, range.endContainer, range.endOffset) : lineLength(last));
  return end > start ? { file: fileOf(first), start, end } : null;
};

export const lines = (file) => [...document.querySelectorAll(`.text[data-file="${file}"] .line`)];

// The line that contains an offset, or the nearest line before it.
const lineAt = (file, offset) => {
  const all = lines(file);
  let low = 0, high = all.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at(all[middle]) <= offset) low = middle; else high = middle - 1;
  }
  return all[low];
};

// The place of an offset in the document. At a border between two pieces, it is in the second piece.
const place = (file, offset, ends) => {
  const line = lineAt(file, ends ? offset - 1 : offset);
  let left = offset - at(line);
  const all = pieces(line);
  for (const piece of all) {
    const length = lengthOf(piece);
    if (left < length || (ends && left === length)) {
      if (isText(piece)) return [piece, units(piece.data, left)];
      const number = [...piece.parentNode.childNodes].indexOf(piece);
      return [piece.parentNode, number + (left ? 1 : 0)];
    }
    left -= length;
  }
  return [line, line.childNodes.length];
};

export const rangeOf = ({ file, start, end }) => {
  const range = document.createRange();
  range.setStart(...place(file, start, false));
  range.setEnd(...place(file, end, true));
  return range;
};

// Select words and bring them into view.
export const select = (where) => {
  const range = rangeOf(where);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  lineAt(where.file, where.start).scrollIntoView({ block: "nearest" });
};

const WORD = /[\p{L}\p{N}\p{M}]+(?:[’'\u2010-][\p{L}\p{N}\p{M}]+)*|[^\s\p{L}\p{N}\p{M}]+/gu;

// The words of a line, each as [start, end].
const wordsOf = (line) => {
  const text = characters(line).join("");
  return [...text.matchAll(WORD)].map((found) => {
    const start = at(line) + codePoints(text, found.index);
    return [start, start + codePoints(found[0], found[0].length)];
  });
};

// Move the selection with the keyboard. `now` is the current selection; if null, start at the first word.
export const moved = (now, key, { more, fine }) => {
  const file = now ? now.file : Number(document.querySelector(".text").dataset.file);
  const all = lines(file);
  if (!now) {
    const first = wordsOf(all[0])[0];
    return { file, start: first[0], end: first[1] };
  }
  const back = key === "ArrowLeft" || key === "ArrowUp";
  const line = lineAt(file, back && !more ? now.start : now.end - 1);
  if (more && fine) {
    const end = now.end + (back ? -1 : 1);
    const limit = at(line) + lineLength(line);
    return end > now.start && end <= limit ? { ...now, end } : now;
  }
  const found = key === "ArrowUp" || key === "ArrowDown" ? byLine(all, line, now, back) : byWord(all, line, now, back, more);
  if (!found) return now;
  if (!more) return { file, start: found[0], end: found[1] };
  return found[1] > now.start ? { ...now, end: found[1] } : now;
};

const nonEmpty = (all, from, step) => {
  for (let number = from + step; number >= 0 && number < all.length; number += step) {
    const found = wordsOf(all[number]);
    if (found.length) return found;
  }
  return null;
};

const byLine = (all, line, now, back) => {
  const own = wordsOf(line).filter((word) => word[0] < now.end);
  const found = nonEmpty(all, all.indexOf(line), back ? -1 : 1);
  return found && found[Math.min(Math.max(own.length - 1, 0), found.length - 1)];
};

const byWord = (all, line, now, back, more) => {
  const words = wordsOf(line);
  if (!back) return words.find((word) => word[1] > now.end) ?? nonEmpty(all, all.indexOf(line), 1)?.[0];
  const before = words.filter((word) => (more ? word[1] < now.end : word[0] < now.start)).pop();
  return before ?? nonEmpty(all, all.indexOf(line), -1)?.pop();
};
