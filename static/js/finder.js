/** Find items by what is typed: parts of their names, without accents, or of their bar codes. */

import { find } from "./page.js";
import { foldDigits } from "./typed.js";

// Of a large shop the first ones are enough, and as many are drawn within a frame or two.
const SHOWN_MAX = 60;
// Fewer are seen at a glance.
const WORTH_IT = 16;

/** Write a text as it is searched by: no accents, no capitals, digits 0 to 9. */
export const foldText = (text) =>
  foldDigits(text.normalize("NFKD").replace(/\p{M}/gu, "")).toLocaleLowerCase().replace(/ß/g, "ss");

/** Return those of `index`, pairs of a folded text and an item, that have each word that was typed. */
export function searchIndex(index, typed) {
  const words = foldText(typed).split(/\s+/).filter(Boolean);
  return index.filter(([text]) => words.every((word) => text.includes(word))).map(([, item]) => item);
}

/** Wire up the field; `entry` is the screen with the items. */
export function openFinder({ entry }) {
  const field = find("item-search");
  let items = null; // those of the index
  let index = [];
  let found = [];

  function look() {
    if (items !== entry.now().items) {
      ({ items } = entry.now());
      index = [...items].map(([id, { name, article = "" }]) => [`${foldText(name)} ${article}`, id]);
    }
    const typed = field.value.trim();
    found = searchIndex(index, typed);
    const shown = typed ? new Set(found.slice(0, SHOWN_MAX)) : null;
    for (const [id, { tile }] of items) {
      const isHidden = Boolean(shown) && !shown.has(id);
      if (tile.hidden !== isHidden) tile.hidden = isHidden;
    }
    find("items").toggleAttribute("data-searched", Boolean(typed));
    find("search-none").hidden = !typed || found.length > 0;
    find("search").hidden = items.size < WORTH_IT && !typed && document.activeElement !== field;
  }

  function clear() {
    field.value = "";
    look();
  }

  /** Go to the field, with a letter that was typed elsewhere; gives what takes it back. */
  function search(letter = "") {
    const before = field.value;
    find("search").hidden = false;
    field.focus();
    field.value += letter;
    look();
    return () => {
      field.value = before;
      look();
    };
  }

  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    if (!["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Enter" && field.value.trim() && found.length) entry.add(found[0]);
    if (event.key === "Enter" && !found.length) return;
    clear();
    field.blur();
    look();
  });
  find("items").addEventListener("click", (event) => {
    if (field.value && event.target.closest("[data-item]")) clear();
  });
  look();
  return { search };
}
