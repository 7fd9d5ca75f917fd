// The review in the browser: the current field, the selected words, the requests to the server.
import { ask, askData, takeElement, takeItem, takeList } from "./patch.js";
import { moved, select, selected } from "./text.js";

const $ = (id) => document.getElementById(id);
const head = () => $("head");
const cards = () => [...document.querySelectorAll("#cards > .card")];
const base = new URL("..", import.meta.url).pathname; // The secret path of this review.
const here = () => `${base}letters/${head().dataset.key}`;

let current = null; // The id of the current card.
let words = null; // The selected words, {file, start, end}.
let last = null; // The change that was not made because the file had changed.
let ended = false; // Whether the review has ended.
let busy = Promise.resolve(); // Changes are sent one after the other.

const say = (text, bad) => {
  $("said").textContent = text;
  $("said").classList.toggle("bad", Boolean(bad));
};

// The current field.

const card = () => current && $(current);

const setCurrent = (item, { focus = true, look = true } = {}) => {
  if (!item) return;
  current = item.id;
  for (const each of document.querySelectorAll(".card.current")) each.classList.remove("current");
  for (const each of document.querySelectorAll(".q.current")) each.classList.remove("current");
  item.classList.add("current");
  const quotes = document.querySelectorAll(`.q[data-for~="${CSS.escape(item.dataset.name)}"]`);
  for (const quote of quotes) quote.classList.add("current");
  if (look) quotes[0]?.scrollIntoView({ block: "center" });
  $("current").textContent = item.dataset.label;
  if (focus) {
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }
};

const step = (by, toRead) => {
  const all = cards();
  let place = all.indexOf(card());
  do place += by; while (all[place] && toRead && !all[place].matches("[data-to-read]"));
  if (all[place]) setCurrent(all[place]);
  else if (toRead) say(_("Nothing else needs review."));
};

// Selected words.

const showWords = () => {
  const now = selected();
  if (!now && !words) return;
  words = now;
  const chosen = words ? getSelection().toString().replace(/\s+/g, " ").trim() : "";
  const short = chosen.length > 80 ? `${chosen.slice(0, 60)} … ${chosen.slice(-15)}` : chosen;
  $("chosen").textContent = words ? _("Selected: “{words}”", { words: short }) : _("Select words in the text.");
  for (const button of document.querySelectorAll("[data-quote-current], [data-note]")) button.disabled = !words;
};

// The browser reports a new selection with a delay, and the next key may come before the report.
const choose = (where) => {
  select(where);
  words = where;
};

const place = (at) => (at ? `${at.file}:${at.start}:${at.end}` : "");
const placed = (text) => {
  if (!text) return null;
  const [file, start, end] = text.split(":").map(Number);
  return { file, start, end };
};

// A click on a control that has just appeared under a resting pointer does nothing: the click is the
// second half of a double click, or was meant for the control that was there before.
const TO_SEE = 1000; // The time in milliseconds that a person needs to notice a change of the page.
let aimed = true; // Whether the pointer has moved since the page last changed.
let changedAt = 0;
let pointer = null; // Where the pointer is.
let rested = null; // Where the pointer was when the page last changed.

const changed = () => {
  aimed = false;
  rested = pointer;
  changedAt = performance.now();
};

const isAimed = (event) => {
  if (event.detail === 0 || event.target.closest("[data-go]")) return true;
  if (event.target.closest("[data-undo], [data-redo]")) return event.detail === 1;
  return event.detail === 1 && (aimed || performance.now() - changedAt > TO_SEE);
};

// A control does nothing while it is still at work, or the page is about to be left.
const working = new WeakSet();
let leaving = false;
addEventListener("pageshow", () => { leaving = false; });

const once = async (control, action) => {
  if (leaving || working.has(control)) return;
  working.add(control);
  try { await action(); } finally { working.delete(control); }
};

const leave = (address) => {
  leaving = true;
  location.assign(address);
};

// Requests to the server.

const take = (page, done) => {
  changed();
  for (const id of ["head", "loose", "adds", "package"]) takeElement(page, id);
  takeList(page, "#cards", done);
  for (const text of page.querySelectorAll(".text")) takeList(page, `.text[data-file="${text.dataset.file}"]`);
  const title = page.querySelector("title");
  if (title) document.title = title.textContent;
  if (card()) setCurrent(card(), { focus: false, look: false });
};

