// The server answers with the complete page. Only the elements that differ are replaced, so that focus,
// scroll positions and half-filled forms do not change.

const pristine = new Map(); // The elements as the server last sent them, by id.

const remember = (root) => {
  for (const element of root.querySelectorAll("[id]")) pristine.set(element.id, element.cloneNode(true));
};

// Ask the server for a page. It is parsed into a separate document, in which no script runs.
export const ask = (method, address, body) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  request.open(method, address);
  request.responseType = "document";
  request.setRequestHeader("Accept", "text/html");
  if (body) request.setRequestHeader("Content-Type", "application/json");
  request.onload = () => resolve({ status: request.status, page: request.responseXML });
  request.onerror = () => resolve({ status: 0, page: null });
  request.send(body ? JSON.stringify(body) : null);
});

// Ask the server for JSON.
export const askData = async (method, address, body) => {
  try {
    const answer = await fetch(address, {
      method, credentials: "same-origin",
      ...(body ? { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, data: await answer.json() };
  } catch {
    return { status: 0, data: {} };
  }
};

const differs = (id, fresh) => !pristine.has(id) || !pristine.get(id).isEqualNode(fresh);

const take = (old, fresh) => {
  pristine.set(fresh.id, fresh.cloneNode(true));
  const made = document.importNode(fresh, true);
  for (const box of old.querySelectorAll("input[type=checkbox][id]")) {
    const same = made.querySelector(`#${CSS.escape(box.id)}`);
    if (same) same.checked = box.checked;
  }
  const focused = old.contains(document.activeElement) && document.activeElement.id;
  old.replaceWith(made);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  return made;
};

// Replace one element.
export const takeElement = (page, id) => {
  const fresh = page.getElementById(id), old = document.getElementById(id);
  if (fresh && old && differs(id, fresh)) take(old, fresh);
};

// Update a list whose items have ids. An item with an open form does not change, unless it is `done`.
export const takeList = (page, selector, done) => {
  const list = document.querySelector(selector), fresh = page.querySelector(selector);
  if (!list || !fresh) return;
  const open = (item) => item.matches("[data-editing]") && item.id !== done;
  let before = null;
  for (const item of fresh.children) {
    if (!item.id) continue;
    const old = document.getElementById(item.id);
    if (!old) {
      const made = document.importNode(item, true);
      pristine.set(item.id, item.cloneNode(true));
      before ? before.after(made) : list.prepend(made);
      before = made;
    } else {
      before = !open(old) && differs(item.id, item) ? take(old, item) : old;
    }
  }
  for (const item of [...list.children]) {
    if (item.id && !page.getElementById(item.id) && !open(item)) {
      pristine.delete(item.id);
      item.remove();
    }
  }
};

// Replace an item, or insert it into a list if it is new.
export const takeItem = (page, id, list) => {
  const fresh = page.getElementById(id), old = document.getElementById(id);
  if (!fresh) return null;
  if (old) return take(old, fresh);
  const made = document.importNode(fresh, true);
  document.querySelector(list).prepend(made);
  return made;
};

if (document.getElementById("cards")) remember(document);
