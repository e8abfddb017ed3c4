/** The rows of the sale beside the keys: one for each line, as it is at this moment. */

import { countPieces, listSold, sumLine, sumOff } from "./cart.js";
import { find, isolate, make } from "./page.js";
import { gettext } from "./server.js";

const percent = new Intl.NumberFormat(document.documentElement.lang || "en", {
  style: "percent",
  maximumFractionDigits: 2,
});

/** Draw rows into the cart; `on` is told which line is to be counted or opened. */
export function openRows({ money, on }) {
  const rows = new Map(); // by the lines' ids

  /** Say a discount in few words: its share or amount, and its reason. */
  function sayDiscount({ percent_bps, amount_minor, reason }) {
    const off = `−${percent_bps ? percent.format(percent_bps / 10_000) : money(amount_minor)}`;
    return reason ? `${off} · ${reason}` : off;
  }

  const sayChoices = ({ item, choices }, items) => choices.map((id) => items.get(item).options.get(id).name).join(", ");

  function makeLine({ id, item }, items) {
    const { name } = items.get(item);
    const step = (text, label, by) =>
      make("button", { type: "button", textContent: text, ariaLabel: label, onclick: () => on.count(id, by) });
    return make(
      "li",
      {},
      make(
        "button",
        { type: "button", className: "line-name", onclick: () => on.open(id) },
        isolate(name),
        make("bdi", { className: "tiny", hidden: true }),
      ),
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

  function drawLine(line, items) {
    if (!rows.has(line.id)) rows.set(line.id, makeLine(line, items));
    const row = rows.get(line.id);
    row.querySelector("output").textContent = line.quantity;
    row.querySelector(".sum").textContent = money(sumLine(line, items));
    const own = row.querySelector(".tiny");
    const texts = [sayChoices(line, items), line.discount && sayDiscount(line.discount), line.note];
    own.textContent = texts.filter(Boolean).join(" · ");
    own.hidden = !own.textContent;
    const label = gettext("Change %(item)s", { item: items.get(line.item).name });
    row.querySelector(".line-name").ariaLabel = [label, own.textContent].filter(Boolean).join(", ");
    return row;
  }

  function draw(sale, items) {
    for (const [item, { tile }] of items) tile.dataset.count = countPieces(sale.lines, item);
    const sold = listSold(sale, items);
    const ids = new Set(sold.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (ids.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    let last = null;
    for (const line of sold) {
      const row = drawLine(line, items);
      // Moving a row would take the focus from its buttons.
      const next = last ? last.nextElementSibling : find("cart").firstElementChild;
      if (next !== row) find("cart").insertBefore(row, next);
      last = row;
    }
    const isAny = sold.length > 0 || sale.typed > 0;
    find("entry").dataset.cart = sold.length || sale.discount ? "items" : "";
    find("cart-typed").hidden = !sale.typed;
    find("cart-typed-sum").textContent = money(sale.typed);
    find("cart-off").hidden = !sale.discount;
    find("cart-off-text").textContent = sale.discount ? sayDiscount(sale.discount) : "";
    // The language's own form of a negative amount, with a minus sign as wide as a plus.
    find("cart-off-sum").textContent = money(-sumOff(sale, items)).replace("-", "\u2212");
    find("cart-empty").hidden = isAny;
    find("cart-tools").hidden = !isAny;
    const { count } = find("parked-open").dataset;
    find("parked-open").hidden = isAny || !Number(count);
    find("parked-count-shown").textContent = count;
  }

  /** Scroll the cart, and nothing else, to a line's row. */
  function reveal(id) {
    const [seen, wanted] = [find("cart"), rows.get(id)].map((element) => element.getBoundingClientRect());
    find("cart").scrollTop += Math.max(0, wanted.bottom - seen.bottom) - Math.max(0, seen.top - wanted.top);
  }

  return { draw, reveal };
}
