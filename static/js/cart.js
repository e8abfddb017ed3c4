/** The sale being rung up, without its page: lines of items, an amount typed beside them, and what is taken off. */

import { makeKey } from "./server.js";

export const QUANTITY_MAX = 999;
/** Nothing yet. A line has an item, a quantity, choices, a note and a discount; `approval` is a manager's. */
export const EMPTY = { lines: [], typed: 0, discount: null, approval: null };

const WHOLE_BPS = 10_000n;

/* Discounts: a share in basis points, or an amount; `pos/discounts.py` works out the same */

/** Return a share of an amount in minor units, rounded half up. The products are larger than a number is exact. */
export const takePercent = (minor, bps) => Number((2n * BigInt(minor) * BigInt(bps) + WHOLE_BPS) / (2n * WHOLE_BPS));

function takeOff(discount, minor) {
  if (!discount) return 0;
  return discount.percent_bps ? takePercent(minor, discount.percent_bps) : Math.min(discount.amount_minor, minor);
}

const shareOf = (discount, minor) =>
  discount.percent_bps ?? Number((BigInt(discount.amount_minor) * WHOLE_BPS + BigInt(minor) - 1n) / BigInt(minor));

/** A discount of an amount is at most what it is taken from, which may have become less since. */
function writeDiscount(discount, minor) {
  const { reason } = discount;
  if (discount.percent_bps) return { percent_bps: discount.percent_bps, reason };
  return { amount_minor: Math.min(discount.amount_minor, minor), reason };
}

/* Sums, in minor units */

/** Return the lines of a sale whose items are still sold. */
export const listSold = ({ lines }, items) =>
  lines.filter(({ item, choices }) => items.has(item) && choices.every((id) => items.get(item).options.has(id)));

/** Return what a piece costs without its choices: the typed price, where its item has none of its own. */
const basePrice = ({ item, price }, items) => {
  const { price: own, least } = items.get(item);
  return least ? Math.max(price ?? own, least) : own;
};

/** Return what a piece of a line costs, with its choices. */
const pricePiece = (line, items) =>
  line.choices.reduce((sum, id) => sum + items.get(line.item).options.get(id).price, basePrice(line, items));

const priceLine = (line, items) => line.quantity * pricePiece(line, items);

/** Return what a line comes to, without its own discount. */
export const sumLine = (line, items) => priceLine(line, items) - takeOff(line.discount, priceLine(line, items));

const sumLines = (sale, items) => listSold(sale, items).reduce((sum, line) => sum + sumLine(line, items), sale.typed);

/** Return what is taken off the whole sale. */
export const sumOff = (sale, items) => takeOff(sale.discount, sumLines(sale, items));

/** Return what a sale comes to: the items in it, and the amount typed beside them. */
export const sumSale = (sale, items) => sumLines(sale, items) - sumOff(sale, items);

/** Part an amount by weights, exactly: the largest remainders get the units left over, of equal ones the earlier. */
export function shareOut(minor, weights) {
  const whole = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (!whole) return weights.map(() => 0);
  const products = weights.map((weight) => BigInt(minor) * BigInt(weight));
  const parts = products.map((product) => Number(product / whole));
  const left = minor - parts.reduce((sum, part) => sum + part, 0);
  const byRest = products
    .map((product, place) => [product % whole, place])
    .sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0));
  for (const [, place] of byRest.slice(0, left)) parts[place] += 1;
  return parts;
}

/** Return what each line comes to, less its share of what is taken off the whole; what was typed stands last. */
export function listNets(sale, items) {
  const sums = [...listSold(sale, items).map((line) => sumLine(line, items)), sale.typed];
  const shares = shareOut(sumOff(sale, items), sums);
  return sums.map((sum, place) => sum - shares[place]);
}

/** Return how far a sale's discounts go, in basis points: the largest line's and the whole's together. */
export function sumShares(sale, items) {
  const shares = listSold(sale, items)
    .filter(({ discount }) => discount)
    .map((line) => shareOf(writeDiscount(line.discount, priceLine(line, items)), priceLine(line, items)));
  const whole = sumLines(sale, items);
  return Math.max(0, ...shares) + (sale.discount && whole ? shareOf(writeDiscount(sale.discount, whole), whole) : 0);
}

/* Changes: each returns new lines */

/** Return the lines with one more piece of an item: in its last line of that kind without more, or in a new one. */
export function addPiece(lines, item, { price, choices = [] } = {}) {
  const kind = String([item, price, choices]);
  const place = lines.findLastIndex(
    (line) =>
      String([line.item, line.price, line.choices]) === kind &&
      !line.note &&
      !line.discount &&
      line.quantity < QUANTITY_MAX,
  );
  if (place >= 0) return lines.with(place, { ...lines[place], quantity: lines[place].quantity + 1 });
  return [...lines, { id: makeKey(), item, price, quantity: 1, choices, note: "", discount: null }];
}

/** Return the lines with one of them changed; of no piece, it is taken off. */
export const changeLine = (lines, id, facts) =>
  lines.map((line) => (line.id === id ? { ...line, ...facts } : line)).filter(({ quantity }) => quantity > 0);

/** Return the lines as they were before one was changed or taken off, whatever was done to others since. */
export function restoreLine(lines, before, id) {
  const place = before.findIndex((line) => line.id === id);
  const now = lines.findIndex((line) => line.id === id);
  return now < 0 ? lines.toSpliced(place, 0, before[place]) : lines.with(now, before[place]);
}

/** Return how many pieces of an item the lines have. */
export const countPieces = (lines, item) =>
  lines.reduce((count, line) => count + (line.item === item ? line.quantity : 0), 0);

/* What the API takes */

function writeLine(line, items) {
  const { item, quantity, choices, note, discount } = line;
  const written = { item, quantity };
  if (items.get(item).least) written.unit_price_minor = basePrice(line, items);
  if (choices.length) written.choices = choices;
  if (note) written.note = note;
  if (discount) written.discount = writeDiscount(discount, priceLine(line, items));
  return written;
}

/**
 * Return a sale as the API takes it: one that was only typed has no lines, unless something is taken off it or
 * VAT comes on top. `vat` is what comes on top, in minor units; null where prices include it.
 */
export function writeSale(sale, items, currency, vat = null) {
  const body = { amount: { amount_minor: sumSale(sale, items) + (vat ?? 0), currency } };
  const lines = listSold(sale, items).map((line) => writeLine(line, items));
  if (!lines.length && !sale.discount && vat === null) return body;
  body.lines = sale.typed ? [...lines, { amount_minor: sale.typed }] : lines;
  if (sale.discount) body.discount = writeDiscount(sale.discount, sumLines(sale, items));
  if (sale.approval) body.approval = sale.approval.id;
  return body;
}
