/** The sale being rung up: lines of items, and an amount typed from right to left beside them. */

import { readCatalogue } from "./catalogue.js";
import { fillAmount, formatMoney, MINOR_MAX, pressKey } from "./money.js";
import { find, isolate, make } from "./page.js";
import { gettext } from "./server.js";
import { readArticle } from "./typed.js";

const QUANTITY_MAX = 999;
const DRAFT = "tessera.draft";
const TAB = "tessera.tab";

export const makeRow = ([label, value]) =>
  make("div", { className: "row" }, make("dt", { textContent: label }), make("dd", {}, isolate(value)));

/** Return the lines of a sale, item and count, without what is not sold any more. */
const listLines = ({ counts }, items) => Object.entries(counts).filter(([item, count]) => count > 0 && items.has(item));

/** Return what a sale comes to, in minor units: the items in it, and the amount typed beside them. */
export const sumSale = ({ counts, typed }, items) =>
  listLines({ counts }, items).reduce((sum, [item, count]) => sum + count * items.get(item).price, typed);

/** Return a sale as the API takes it: one that was only typed has no lines. */
export function writeSale({ counts, typed }, items, currency) {
  const amount = { amount_minor: sumSale({ counts, typed }, items), currency };
  const lines = listLines({ counts }, items).map(([item, quantity]) => ({ item, quantity }));
  if (!lines.length) return { amount };
  return { amount, lines: typed ? [...lines, { amount_minor: typed }] : lines };
}

/** Wire up the entry screen; `charge` is called with the body of the new sale. */
export function openEntry({ currency, exponent, charge }) {
  const tabs = [...document.querySelectorAll("[data-tab]")];
  const money = (minor) => formatMoney(minor, currency, exponent);
  const catalogue = readCatalogue({ money });
  const rows = new Map();
  let typed = 0;
  let counts = {};

  const lines = () => listLines({ counts }, catalogue.items);
  const total = () => sumSale({ counts, typed }, catalogue.items);

  function draw() {
    const minor = total();
    fillAmount(find("total"), minor, currency, exponent);
    find("total").dataset.zero = minor === 0;
    find("charge").disabled = find("collect-new").disabled = minor === 0;
    find("charge").textContent = minor ? gettext("Charge %(amount)s", { amount: money(minor) }) : gettext("Charge");
    drawCart();
    sessionStorage.setItem(DRAFT, JSON.stringify({ typed, counts }));
  }

  function drawCart() {
    for (const [id, item] of catalogue.items) {
      const count = counts[id] || 0;
      item.tile.dataset.count = count;
      if (!rows.has(id) && count) rows.set(id, makeLine(id));
      const row = rows.get(id);
      if (!row) continue;
      row.hidden = count === 0;
      row.querySelector("output").textContent = count;
      row.querySelector(".sum").textContent = money(count * item.price);
    }
    find("entry").dataset.cart = lines().length ? "items" : "";
    find("cart-typed").hidden = !typed;
    find("cart-typed-sum").textContent = money(typed);
    find("cart-empty").hidden = total() > 0;
  }

  function makeLine(id) {
    const { name } = catalogue.items.get(id);
    const step = (text, label, by) =>
      make("button", {
        type: "button",
        textContent: text,
        ariaLabel: label,
        onclick: () => add(id, by),
      });
    const row = make(
      "li",
      {},
      isolate(name),
      make(
        "span",
        { className: "step" },
        step("−", gettext("One less: %(item)s", { item: name }), -1),
        make("output"),
        step("+", gettext("One more: %(item)s", { item: name }), 1),
      ),
      make("span", { className: "sum" }),
    );
    find("cart-typed").before(row);
    return row;
  }

  function add(id, by) {
    const before = counts[id] || 0;
    counts[id] = Math.min(QUANTITY_MAX, Math.max(0, before + by));
    if (total() > MINOR_MAX) {
      counts[id] = before;
      refuse();
    }
    draw();
    if (by > 0) reveal(rows.get(id));
  }

  /** Scroll the cart, and nothing else, to a row. */
  function reveal(row) {
    const [seen, wanted] = [find("cart"), row].map((element) => element.getBoundingClientRect());
    find("cart").scrollTop += Math.max(0, wanted.bottom - seen.bottom) - Math.max(0, seen.top - wanted.top);
  }

  function note(text) {
    find("entry-note").hidden = !text;
    find("entry-note").textContent = text;
  }

  /** Say that more does not fit; what was there stays. */
  const refuse = () => note(gettext("The most is %(most)s.", { most: money(MINOR_MAX) }));

  /** Type one key of the pad: a digit, `00`, `back` or `clear`. */
  function press(key) {
    choose("keypad");
    const wanted = pressKey(typed, key);
    if (wanted <= typed || sumSale({ counts, typed: wanted }, catalogue.items) <= MINOR_MAX) typed = wanted;
    else refuse();
    draw();
  }

  function choose(name) {
    find("entry").dataset.mode = name;
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      find(tab.dataset.tab).hidden = !chosen;
    }
    localStorage.setItem(TAB, name);
  }

  function clear() {
    typed = 0;
    counts = {};
    note("");
    draw();
  }

  function begin() {
    if (total()) charge(writeSale({ counts, typed }, catalogue.items, currency), total());
  }

  /** Ask for the items' names and prices again, and say what of this sale has changed. */
  async function refresh() {
    const changes = await catalogue.refresh(lines().map(([id]) => id));
    for (const id of Object.keys(counts)) {
      if (catalogue.items.has(id)) continue;
      delete counts[id];
      rows.get(id)?.remove();
      rows.delete(id);
    }
    if (changes.length) note(changes.join(" "));
    draw();
    return changes;
  }

  /** Ask for the items if the shop sells others by now than those of the page. */
  async function keepUp(version) {
    if (!catalogue.isOf(version)) await refresh();
  }

  /** Add the item that has this bar code; return whether one has. */
  function addArticle(text) {
    const number = readArticle(text);
    const found = number && [...catalogue.items].find(([, item]) => item.article === number);
    if (!found) return false;
    if (found[1].isOut) {
      note(gettext("%(item)s is sold out.", { item: found[1].name }));
      return true;
    }
    note("");
    add(found[0], 1);
    return true;
  }

  const read = () => typed;

  /** Put back what was typed before a scanner typed over it. */
  function write(before) {
    typed = before;
    draw();
  }

  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab.dataset.tab));
    tab.addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const other = tabs.find((each) => each !== tab);
      choose(other.dataset.tab);
      other.focus();
    });
  }
  // What a finger presses takes no focus, so that Enter on a keyboard still means Charge.
  find("entry").addEventListener("mousedown", (event) => {
    if (event.target.closest("button")) event.preventDefault();
  });
  find("keypad").addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) press(key);
  });
  find("items").addEventListener("click", (event) => {
    const id = event.target.closest("[data-item]")?.dataset.item;
    if (id) add(id, 1);
  });
  find("cart-typed-remove").addEventListener("click", () => write(0));
  find("charge").addEventListener("click", begin);
  // What opens the sheet comes a moment after the button, and is told that it was pressed.
  for (const id of ["collect", "collect-new"]) {
    find(id).addEventListener("click", () => {
      find("main").dataset.wanted = find("main").dataset.screen;
    });
  }

  const draft = JSON.parse(sessionStorage.getItem(DRAFT) || "{}");
  typed = draft.typed || 0;
  counts = draft.counts || {};
  choose(localStorage.getItem(TAB) === "items" && catalogue.items.size ? "items" : "keypad");
  draw();
  return { press, clear, begin, total, read, write, refresh, keepUp, note, addArticle };
}
