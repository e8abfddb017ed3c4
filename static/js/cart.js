/** The sale being rung up, without its page: lines of items, and an amount typed beside them. */

export const QUANTITY_MAX = 999;
export const EMPTY = { lines: [], typed: 0 };

/** Return the lines of a sale whose items are still sold. */
export const listSold = ({ lines }, items) => lines.filter(({ item }) => items.has(item));

/** Return what a line comes to, in minor units. */
export const sumLine = ({ item, quantity }, items) => quantity * items.get(item).price;

/** Return what a sale comes to, in minor units: the items in it, and the amount typed beside them. */
export const sumSale = (sale, items) =>
  listSold(sale, items).reduce((sum, line) => sum + sumLine(line, items), sale.typed);

/** Whether another piece of its item may be counted in this line: it has nothing of its own. */
const isPlain = ({ choices, note, discount }) => !choices.length && !note && !discount;

/** Return the lines with one more piece of an item: in its last plain line, or in a new one. */
export function addPiece(lines, item) {
  const place = lines.findLastIndex((line) => line.item === item && isPlain(line) && line.quantity < QUANTITY_MAX);
  if (place >= 0) return lines.with(place, { ...lines[place], quantity: lines[place].quantity + 1 });
  const id = 1 + lines.reduce((most, line) => Math.max(most, line.id), 0);
  return [...lines, { id, item, quantity: 1, choices: [], note: "", discount: null }];
}

/** Return the lines with one of them changed; of no piece, it is taken off. */
export const changeLine = (lines, id, facts) =>
  lines.map((line) => (line.id === id ? { ...line, ...facts } : line)).filter(({ quantity }) => quantity > 0);

/** Return how many pieces of an item the lines have. */
export const countPieces = (lines, item) =>
  lines.reduce((count, line) => count + (line.item === item ? line.quantity : 0), 0);

function writeLine({ item, quantity, note }) {
  const line = { item, quantity };
  if (note) line.note = note;
  return line;
}

/**
 * Return a sale as the API takes it: one that was only typed has no lines, unless VAT comes on top of it.
 * `vat` is what comes on top, in minor units; null where prices include it.
 */
export function writeSale(sale, items, currency, vat = null) {
  const amount = { amount_minor: sumSale(sale, items) + (vat ?? 0), currency };
  const lines = listSold(sale, items).map(writeLine);
  if (!lines.length && vat === null) return { amount };
  return { amount, lines: sale.typed ? [...lines, { amount_minor: sale.typed }] : lines };
}