const isUndoing = (doing) => doing === "undo" || doing === "redo";

const send = (doing, change) => {
  busy = busy.then(async () => {
    // The change before this one may have left nothing to undo.
    if (isUndoing(doing) && !head().querySelector(`[data-${doing}]:enabled`)) return;
    say(_("Saving…"));
    const { status, page } = await ask("POST", `${here()}/${doing}`, { ...change, seen: head().dataset.seen });
    if (!status) return say(_("The review does not answer; it may have ended. Your last change is not saved."), true);
    if (!page?.getElementById("head")) return say(messageIn(page), true);
    const id = change.field === undefined ? "" : cardName(change.field);
    take(page, status === 200 || status === 422 ? id : "");
    say(page.getElementById("said").textContent, status !== 200);
    if (status === 409) {
      last = { doing, change };
      $("conflict").showModal();
    } else if (status === 422) {
      setCurrent($(id));
      $(id)?.querySelector("[aria-invalid]")?.focus();
    } else {
      after(doing, id);
    }
  });
  return busy;
};

const cardName = (field) => `s-${field.replaceAll(".", "-")}`;
const messageIn = (page) => {
  const messages = [...(page?.querySelectorAll(".wrong") ?? [])].map((each) => each.textContent);
  return messages.join(" ") || _("That did not work. Reload the page.");
};

// After a field is accepted or left unknown, go to the next one that needs review; otherwise stay.
const after = (doing, id) => {
  if (isUndoing(doing)) return;
  const item = $(id);
  if (!item) return setCurrent(cards()[0]);
  setCurrent(item);
  if (doing === "accept" || doing === "unknown") {
    const said = $("said").textContent;
    step(1, true);
    say(said);
  }
};

const isOpen = (item) => Boolean(item.querySelector(".value.none"));

const edit = async (field, at) => {
  const query = new URLSearchParams({ edit: field, ...(at ? { at: place(at) } : {}) });
  const { status, page } = await ask("GET", `${here()}?${query}`);
  changed();
  if (status !== 200) return say(_("The form cannot be opened. Reload the page."), true);
  const item = takeItem(page, cardName(field), "#cards");
  setCurrent(item, { look: !at });
  const first = field.startsWith("translation_notes.") ? "[name=text]" : "input:not([type=hidden]), textarea, select";
  item?.querySelector(first)?.focus();
};

const close = async (item) => {
  const field = item.dataset.field;
  changed();
  if (item.matches(".new")) {
    item.remove();
    return setCurrent(cards()[0]);
  }
  const { page } = await ask("GET", here());
  if (page) setCurrent(takeItem(page, item.id, "#cards"));
};

const entered = (form) => {
  const values = {};
  for (const input of form.elements) {
    if (!input.name) continue;
    if (input.matches("[data-items]")) {
      values[input.name] = [...input.querySelectorAll(":scope > [data-item]")].map((item) => item.dataset.item);
    } else if (input.matches("[data-many]")) {
      values[input.name] ??= [];
      if (input.checked) values[input.name].push(input.value);
    } else {
      values[input.name] = input.value;
    }
  }
  return values;
};

const save = (form) => {
  const item = form.closest(".card");
  return send(form.dataset.do, { field: item.dataset.field, values: entered(form), at: form.dataset.at });
};

// The items of a list in a form.

let added = 0;

const numbered = (fragment, key) => {
  for (const element of fragment.querySelectorAll("*")) {
    for (const attribute of element.attributes) attribute.value = attribute.value.replace("*", key);
    if (element.content) numbered(element.content, key);
  }
  return fragment;
};

const addItem = (button) => {
  const list = button.closest("[data-items]");
  const item = numbered(list.querySelector(":scope > template").content.cloneNode(true), `new${++added}`);
  button.parentElement.before(item);
  changed();
  button.parentElement.previousElementSibling.querySelector("input, textarea, select")?.focus();
};

const dropItem = (button) => {
  const list = button.closest("[data-items]");
  button.closest("[data-item]").remove();
  changed();
  list.querySelector(":scope > .acts > [data-more]").focus();
  checkForm(list.form);
};

