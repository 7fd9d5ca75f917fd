// Search and facets of the catalogue. Data come in scripts, since a page opened from a disk may load
// nothing else. Each script calls a function of `archive`. The page shows data only as text.
"use strict";
const archive = (() => {
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUE = new Map([...DIGITS].map((sign, at) => [sign, at]));
  const UNSPACED = "\\u2e80-\\u2fdf\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\u{20000}-\\u{3134f}";
  const PIECE = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, "gu");
  const FIRST = new RegExp(`^[${UNSPACED}]`, "u");
  const SHOWN = 40;
  const AROUND = 70, SNIPPETS = 3;  // characters before and after a word that was found; passages of one letter
  const FACETS = [["kind", _("Type"), "kind"], ["sender", _("Sender or author"), "person"], ["recipients", _("Recipients"), "person"], ["classification", _("Classification"), "classification"], ["language", _("Language"), "language"], ["holding", _("Holding"), "holding"]];
  const FEW = 8, MANY = 200;
  const $ = (id) => document.getElementById(id);

  // Loading -------------------------------------------------------------------------------------
  let data = null;
  const rows = new Map(), lists = new Map(), texts = new Map(), waiting = new Map();
  const load = (file, there) => {
    if (there()) return Promise.resolve();
    if (!waiting.has(file)) {
      waiting.set(file, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = `data/${file}.js`;
        script.onload = resolve;
        script.onerror = () => { waiting.delete(file); reject(new Error(file)); };
        document.head.append(script);
      }));
    }
    return waiting.get(file);
  };

  // Words, split as in web/site/search_index.py --------------------------------------------------
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}+/gu, "").normalize("NFC").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ");
  const wordsOf = (text) => {
    const words = [];
    for (const [run] of folded(text).matchAll(/[\p{L}\p{N}]+/gu)) {
      for (const [piece] of run.matchAll(PIECE)) {
        const signs = [...piece];
        if (!FIRST.test(piece)) words.push(signs.slice(0, 40).join(""));
        else signs.forEach((_, at) => words.push(signs.slice(at, at + 2).join("")));
      }
    }
    return words;
  };
  // The words to search for. In scripts without spaces, a search for the last character alone is of no use.
  const askedOf = (text) => {
    const words = wordsOf(text);
    return [...new Set(words.filter((word, at) => !(at > 0 && FIRST.test(word) && [...word].length === 1 && FIRST.test(words[at - 1]))))];
  };
  const decoded = (text, into, bit) => {
    let place = 0, number = 0, shift = 0;
    for (const sign of text) {
      const value = VALUE.get(sign);
      number |= (value & 31) << shift;
      if (value > 31) { shift += 5; continue; }
      place += number >> 1;
      into[place] |= number & 1 ? bit | 1 : bit;
      number = shift = 0;
    }
  };
  const after = (sorted, word) => {  // the number of words that are not after `word`
    let low = 0, high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= word) low = middle + 1; else high = middle;
    }
    return low;
  };
  // The letters that contain a word or a prefix: 2 if it is in a text, 3 if it is in the description.
  const having = async (word, begun) => {
    const first = Math.max(0, after(data.firsts, word) - 1);
    const last = begun ? Math.max(first, after(data.firsts, word + "\uffff") - 1) : first;
    const numbers = [];
    for (let number = first; number <= last; number++) numbers.push(number);
    await Promise.all(numbers.map((number) => load(`words-${number}`, () => lists.has(number))));
    const found = new Uint8Array(data.count);
    for (const number of numbers) {
      const [words, places] = lists.get(number) ?? [[], []];
      for (let at = after(words, word) - 1; at < words.length; at++) {
        if (at < 0) continue;
        if (words[at] === word || (begun && words[at].startsWith(word))) decoded(places[at], found, 2);
        else if (words[at] > word) break;
      }
    }
    return found;
  };

  // Querying --------------------------------------------------------------------------------------
  const asked = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    const chosen = {};
    for (const [name, , list] of FACETS) {
      const value = given.get(name);
      if (value === null) continue;
      const known = list === "person" ? data.keys : data.lists[list];
      chosen[name] = known.indexOf(value);
      if (chosen[name] < 0) chosen[name] = -2;
    }
    const year = (name) => { const text = given.get(name); return text && /^-?\d{1,4}$/.test(text) ? Number(text) : null; };
    return { q: given.get("q") ?? "", since: year("since"), until: year("until"), chosen, page: Math.max(0, Number(given.get("page")) | 0) };
  };
  const meets = (letter, question, except) => {
    const { columns } = data;
    const year = columns.year[letter];
    if (question.since !== null && (year === null || year < question.since)) return false;
    if (question.until !== null && (year === null || year > question.until)) return false;
    for (const name in question.chosen) {
      if (name === except) continue;
      const value = columns[name][letter], wanted = question.chosen[name];
      if (Array.isArray(value) ? !value.includes(wanted) : value !== wanted) return false;
    }
    return true;
  };
  const answer = async (question) => {
    const words = askedOf(question.q);
    const begun = !/\s$/.test(question.q);
    const founds = await Promise.all(words.map((word, at) => having(word, begun && at === words.length - 1)));
    const letters = [], ranks = new Uint8Array(data.count);
    for (let letter = 0; letter < data.count; letter++) {
      let rank = 0, all = true;
      for (const found of founds) {
        if (!found[letter]) { all = false; break; }
        rank += found[letter] & 1;
      }
      if (!all) continue;
      ranks[letter] = rank;
      letters.push(letter);
    }
    const meeting = letters.filter((letter) => meets(letter, question));
    if (words.length) meeting.sort((one, other) => ranks[other] - ranks[one] || one - other);
    return { letters, meeting };
  };

  // Showing -------------------------------------------------------------------------------------
  const element = (name, properties = {}, ...inner) => {
    const made = document.createElement(name);
    Object.assign(made, properties);
    made.append(...inner);
    return made;
  };
  // The places of the words of a search in a text, each with the number of its word.
  const placesOf = (text, words, begun) => {
    const places = [];
    for (const { 0: run, index } of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
      const plain = folded(run);
      const own = wordsOf(run);
      words.forEach((word, number) => {
        const fits = (one) => one === word || (begun && number === words.length - 1 && one.startsWith(word));
        if (!own.some(fits)) return;
        // A run of a script without spaces is a whole sentence: only the characters of the word are marked.
        const inside = FIRST.test(word) && plain.length === run.length ? plain.indexOf(word) : -1;
        places.push(inside < 0 ? [index, index + run.length, number] : [index + inside, index + inside + word.length, number]);
      });
    }
    return places.sort((one, other) => one[0] - other[0]);
  };
  // A passage that begins before the first of some places, and where it ends.
  const passage = (text, places) => {
    const [[first, last]] = places;
    const from = Math.max(0, first - AROUND), to = Math.min(text.length, last + 2 * AROUND);
    const start = from ? from + text.slice(from, first).indexOf(" ") + 1 : 0;
    const space = to < text.length ? text.slice(last, to).lastIndexOf(" ") : -1;
    const end = space < 0 ? to : last + space;
    const shown = element("p", { className: "snippet", dir: "auto" }, start ? "… " : "");
    let at = start;
    for (const [begin, stop] of places) {
      if (stop <= at || stop > end) continue;
      const marked = Math.max(at, begin);
      shown.append(text.slice(at, marked), element("mark", { textContent: text.slice(marked, stop) }));
      at = stop;
    }
    shown.append(text.slice(at, end), end < text.length ? " …" : "");
    return [shown, end];
  };
  // Passages with the words of a search, until each word was shown.
  const snippets = (lines, words, begun) => {
    const missing = new Set(words.keys()), made = [];
    for (const line of lines) {
      const places = placesOf(line, words, begun);
      let done = 0;
      for (const place of places) {
        if (made.length === SNIPPETS || !missing.size) return made;
        if (place[0] < done || !missing.has(place[2])) continue;
        const [shown, end] = passage(line, places.filter(([begin]) => begin >= place[0]));
        for (const [begin, stop, number] of places) if (begin >= place[0] && stop <= end) missing.delete(number);
        done = end;
        made.push(shown);
      }
    }
    return made;
  };
  const showSnippets = (page, question) => {
    const words = askedOf(question.q);
    if (!words.length) return;
    page.forEach(async (letter) => {
      const [id] = rows.get(Math.floor(letter / data.rows))[letter % data.rows];
      const cell = $("results").querySelector(`tr[data-letter="${letter}"] td:nth-child(3)`);
      try { await load(`texts/${encodeURIComponent(id)}`, () => texts.has(id)); } catch { return; }
      cell.append(...snippets(texts.get(id) ?? [], words, !/\s$/.test(question.q)));
    });
  };
  const bdi = (text) => element("bdi", { textContent: text });
  const persons = (numbers) => {
    const cell = element("td");
    numbers.forEach((number, at) => {
      if (at) cell.append("; ");
      cell.append(element("a", { href: `people/${data.keys[number]}.html` }, bdi(data.lists.person[number])));
    });
    return cell;
  };
  const row = (letter) => {
    const [id, title, date] = rows.get(Math.floor(letter / data.rows))[letter % data.rows];
    const named = element("td", {}, element("a", { href: `letters/${encodeURIComponent(id)}.html`, dir: "auto", textContent: title }));
    const classification = data.columns.classification[letter];
    if (classification >= 0) named.append(" ", element("span", { className: "mark" }, bdi(data.lists.classification[classification])));
    const kind = element("td", { textContent: data.lists.kind[data.columns.kind[letter]] });
    const made = element("tr", {}, element("td", { className: "date", textContent: date || _("undated") }), kind, named, persons(data.columns.sender[letter]), persons(data.columns.recipients[letter]));
    made.dataset.letter = letter;
    return made;
  };
  const opened = new Set(matchMedia("(min-width: 60rem)").matches ? ["sender", "recipients", "classification"] : []);
  const expanded = new Set();
  const facet = ([name, label, list], question, letters) => {
    const counts = new Map();
    for (const letter of letters) {
      if (!meets(letter, question, name)) continue;
      const value = data.columns[name][letter];
      for (const one of Array.isArray(value) ? value : [value]) if (one >= 0) counts.set(one, (counts.get(one) ?? 0) + 1);
    }
    const chosen = question.chosen[name];
    const sorted = [...counts].sort((one, other) => other[1] - one[1] || one[0] - other[0]);
    const shown = sorted.slice(0, expanded.has(name) ? MANY : FEW);
    if (chosen >= 0 && !shown.some(([value]) => value === chosen)) shown.unshift([chosen, counts.get(chosen) ?? 0]);
    if (!shown.length) return "";
    const items = shown.map(([value, count]) => {
      const button = element("button", { type: "button", id: `f-${name}-${value}` }, bdi(data.lists[list][value]), element("span", { className: "count", textContent: number(count) }));
      button.setAttribute("aria-pressed", String(value === chosen));
      button.addEventListener("click", () => change({ [name]: value === chosen ? null : (list === "person" ? data.keys : data.lists[list])[value], page: null }));
      return element("li", {}, button);
    });
    if (sorted.length > shown.length && !expanded.has(name)) {
      const more = element("button", { type: "button", id: `f-${name}-more`, textContent: plural("{n} more…", "{n} more…", Math.min(sorted.length, MANY) - FEW) });
      more.addEventListener("click", () => { expanded.add(name); ask(); });
      items.push(element("li", {}, more));
    }
    const fold = element("details", { open: opened.has(name) || chosen !== undefined }, element("summary", { textContent: label }), element("ul", {}, ...items));
    fold.addEventListener("toggle", () => (fold.open ? opened.add(name) : opened.delete(name)));
    return fold;
  };
  let turn = 0;
  const ask = async () => {
    const mine = ++turn;
    try {
      await load("catalogue", () => data !== null);
      const question = asked();
      const started = performance.now();
      const { letters, meeting } = await answer(question);
      const start = Math.min(question.page, Math.max(0, Math.ceil(meeting.length / SHOWN) - 1)) * SHOWN;
      const page = meeting.slice(start, start + SHOWN);
      const chunks = [...new Set(page.map((letter) => Math.floor(letter / data.rows)))];
      await Promise.all(chunks.map((chunk) => load(`rows-${chunk}`, () => rows.has(chunk))));
      if (mine !== turn) return;
      const focused = document.activeElement?.id;
      const body = $("results").querySelector("tbody");
      body.replaceChildren(...page.map(row));
      showSnippets(page, question);
      $("facets").replaceChildren(element("h2", { className: "unseen", textContent: _("Filters") }), ...FACETS.map((one) => facet(one, question, letters)));
      $("facets").hidden = false;
      if (focused?.startsWith("f-")) $(focused)?.focus();
      const many = meeting.length;
      const part = many > SHOWN ? `, ${_("showing {first} to {last}", { first: number(start + 1), last: number(start + page.length) })}` : "";
      $("count").textContent = many ? plural("{n} document", "{n} documents", many) + part : _("No documents match.");
      $("turn").hidden = many <= SHOWN;
      $("back").disabled = start === 0;
      $("on").disabled = start + SHOWN >= many;
      document.documentElement.dataset.answered = String(Math.round((performance.now() - started) * 10) / 10);
    } catch (error) {
      if (mine === turn) $("count").textContent = _("Part of the catalogue could not be loaded ({error}).", { error: error.message });
    }
  };
  const change = (values, { typed = false } = {}) => {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const [name, value] of Object.entries(values)) {
      if (value === null || value === "") given.delete(name); else given.set(name, value);
    }
    const hash = given.toString();
    if (`#${hash}` === location.hash || (!hash && !location.hash)) return;
    // Pages opened from a disk can set a hash, too. Typing adds no entry to the browser's history.
    if (typed) location.replace(`#${hash}`); else location.hash = hash;
  };

  const begin = () => {
    if (!$("ask")) return;
    $("ask").hidden = false;
    $("unscripted").hidden = true;
    const fields = [["q", "q"], ["from", "since"], ["until", "until"]];
    const fill = () => {
      const given = new URLSearchParams(location.hash.slice(1));
      for (const [id, name] of fields) if (document.activeElement !== $(id)) $(id).value = given.get(name) ?? "";
    };
    for (const [id, name] of fields) {
      $(id).addEventListener("input", () => change({ [name]: $(id).value.trimStart(), page: null }, { typed: true }));
      $(id).addEventListener("focus", () => load("catalogue", () => data !== null).then(ask, ask), { once: true });
    }
    $("ask").addEventListener("submit", (event) => event.preventDefault());
    $("clear").addEventListener("click", () => { location.hash = ""; for (const [id] of fields) $(id).value = ""; $("q").focus(); });
    $("back").addEventListener("click", () => { change({ page: String(asked().page - 1) }); $("count").scrollIntoView(); });
    $("on").addEventListener("click", () => { change({ page: String(asked().page + 1) }); $("count").scrollIntoView(); });
    addEventListener("hashchange", () => { fill(); ask(); });
    fill();
    ask();
  };
  document.addEventListener("DOMContentLoaded", begin);

  return {
    catalogue: (loaded) => { data = loaded; },
    rows: (number, loaded) => rows.set(number, loaded),
    text: (id, lines) => texts.set(id, lines),
    words: (number, words, places) => lists.set(number, [words, places]),
    wordsOf,
  };
})();
