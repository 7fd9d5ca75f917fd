// Link to the documents before and after this one. Without this script, the page of the year lists them.
"use strict";
const archive = {
  year: (documents) => {
    const nav = document.getElementById("neighbours");
    const here = documents.findIndex(([id]) => id === nav.dataset.id);
    for (const [at, rel] of [[here - 1, "prev"], [here + 1, "next"]]) {
      if (here < 0 || !documents[at]) continue;
      const [id, title] = documents[at];
      const link = document.createElement("a");
      link.href = `${encodeURIComponent(id)}.html`;
      link.rel = rel;
      const words = document.createElement("bdi");
      words.textContent = title;
      link.append(...(rel === "prev" ? ["← ", words] : [words, " →"]));
      nav.append(link);
    }
    nav.hidden = !nav.children.length;
  },
};