// Check the form while the reviewer types, without saving it.
let typing = 0;
const checkForm = (form) => {
  clearTimeout(typing);
  typing = setTimeout(async () => {
    const item = form.closest(".card");
    const { status, page } = await ask("POST", `${here()}/${form.dataset.do}`, {
      field: item.dataset.field, values: entered(form), at: form.dataset.at, trial: true,
    });
    const fresh = page?.querySelector(".findings"), old = form.querySelector(".findings");
    if (status !== 200 || !fresh || !old) return;
    const wrong = fresh.querySelector(".error");
    old.replaceWith(document.importNode(fresh, true));
    for (const input of form.querySelectorAll("[aria-describedby]")) {
      wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
    }
  }, 250);
};

const quoteFor = (item) => {
  if (!words) return say(_("Select words in the text first: with the mouse, or with t and the arrow keys."), true);
  if (!item) return say(_("Choose a field first."), true);
  const field = item.dataset.field;
  return isOpen(item) ? edit(field, words) : send("quote", { field, at: place(words) });
};

const note = () => (words ? edit("translation_notes.", words) : say(_("Select words in the text first."), true));

const does = (doing, item) => {
  const button = item?.querySelector(`[data-do="${doing}"]:not(form):enabled`);
  if (button) return send(doing, { field: item.dataset.field });
};

// The package: each step runs on the server. Poll until it has ended.

const follow = async (page) => {
  const section = page?.getElementById("package");
  if (!section) return say(messageIn(page), true);
  takeElement(page, "package");
  changed();
  if (section.matches("[data-running]")) {
    setTimeout(async () => follow((await ask("GET", `${here()}/package`)).page), 250);
  } else {
    const outcomes = [...section.querySelectorAll(".outcome")];
    const outcome = outcomes[outcomes.length - 1];
    say(outcome?.textContent.trim() ?? "", outcome?.matches(".bad"));
  }
};

const work = async (name, more = {}) => {
  say(_("Continuing…"));
  await busy;
  await follow((await ask("POST", `${here()}/work`, { step: name, ...more })).page);
};

// The list of letters.

const boxes = () => [...document.querySelectorAll("#rows [data-letter]")];
const chosenLetters = () => boxes().filter((box) => box.checked).map((box) => box.dataset.letter);

const takeRows = (page) => {
  takeList(page, "#rows");
  for (const id of ["listh", "batch", "site"]) takeElement(page, id);
};

const followBatch = async (page) => {
  if (!page?.getElementById("batch")) return say(messageIn(page), true);
  const wasRunning = $("batch").matches("[data-running]");
  takeElement(page, "batch");
  const isRunning = $("batch").matches("[data-running]");
  if (isRunning !== wasRunning || !isRunning) changed();
  if (isRunning) {
    setTimeout(async () => followBatch((await ask("GET", `${base}batch`)).page), 300);
  } else {
    say($("batch").querySelector(".outcome")?.textContent ?? "", !$("batch").querySelector(".outcome.good"));
    takeRows((await ask("GET", location.href)).page);
  }
};

const batch = async (step, more = {}) => {
  say(_("Working…"));
  followBatch((await ask("POST", `${base}batch`, { step, keys: chosenLetters(), ...more })).page);
};

const setMany = async (form) => {
  say(_("Saving…"));
  const { status, page } = await ask("POST", `${base}values`, {
    keys: chosenLetters(), name: form.elements.name.value, value: form.elements.value.value, replace: form.elements.replace.checked,
  });
  const said = page?.getElementById("said");
  if (!said) return say(messageIn(page), true);
  changed();
  say(said.textContent, status !== 200);
  takeRows((await ask("GET", location.href)).page);
};

// Files that are dropped into the page or chosen. The server keeps them until they are added.

const inFolder = (entry) => new Promise((resolve) => {
  if (entry.isFile) return entry.file((file) => resolve([[entry.fullPath.slice(1), file]]), () => resolve([]));
  const reader = entry.createReader(), found = [];
  const more = () => reader.readEntries(async (entries) => {
    if (!entries.length) return resolve(found);
    for (const each of entries) found.push(...await inFolder(each));
    more();
  }, () => resolve(found));
  more();
});

