// Highlight a statement and its words together. The links between them work without this script.
"use strict";
const named = (name) => document.querySelectorAll(`[data-for~="${CSS.escape(name)}"], [data-name="${CSS.escape(name)}"]`);
const namesOf = (piece) => (piece ? (piece.dataset.name ? [piece.dataset.name] : piece.dataset.for.split(" ")) : []);
const pieceOf = (event) => event.target.closest("[data-for], [data-name]");
const light = (names, kind, on) => {
  for (const name of names) for (const one of named(name)) one.classList.toggle(kind, on);
};
for (const [starts, ends] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  document.addEventListener(starts, (event) => light(namesOf(pieceOf(event)), "lit", true));
  document.addEventListener(ends, (event) => light(namesOf(pieceOf(event)), "lit", false));
}
// A click or tap keeps the highlight until the next one.
let kept = [];
const keep = (names) => {
  light(kept, "kept", false);
  light((kept = names), "kept", true);
};
const show = (piece) => {
  const row = piece.dataset.for && document.getElementById(piece.dataset.for.split(" ")[0]);
  if (!row) return;
  const fold = row.closest("details");
  if (fold) fold.open = true;
  row.scrollIntoView({ block: "nearest" });
};
document.addEventListener("click", (event) => {
  const piece = pieceOf(event);
  keep(namesOf(piece));
  if (piece && !event.target.closest("a")) show(piece);
});
// The keyboard reaches quoted words, too: Enter shows their statement.
for (const piece of document.querySelectorAll('[data-for][id^="q-"]')) {
  piece.tabIndex = 0;
  piece.setAttribute("role", "link");
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") keep([]);
  if (event.key !== "Enter" || !event.target.dataset.for) return;
  keep(namesOf(event.target));
  show(event.target);
  const link = document.getElementById(event.target.dataset.for.split(" ")[0])?.querySelector("a");
  if (link) link.focus({ preventScroll: true });
});
// Scroll scans and text together, in proportion to their heights.
for (const beside of document.querySelectorAll(".beside")) {
  const panes = [...beside.children];
  let leading = null;
  for (const pane of panes) {
    for (const kind of ["pointerenter", "focusin", "touchstart", "wheel"]) {
      pane.addEventListener(kind, () => { leading = pane; }, { passive: true });
    }
    pane.addEventListener("scroll", () => {
      if (leading !== null && leading !== pane) return;
      const share = pane.scrollTop / Math.max(1, pane.scrollHeight - pane.clientHeight);
      for (const other of panes) {
        if (other !== pane) other.scrollTop = share * (other.scrollHeight - other.clientHeight);
      }
    }, { passive: true });
  }
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
