// A statement and the words it rests on light up together; without this, their links still work.
"use strict";
const words = (name) => document.querySelectorAll(`[data-for~="${CSS.escape(name)}"]`);
const light = (names, on) => {
  for (const name of names) {
    for (const piece of words(name)) piece.classList.toggle("lit", on);
    for (const row of document.querySelectorAll(`[data-name="${CSS.escape(name)}"]`)) row.classList.toggle("lit", on);
  }
};
const namesOf = (event) => {
  const piece = event.target.closest("[data-for], [data-name]");
  if (!piece) return [];
  return piece.dataset.name ? [piece.dataset.name] : piece.dataset.for.split(" ");
};
for (const [starts, ends] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  document.addEventListener(starts, (event) => light(namesOf(event), true));
  document.addEventListener(ends, (event) => light(namesOf(event), false));
}
document.addEventListener("click", (event) => {
  const piece = event.target.closest("[data-for]");
  if (!piece || event.target.closest("a")) return;
  const row = document.getElementById(piece.dataset.for.split(" ")[0]);
  const fold = row && row.closest("details");
  if (fold) fold.open = true;
  if (row) row.scrollIntoView({ block: "nearest" });
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