const upload = async (files) => {
  const refused = [];
  let sent = 0;
  for (const [path, file] of files) {
    say(_("Receiving {number} of {all}…", { number: number(sent + 1), all: number(files.length) }));
    const query = new URLSearchParams({ path: path.normalize("NFC"), letter: head().dataset.record ?? "" });
    try {
      const answer = await fetch(`${base}files?${query}`, {
        method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/octet-stream" }, body: file,
      });
      if (answer.ok) sent += 1;
      else refused.push(await answer.json());
    } catch {
      refused.push({ message: _("{file} was not received", { file: path }), hint: "" });
    }
  }
  const why = refused.slice(0, 5).map(({ message, hint }) => `${message}. ${hint}`).join(" ");
  sessionStorage.setItem("refused", refused.length ? `${_("{refused} of {all} files refused.", { refused: number(refused.length), all: number(files.length) })} ${why}` : "");
  if (sent) leave(`${base}add`);
  else say(sessionStorage.getItem("refused"), true);
};

const isDropped = (event) => event.dataTransfer?.types.includes("Files") && ($("dropzone") || $("arranged"));
document.addEventListener("dragover", (event) => isDropped(event) && event.preventDefault());
document.addEventListener("drop", async (event) => {
  if (!isDropped(event)) return;
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = [...event.dataTransfer.files].map((file) => [file.name, file]);
  const found = [];
  for (const entry of entries) found.push(...await inFolder(entry));
  upload(found.length ? found : files);
});
$("files")?.addEventListener("change", ({ target }) => upload([...target.files].map((file) => [file.webkitRelativePath || file.name, file])));

// Send only what the reviewer has changed; the rest stays a proposal.
const arrange = async (data, focused) => {
  const { page } = await ask("POST", `${base}arrange`, data);
  if (!page?.getElementById("arranged")) return say(messageIn(page), true);
  takeElement(page, "arranged");
  const named = (each) => focused && (each.id === focused || each.getAttribute("aria-label") === focused);
  [...document.querySelectorAll("#arrange [id], #arrange [aria-label]")].find(named)?.focus();
};

document.addEventListener("change", ({ target }) => {
  if (!target.closest("#arrange")) return;
  const { kind, file, column } = target.dataset;
  const focus = target.id || target.getAttribute("aria-label");
  if (kind) arrange({ kinds: { [kind]: target.value } }, focus);
  else if (file) arrange({ letters: { [file]: target.value } }, focus);
  else if (column) arrange({ columns: { [column]: target.value } }, focus);
  else if (target.id === "by") arrange({ described_by: target.value });
});

const addAll = async () => {
  say(_("Adding…"));
  const { status, page } = await ask("POST", `${base}add`, { described_by: $("by")?.value });
  if (status !== 200 && page?.getElementById("arranged")) {
    takeElement(page, "arranged");
    return say(page.getElementById("said").textContent, true);
  }
  if (status !== 200) return say(messageIn(page), true);
  sessionStorage.setItem("done", page.getElementById("said").textContent);
  leave(`${base}?all`);
};

for (const [key, bad] of [["refused", true], ["done", false]]) {
  const text = sessionStorage.getItem(key);
  if (text) say(text, bad);
  sessionStorage.removeItem(key);
}

// The records of a large folder are read while the list is open already.
const fill = async () => {
  if (ended || !document.querySelector("#listed[data-unread]")) return;
  const { status, data } = await askData("GET", `${base}unread`);
  const progress = document.querySelector("#listed .going progress");
  if (status !== 200) return;
  progress.value = progress.max - data.unread;
  if (data.unread) setTimeout(fill, 500);
  else {
    const { page } = await ask("GET", location.href);
    for (const id of ["listed", "site"]) takeElement(page, id); // not the text that is being pasted
  }
};
setTimeout(fill, 500);

let pasted = null; // The text exactly as pasted; the browser changes its line endings in the form.

const draft = async (button) => {
  const { status, data } = await askData("POST", `${base}draft`, { key: button.dataset.draft });
  const outcome = button.parentElement.querySelector(".counts");
  if (status === 200) {
    const link = Object.assign(document.createElement("a"), { href: `${base}letters/${data.key}`, textContent: _("drafted: review it") });
    outcome.replaceChildren(link);
    button.remove();
  } else {
    outcome.textContent = data.message ?? _("The review does not answer.");
  }
};

