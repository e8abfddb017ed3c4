/** The till's entry screen: keypad and items, and the sale beside them. */

import {
  addPiece,
  changeLine,
  countPieces,
  EMPTY,
  listSold,
  QUANTITY_MAX,
  sumLine,
  sumSale,
  writeSale,
} from "./cart.js";
import { readCatalogue } from "./catalogue.js";
import { fillAmount, formatMoney, MINOR_MAX, pressKey } from "./money.js";
import { find, isolate, make, makeRow } from "./page.js";
import { gettext } from "./server.js";
import { readArticle } from "./typed.js";
import { listVat, readVat, sumVat } from "./vat.js";

const DRAFT = "tessera.draft";
const TAB = "tessera.tab";

/** Wire up the entry screen; `charge` is called with the body of the new sale. */
export function openEntry({ currency, exponent, charge }) {
  const tabs = [...document.querySelectorAll("[data-tab]")];
  const money = (minor) => formatMoney(minor, currency, exponent);
  const catalogue = readCatalogue({ money });
  const rows = new Map(); // by the lines' ids
  let sale = EMPTY;

  const vatAdded = (wish = sale) => sumVat(wish, catalogue.items, readVat(find("items")));
  const total = (wish = sale) => sumSale(wish, catalogue.items) + vatAdded(wish);

  function draw() {
    const minor = total();
    fillAmount(find("total"), minor, currency, exponent);
    find("total").dataset.zero = minor === 0;
    find("charge").disabled = find("collect-new").disabled = minor === 0;
    find("charge").textContent = minor ? gettext("Charge %(amount)s", { amount: money(minor) }) : gettext("Charge");
    drawCart();
    sessionStorage.setItem(DRAFT, JSON.stringify(sale));
  }

  function drawCart() {
    for (const [item, { tile }] of catalogue.items) tile.dataset.count = countPieces(sale.lines, item);
    const sold = listSold(sale, catalogue.items);
    const ids = new Set(sold.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (ids.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    for (const line of sold) drawLine(line);
    find("entry").dataset.cart = sold.length ? "items" : "";
    find("cart-typed").hidden = !sale.typed;
    find("cart-typed-sum").textContent = money(sale.typed);
    find("cart-empty").hidden = total() > 0;
    const vat = listVat(sale, catalogue.items, readVat(find("items")));
    find("cart-vat").hidden = !vat.length;
    find("cart-vat").replaceChildren(
      ...vat.map(([rate, minor]) => makeRow([gettext("VAT %(rate)s", { rate: `${rate / 100} %` }), money(minor)])),
    );
  }

  function drawLine(line) {
    if (!rows.has(line.id)) {
      rows.set(line.id, makeLine(line));
      find("cart-typed").before(rows.get(line.id));
    }
    const row = rows.get(line.id);
    row.querySelector("output").textContent = line.quantity;
    row.querySelector(".sum").textContent = money(sumLine(line, catalogue.items));
  }

  function makeLine({ id, item }) {
    const { name } = catalogue.items.get(item);
    const step = (text, label, by) =>
      make("button", {
        type: "button",
        textContent: text,
        ariaLabel: label,
        onclick: () => count(id, by),
      });
    return make(
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
  }

  /** Have the sale as it is wished, unless it comes to more than may be charged; return whether it is so. */
  function change(wish) {
    const fits = total({ ...sale, ...wish }) <= MINOR_MAX;
    if (fits) sale = { ...sale, ...wish };
    else refuse();
    draw();
    return fits;
  }

  function count(id, by) {
    const { quantity } = sale.lines.find((line) => line.id === id);
    change({ lines: changeLine(sale.lines, id, { quantity: Math.min(QUANTITY_MAX, quantity + by) }) });
  }

  function add(item) {
    const before = new Set(sale.lines);
    if (!change({ lines: addPiece(sale.lines, item) })) return;
    reveal(rows.get(sale.lines.find((line) => !before.has(line)).id));
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
    const typed = pressKey(sale.typed, key);
    if (typed > sale.typed) change({ typed });
    else write(typed);
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
    sale = EMPTY;
    note("");
    draw();
  }

  function begin() {
    if (total()) charge(writeSale(sale, catalogue.items, currency, readVat(find("items")) && vatAdded()), total());
  }

  /** Ask for the items' names and prices again, and say what of this sale has changed. */
  async function refresh() {
    const changes = await catalogue.refresh(listSold(sale, catalogue.items).map(({ item }) => item));
    sale = { ...sale, lines: listSold(sale, catalogue.items) };
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
    note("");
    add(found[0]);
    return true;
  }

  const read = () => sale.typed;

  /** Put back what was typed before a scanner typed over it. */
  function write(typed) {
    sale = { ...sale, typed };
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
    const item = event.target.closest("[data-item]")?.dataset.item;
    if (item) add(item);
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
  // What an older page kept had counts instead of lines.
  if (draft.lines) sale = { ...EMPTY, ...draft };
  choose(localStorage.getItem(TAB) === "items" && catalogue.items.size ? "items" : "keypad");
  draw();
  return { press, clear, begin, total, read, write, refresh, keepUp, note, addArticle };
}
