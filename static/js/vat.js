/** The VAT that comes on top of a sale, where a store's prices are without it; the server has the last word. */

import { listNets, listSold, takePercent } from "./cart.js";

/** Read the store's rule from its items: nothing on top, or the rate of what has none of its own. */
export function readVat(items) {
  const { vatMode, vatDefault } = items.dataset;
  return vatMode === "excluded" ? { rate: vatDefault === "" ? null : Number(vatDefault) } : null;
}

/** Return each rate with its VAT, in minor units, rounded once for the rate, a half away from zero. */
export function listVat(sale, items, vat) {
  if (!vat) return [];
  const nets = new Map();
  const add = (rate, net) => rate !== null && nets.set(rate, (nets.get(rate) ?? 0) + net);
  const sold = listSold(sale, items);
  for (const [place, net] of listNets(sale, items).entries()) {
    const line = sold[place];
    if (line || sale.typed) add((line && items.get(line.item).vat) ?? vat.rate, net);
  }
  return [...nets].sort(([a], [b]) => a - b).map(([rate, net]) => [rate, takePercent(net, rate)]);
}

/** Write a rate in basis points as the page's language writes it. */
export const writeRate = (bps) =>
  `${(bps / 100).toLocaleString(document.documentElement.lang || "en", { maximumFractionDigits: 2 })} %`;

/** Return all that comes on top, in minor units. */
export const sumVat = (sale, items, vat) => listVat(sale, items, vat).reduce((sum, [, minor]) => sum + minor, 0);