const draftAll = async () => {
  const progress = $("drafting");
  progress.hidden = false;
  for (const button of document.querySelectorAll("[data-draft]")) {
    await draft(button);
    progress.value += 1;
  }
  leaving = true;
  location.reload();
};

const paste = async () => {
  const text = $("pasted").value;
  const exact = pasted && pasted.shown === text ? pasted.text : text;
  say(_("Drafting…"));
  const { status, data } = await askData("POST", `${base}paste`, { text: exact });
  if (status === 200) leave(data.address);
  else say(data.message ? `${data.message}. ${data.hint ?? ""}` : _("The review does not answer."), true);
};

const stop = async () => {
  await askData("POST", `${base}stop`, {});
  end();
};

// After the end, nothing on the page works any more, in this tab and in all others.
const end = () => {
  ended = true;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  for (const element of document.body.children) element.inert = element.id !== "said";
  say(_("The review has ended. All saved changes are in your files. You can close this tab."));
  document.title = _("The review has ended");
  $("said").scrollIntoView({ block: "center" });
};

// Keys and clicks.

const keys = {
  j: () => step(1), k: () => step(-1), J: () => step(1, true), K: () => step(-1, true),
  a: () => does("accept", card()),
  u: () => does("unknown", card()) ?? does("remove", card()),
  c: () => card()?.querySelector("[data-edit]:enabled") && edit(card().dataset.field),
  e: () => quoteFor(card()), n: () => note(),
  s: () => card() && setCurrent(card()),
  t: () => { $("letter").focus(); choose(words ?? firstWords() ?? moved(null, "", {})); },
  z: () => send("undo", {}),
  y: () => send("redo", {}),
  N: () => head().querySelector("[data-next]")?.click(),
  p: () => { $("package").focus(); $("package").scrollIntoView(); },
  "?": () => $("keys").showModal(),
};

const firstWords = () => {
  const go = card()?.querySelector("[data-go]");
  return go ? placed(go.dataset.go) : null;
};

const inText = (event) => {
  if (!event.key.startsWith("Arrow") || !document.activeElement?.matches("#letter")) return false;
  if (event.ctrlKey || event.metaKey) return false;
  choose(moved(words, event.key, { more: event.shiftKey, fine: event.altKey }));
  return true;
};

// The reviewer can switch off the commands of single keys (WCAG 2.1.4). A cookie of the browser
// remembers it for later reviews, which have other ports.
const hasKeys = () => !document.cookie.includes("archive-pkg-keys=off");
const showKeys = () => {
  document.documentElement.classList.toggle("no-keys", !hasKeys());
  if ($("single")) $("single").checked = hasKeys();
};
showKeys();
$("single")?.addEventListener("change", ({ target }) => {
  const years = target.checked ? 0 : 10;
  document.cookie = `archive-pkg-keys=off; path=/; samesite=strict; max-age=${years * 31536000}`;
  showKeys();
});

