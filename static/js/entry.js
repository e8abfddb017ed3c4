/** The till's entry screen: keypad and items, and the sale beside them. */

import { addPiece, changeLine, EMPTY, listSold, QUANTITY_MAX, restoreLine, sumSale, writeSale } from "./cart.js";
import { readCatalogue } from "./catalogue.js";
import { fillAmount, formatMoney, MINOR_MAX, pressKey } from "./money.js";
import { find, makeRow } from "./page.js";
import { openRows } from "./rows.js";
import { gettext } from "./server.js";
import { readArticle } from "./typed.js";
import { listVat, readVat, sumVat, writeRate } from "./vat.js";

const DRAFT = "tessera.draft";
const TAB = "tessera.tab";
const UNDO_MS = 8_000;

/** Wire up the entry screen; `charge` is called with the body of the new sale, `withSheets` runs what needs them. */
export function openEntry({ currency, exponent, charge, withSheets }) {
  const tabs = [...document.querySelectorAll("[data-tab]")];
  const money = (minor) => formatMoney(minor, currency, exponent);
  const catalogue = readCatalogue({ money });
  const rows = openRows({ money, on: { count, open: (id) => withSheets((sheets) => sheets.openLine(id)) } });
  let sale = EMPTY;
  let undo = () => {};
  let toast = 0;

  const vatAdded = (wish = sale) => sumVat(wish, catalogue.items, readVat(find("items")));
  const total = (wish = sale) => sumSale(wish, catalogue.items) + vatAdded(wish);
  const now = () => ({ sale, items: catalogue.items });

  function draw() {
    rows.draw(sale, catalogue.items);
    drawVat();
    const minor = total();
    fillAmount(find("total"), minor, currency, exponent);
    find("total").dataset.zero = minor === 0;
    find("charge").disabled = find("collect-new").disabled = minor === 0;
    find("charge").textContent = minor ? gettext("Charge %(amount)s", { amount: money(minor) }) : gettext("Charge");
    sessionStorage.setItem(DRAFT, JSON.stringify(sale));
  }

  function drawVat() {
    const vat = listVat(sale, catalogue.items, readVat(find("items")));
    find("cart-vat").hidden = !vat.length;
    find("cart-vat").replaceChildren(
      ...vat.map(([rate, minor]) => makeRow([gettext("VAT %(rate)s", { rate: writeRate(rate) }), money(minor)])),
    );
  }

  /** Have the sale as it is wished, unless it comes to more than may be charged; return whether it is so. */
  function change(wish) {
    const wished = { ...sale, ...wish };
    const fits = total({ ...wished, discount: null }) <= MINOR_MAX;
    if (fits) {
      // Nothing is left to take it off.
      if (!wished.lines.length && !wished.typed) wished.discount = wished.approval = null;
      sale = wished;
    } else refuse();
    draw();
    return fits;
  }

  /** Change the sale, and say so with a way back; `back` makes of the sale of then what undoes it. */
  function edit(wish, words, back) {
    if (!change(wish)) return;
    offerUndo(words, () => change(back(sale)));
  }

  function offerUndo(words, action) {
    clearTimeout(toast);
    undo = action;
    find("toast").hidden = false;
    find("toast-text").textContent = words;
    toast = setTimeout(hideToast, UNDO_MS);
  }

  function hideToast() {
    clearTimeout(toast);
    find("toast").hidden = true;
    undo = () => {};
  }

  const nameOf = (line) => catalogue.items.get(line.item).name;

  /** Change a line, with a way back to how it was. */
  function editLine(id, facts) {
    const { lines } = sale;
    const name = nameOf(lines.find((line) => line.id === id));
    const words =
      facts.quantity === 0
        ? gettext("%(item)s taken off.", { item: name })
        : gettext("%(item)s changed.", { item: name });
    edit({ lines: changeLine(lines, id, facts) }, words, ({ lines: since }) => ({
      lines: restoreLine(since, lines, id),
    }));
  }

  function count(id, by) {
    const { quantity } = sale.lines.find((line) => line.id === id);
    if (quantity + by < 1) editLine(id, { quantity: 0 });
    else change({ lines: changeLine(sale.lines, id, { quantity: Math.min(QUANTITY_MAX, quantity + by) }) });
  }

  /** Add a piece of an item; `own` has its price and choices, which are asked for where a tap is not enough. */
  function add(item, own) {
    const { asks, defaults } = catalogue.items.get(item);
    if (asks && !own) return withSheets((sheets) => sheets.openChoices(item));
    const before = new Set(sale.lines);
    if (!change({ lines: addPiece(sale.lines, item, own ?? { choices: defaults }) })) return;
    rows.reveal(sale.lines.find((line) => !before.has(line)).id);
  }

  /** Take everything off, with a way back. */
  function empty(words = gettext("Sale cleared.")) {
    const before = sale;
    edit(EMPTY, words, (since) => ({
      ...before,
      lines: [...before.lines, ...since.lines],
      typed: since.typed + before.typed,
      discount: before.discount ?? since.discount,
    }));
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
    hideToast();
    note("");
    draw();
  }

  function begin() {
    if (!total()) return;
    hideToast();
    charge(writeSale(sale, catalogue.items, currency, readVat(find("items")) && vatAdded()), total());
  }

  /** Ask for the items' names and prices again, and say what of this sale has changed. */
  async function refresh() {
    const changes = await catalogue.refresh(listSold(sale, catalogue.items).map(({ item }) => item));
    sale = { ...sale, lines: listSold(sale, catalogue.items) };
    if (changes.length) note(changes.join(" "));
    draw();
    // Other tiles by now: what was typed hides those that do not have it.
    find("item-search").dispatchEvent(new Event("input"));
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
    add(found[0]);
    return true;
  }

  /** Search the items, beginning with a letter that was typed; gives what takes it back. */
  function search(letter) {
    if (letter && find("entry").dataset.mode !== "items") return undefined;
    choose("items");
    let back = () => {};
    withSheets((sheets) => {
      back = sheets.search(letter);
    });
    return () => back();
  }

  /** Show how many sales are parked in the store. */
  function showParked(count) {
    if (count === undefined) return;
    find("parked-open").dataset.count = count;
    draw();
  }

  const read = () => sale.typed;

  /** Put back what was typed before a scanner typed over it. */
  const write = (typed) => change({ typed });

  function wire() {
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
    find("cart-off-remove").addEventListener("click", () => change({ discount: null }));
    find("cart-discount").addEventListener("click", () => withSheets((sheets) => sheets.openDiscount(null)));
    for (const id of ["cart-park", "parked-open"]) {
      find(id).addEventListener("click", () => withSheets((sheets) => sheets.parkOrShow()));
    }
    find("cart-clear").addEventListener("click", () => empty());
    find("toast-undo").addEventListener("click", () => {
      const action = undo;
      hideToast();
      action();
    });
    find("charge").addEventListener("click", begin);
    // What opens the sheet comes a moment after the button, and is told that it was pressed.
    for (const id of ["collect", "collect-new"]) {
      find(id).addEventListener("click", () => {
        find("main").dataset.wanted = find("main").dataset.screen;
      });
    }
  }

  wire();
  const draft = JSON.parse(sessionStorage.getItem(DRAFT) || "{}");
  // What an older page kept had counts instead of lines.
  if (draft.lines) sale = { ...EMPTY, ...draft };
  choose(localStorage.getItem(TAB) === "items" && catalogue.items.size ? "items" : "keypad");
  draw();
  return {
    add,
    addArticle,
    begin,
    change,
    clear,
    editLine,
    empty,
    keepUp,
    money,
    note,
    now,
    offerUndo,
    press,
    read,
    refresh,
    search,
    showParked,
    total,
    write,
  };
}
