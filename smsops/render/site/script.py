"""The one script of the report. Without it everything is there to read; with it, lists are filtered and sorted."""

from __future__ import annotations

SCRIPT = r"""
(() => {
"use strict";
const all = (query, from = document) => [...from.querySelectorAll(query)];
const lists = all("[data-rows]");
const outer = lists.filter((list) => !list.parentElement.closest(".rows"));
const rowsOf = (list) => list.matches(".rows") ? all("details", list) : [...list.children];
const order = new Intl.Collator("en", { numeric: true }).compare;

// The filter: every word has to stand somewhere in the row.
const find = document.querySelector(".find"), input = find && find.querySelector("input");
let rows;
const filter = () => {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  rows ??= outer.map((list) => rowsOf(list).map((row) => [row, row.textContent.toLowerCase()]));
  find.querySelector("output").textContent = outer.map((list, at) => {
    let shown = 0;
    list.classList.toggle("flat", words.length > 0);  // chunks of which little is left take no room
    for (const [row, text] of rows[at]) {
      const fits = words.every((word) => text.includes(word));
      if (row.hidden === fits) row.hidden = !fits;
      shown += fits;
    }
    return `${shown.toLocaleString("en")} of ${rows[at].length.toLocaleString("en")} ${list.dataset.rows}`;
  }).join(", ");
};
if (find && lists.length) {
  find.hidden = false;
  input.addEventListener("input", filter);
  addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName || "");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    } else if (event.key === "Escape" && event.target === input) {
      input.value = "";
      filter();
    }
  });
}

// Sorting: a button in every head. Rows that are equal stay in their order.
const sortable = (heads, list, cell, mark) => heads.forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  let up = false;
  button.addEventListener("click", () => {
    up = !up;
    const keyed = rowsOf(list).map((row) => [cell(row).children[column].textContent, row]);
    keyed.sort(([one], [other]) => up ? order(one, other) : order(other, one));
    getSelection().removeAllRanges();  // a caret among thousands of moved rows takes the browser seconds to place
    const sorted = keyed.map(([, row]) => row), chunks = list.matches(".rows") ? [...list.children] : [list];
    const size = Math.ceil(sorted.length / chunks.length);
    chunks.forEach((chunk, at) => chunk.append(...sorted.slice(at * size, (at + 1) * size)));
    heads.forEach((each) => mark(each, each === head ? (up ? "ascending" : "descending") : ""));
  });
});
for (const list of lists) {
  if (list.tagName === "TBODY") {
    sortable(all("th", list.parentNode.tHead), list, (row) => row, (head, way) => {
      if (way) head.setAttribute("aria-sort", way); else head.removeAttribute("aria-sort");
    });
  } else if (list.previousElementSibling && list.previousElementSibling.classList.contains("head")) {
    const noun = list.dataset.rows;
    sortable([...list.previousElementSibling.children], list, (row) => row.firstElementChild, (head, way) => {
      const button = head.firstElementChild;
      button.className = way === "ascending" ? "up" : way ? "down" : "";
      button.setAttribute("aria-pressed", String(Boolean(way)));
      if (way) find.querySelector("output").textContent = `${noun} by ${button.textContent}, ${way}`;
    });
  }
}

// A link to a part that is closed, or filtered away, opens it.
const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target || target.tagName !== "DETAILS") return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();

// In the lists of an apply, channels are named; they become links when the apply is opened.
let places;
document.addEventListener("toggle", (event) => {
  for (const list of event.target.open ? all("p.n", event.target) : []) {
    places ??= new Map(all(".chan details").map((row) => [row.querySelector("b").textContent, row.id]));
    list.classList.remove("n");
    list.replaceChildren(...list.textContent.split(", ").flatMap((name, at) => {
      const place = places.get(name.split(" ")[0]);
      const link = document.createElement(place ? "a" : "span");
      if (place) link.href = `#${place}`;
      link.textContent = name;
      return at ? [", ", link] : [link];
    }));
  }
}, true);

// On paper nothing can be opened, so what is folded is opened first; of the long lists only what the reader opened.
let closed = [];
addEventListener("beforeprint", () => {
  closed = all("details:not([open])").filter((part) => !part.closest(".rows"));
  closed.forEach((part) => { part.open = true; });
});
addEventListener("afterprint", () => closed.forEach((part) => { part.open = false; }));
})();
"""