document.addEventListener("keydown", (event) => {
  if (ended || !$("cards") || document.querySelector("dialog[open]")) return;
  const form = event.target.closest?.("form.form");
  if (form && event.key === "Escape") close(form.closest(".card"));
  else if (form && event.key === "Enter" && event.ctrlKey) form.requestSubmit();
  else if (event.target.matches("input, textarea, select")) return;
  else if (inText(event)) { /* the words are selected */ }
  else if (event.key === "Escape") setCurrent(card() ?? cards()[0], { look: false });
  else if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || !hasKeys()) return;
  else keys[event.key]();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const item = event.target.closest(".card");
  const control = event.target.closest("button, input, select, textarea, label, summary, a");
  if ((button || control?.closest(".card, #package")) && !isAimed(event)) return event.preventDefault();
  if (button?.matches("[data-do]")) return send(button.dataset.do, { field: item.dataset.field });
  if (button?.matches("[data-edit]")) return edit(item.dataset.field);
  if (button?.matches("[data-quote]")) return quoteFor(item);
  if (button?.matches("[data-quote-current]")) return quoteFor(card());
  if (button?.matches("[data-note]")) return note();
  if (button?.matches("[data-cancel]")) return close(item);
  if (button?.matches("[data-add]")) return edit(button.dataset.add, words);
  if (button?.matches("[data-more]")) return addItem(button);
  if (button?.matches("[data-drop]")) return dropItem(button);
  if (button?.matches("[data-go]")) return choose(placed(button.dataset.go));
  if (button?.matches("[data-undo]")) return keys.z();
  if (button?.matches("[data-redo]")) return keys.y();
  if (button?.matches("[data-help]")) return keys["?"]();
  if (button?.matches("[data-package]")) return keys.p();
  if (button?.matches("[data-work]")) return once(button, () => work(button.dataset.work, { replace: button.matches("[data-replace]"), to: button.dataset.to }));
  if (button?.matches("[data-draft]")) return once(button, () => draft(button));
  if (button?.matches("#draft-all")) return once(button, draftAll);
  if (button?.matches("[data-clear]")) return arrange({ clear: true });
  if (button?.matches("[data-batch]")) return once(button, () => batch(button.dataset.batch));
  if (event.target.id === "all") for (const box of boxes()) box.checked = event.target.checked;
  if (button?.matches("[data-stop]")) return stop();
  const quote = event.target.closest(".q");
  if (quote && getSelection().isCollapsed) {
    const names = quote.dataset.for.split(" ");
    const next = names[(names.indexOf(current) + 1) % names.length];
    return setCurrent($(next), { look: false });
  }
  if (item && !event.target.closest("form, a, button")) setCurrent(item, { focus: false });
});

document.addEventListener("pointermove", ({ clientX, clientY }) => {
  pointer = { x: clientX, y: clientY };
  if (!rested || Math.hypot(clientX - rested.x, clientY - rested.y) > 2) aimed = true;
});
document.addEventListener("wheel", () => { aimed = true; }, { passive: true });

document.addEventListener("mousedown", (event) => {
  // A button must not remove the selection before the selection is used.
  if (event.target.closest("[data-quote], [data-quote-current], [data-note], [data-add]")) event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const item = event.target.closest?.("#cards > .card");
  if (item && item.id !== current) setCurrent(item, { focus: false });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const action = form.matches("form.form") ? () => save(form) : {
    to: () => work("plan", { to: $("w-to").value }),
    "deposit-many": () => batch("plan", { to: $("many-to").value }),
    "set-many": () => setMany(form),
    arrange: addAll,
    paste,
    whof: name,
  }[form.id];
  if (!action) return;
  event.preventDefault();
  once(form, action);
});

const name = async () => {
  const { status, data } = await askData("POST", `${base}reviewer`, { name: $("whon").value });
  if (status !== 200) return say(data.message ?? _("The review does not answer."), true);
  $("who").close();
  head().dataset.confirmed = "yes";
};

document.addEventListener("input", (event) => {
  const form = event.target.closest("form.form");
  if (form) checkForm(form);
});

document.addEventListener("paste", (event) => {
  const box = event.target;
  if (box.id !== "pasted" || box.selectionEnd - box.selectionStart < box.value.length) return;
  const text = event.clipboardData.getData("text/plain");
  setTimeout(() => { pasted = { text, shown: box.value }; });
});

if ($("cards")) document.addEventListener("selectionchange", showWords);

// Changes by other tabs and programs.

const watch = async () => {
  if (ended || document.hidden || document.querySelector("dialog[open]")) return;
  await busy;
  const { status, data } = await askData("GET", `${here()}/state`);
  if (!status) return end();
  if (status === 200 && data.seen !== head().dataset.seen) {
    const { page } = await ask("GET", here());
    if (!page?.getElementById("head")) return;
    take(page, "");
    say(_("Another tab or program has changed the record. The page now shows the current record."));
  }
};

addEventListener("beforeunload", (event) => {
  if (!ended && document.querySelector("form.form")) event.preventDefault();
});

if ($("cards")) {
  $("again").addEventListener("click", () => { $("conflict").close(); send(last.doing, last.change); });
  $("drop").addEventListener("click", () => { $("conflict").close(); say(_("Your last change was discarded.")); });
  setInterval(watch, 2000);
  setCurrent(cards()[0], { focus: false, look: matchMedia("(min-width: 60rem)").matches });
}
if (head()?.dataset.confirmed === "no") {
  $("whon").value = head().dataset.reviewer;
  $("who").showModal();
}
