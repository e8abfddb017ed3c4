/** The sale being rung up: an amount typed from right to left, or lines of items. */

import { fillAmount, formatMoney } from "./money.js";
import { MINOR_MAX } from "./typed.js";

const QUANTITY_MAX = 999;
const DRAFT = "tessera.draft";
const TAB = "tessera.tab";
// A scanner's pauses, and more keys than any amount has.
const SCAN = { gap: 150, keys: 9 };
const NO_BURST = { keys: 0, last: -Infinity };

const find = (id) => document.getElementById(id);

function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

export const makeRow = ([label, value]) => make("div", { className: "row" },
  make("dt", { textContent: label }), make("dd", {}, make("bdi", { textContent: value })));

/** Wire up the entry screen; `charge` is called with the body of the new sale. */
export function openEntry({ currency, exponent, charge }) {
  const tabs = [...document.querySelectorAll("[data-tab]")];
  const items = new Map(
    [...document.querySelectorAll("[data-item]")].map((tile) => [tile.dataset.item, {
      tile, name: tile.dataset.name, price: Number(tile.dataset.price), row: null,
    }]),
  );
  const money = (minor) => formatMoney(minor, currency, exponent);
  let typed = 0;
  let counts = {};
  let mode = "keypad";
  let burst = NO_BURST;

  const isRushed = () => performance.now() - burst.last <= SCAN.gap;
  const lines = () => Object.entries(counts).filter(([item, count]) => count > 0 && items.has(item));
  const total = () => (mode === "keypad"
    ? typed
    : lines().reduce((sum, [item, count]) => sum + count * items.get(item).price, 0));

  function body() {
    const amount = { amount_minor: total(), currency };
    if (mode === "keypad") return { amount };
    return { amount, lines: lines().map(([item, quantity]) => ({ item, quantity })) };
  }

  function draw() {
    const minor = total();
    fillAmount(find("total"), minor, currency, exponent);
    find("total").dataset.zero = minor === 0;
    find("charge").disabled = find("collect-new").disabled = minor === 0;
    find("charge").textContent = minor ? `Charge ${money(minor)}` : "Charge";
    drawCart();
    sessionStorage.setItem(DRAFT, JSON.stringify({ typed, counts }));
  }

  function drawCart() {
    for (const [id, item] of items) {
      const count = counts[id] || 0;
      item.tile.dataset.count = count;
      if (!item.row && count) item.row = makeLine(id, item);
      if (!item.row) continue;
      item.row.hidden = mode !== "items" || count === 0;
      item.row.querySelector("output").textContent = count;
      item.row.querySelector(".sum").textContent = money(count * item.price);
    }
    find("cart-typed").hidden = mode !== "keypad" || !typed;
    find("cart-typed-sum").textContent = money(typed);
    find("cart-empty").hidden = total() > 0;
  }

  function makeLine(id, item) {
    const step = (text, label, by) => make("button", {
      type: "button", textContent: text, ariaLabel: `${label}: ${item.name}`,
      onclick: () => add(id, by),
    });
    const row = make("li", {},
      make("span", { textContent: item.name }),
      make("span", { className: "step" }, step("−", "One less", -1), make("output"), step("+", "One more", 1)),
      make("span", { className: "sum" }));
    find("cart").append(row);
    return row;
  }

  function add(id, by) {
    const count = Math.min(QUANTITY_MAX, Math.max(0, (counts[id] || 0) + by));
    const before = counts[id] || 0;
    counts[id] = count;
    if (total() > MINOR_MAX) {
      counts[id] = before;
      refuse();
    }
    draw();
  }

  /** Say that more does not fit; what was there stays. */
  function refuse() {
    find("entry-note").hidden = false;
    find("entry-note").textContent = `The most is ${money(MINOR_MAX)}.`;
  }

  /** Type one key of the pad: a digit, `00`, `back` or `clear`. */
  function press(key) {
    burst = { keys: isRushed() ? burst.keys + 1 : 1, last: performance.now() };
    if (mode !== "keypad") {
      if (lines().length) return;
      choose("keypad");
    }
    if (key === "clear") typed = 0;
    else if (key === "back") typed = Math.floor(typed / 10);
    else {
      const wanted = typed * 10 ** key.length + Number(key);
      if (wanted <= MINOR_MAX) typed = wanted;
      else refuse();
    }
    draw();
  }

  function choose(name) {
    mode = name;
    find("entry").dataset.mode = name;
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      find(tab.dataset.tab).hidden = !chosen;
    }
    localStorage.setItem(TAB, name);
    draw();
  }

  function clear() {
    typed = 0;
    counts = {};
    draw();
  }

  /** Charge, unless it was a scanner that typed before what listens to scanners was there. */
  function begin() {
    if (burst.keys >= SCAN.keys && isRushed()) {
      clear();
      find("entry-note").hidden = false;
      find("entry-note").textContent = "That was scanned, not typed. Type the amount, then scan again.";
    } else if (total()) charge(body(), total());
  }

  const read = () => ({ mode, typed });

  /** Put back what was typed before a scanner typed over it. */
  function write(before) {
    burst = NO_BURST;
    typed = before.typed;
    if (mode !== before.mode) choose(before.mode);
    else draw();
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
    if (!key) return;
    // However quick a finger is, it is no scanner.
    burst = NO_BURST;
    press(key);
  });
  for (const [id, item] of items) item.tile.addEventListener("click", () => add(id, 1));
  find("charge").addEventListener("click", begin);
  // What opens the sheet comes a moment after the button, and is told that it was pressed.
  for (const id of ["collect", "collect-new"]) {
    find(id).addEventListener("click", () => { find("main").dataset.wanted = find("main").dataset.screen; });
  }

  const draft = JSON.parse(sessionStorage.getItem(DRAFT) || "{}");
  typed = draft.typed || 0;
  counts = draft.counts || {};
  choose(localStorage.getItem(TAB) === "items" && items.size ? "items" : "keypad");
  return { press, clear, begin, total, read, write };
}
