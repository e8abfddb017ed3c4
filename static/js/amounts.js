/**
 * Amounts that people type, with the marks of any language.
 * `ledger/typed.py` reads the same; it is held to tests/ledger/typed_amounts.json.
 */

import { formatMoney, MINOR_MAX, writeField } from "./money.js";
import { gettext } from "./server.js";
import { foldDigits } from "./typed.js";

const LENGTH_MAX = 40;
const EXAMPLE_MINOR = 1250;
const UNSEEN = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const MARKS = [
  [/[\u060c\uff0c]/g, ","],
  [/\uff0e/g, "."],
  [/[\u2019\u2018\u02bc\u2032\u00b4`\uff07\u066c]/g, "'"],
];
const DIGITS = /^\d+$/;
const GROUPS = /^[1-9]\d{0,2}([.,' ])\d{3}(?:\1\d{3})*$/;
// 12,34,567: lakhs and crores.
const LAKHS = /^[1-9]\d?([.,' ])\d{2}(?:\1\d{2})*\1\d{3}$/;

class Unclear extends Error {}

function normalize(text, currency, exponent) {
  const marked = MARKS.reduce((all, [from, to]) => all.replace(from, to), text.replace(UNSEEN, ""));
  let plain = foldDigits(marked.replace(/\s+/g, " ").trim());
  // The sign as our own pages write it: the server's English one.
  const sign = formatMoney(0, currency, exponent, "en").replace(/[\d.\s]/g, "");
  for (const each of [currency, currency.toLowerCase(), sign]) {
    if (plain.startsWith(each)) plain = plain.slice(each.length);
    if (plain.endsWith(each)) plain = plain.slice(0, -each.length);
  }
  return plain.trim();
}

const isWhole = (text) => DIGITS.test(text) || GROUPS.test(text) || LAKHS.test(text);

function join(whole, decimals, exponent) {
  if ((whole && !isWhole(whole)) || /\D/.test(decimals)) throw new Unclear("unreadable");
  if (decimals.length > exponent) throw new Unclear("decimals");
  return Number(whole.replace(/\D/g, "") + decimals.padEnd(exponent, "0"));
}

function read(text, exponent) {
  if (text.length > LENGTH_MAX || !/^[\d., '\u066b]*\d[.,]?$/.test(text)) throw new Unclear("unreadable");
  const only = text.lastIndexOf("\u066b");
  if (only >= 0) return join(text.slice(0, only), text.slice(only + 1), exponent);
  const thousand = /^[1-9]\d{0,2}([.,])\d{3}$/.exec(text);
  if (thousand && exponent) {
    // With three decimals, a point and three digits are what we write ourselves.
    if (thousand[1] === "," || exponent < 3) throw new Unclear("ambiguous");
  } else if (isWhole(text)) return join(text, "", exponent);
  const match = /^(.*)([.,])([^.,]*)$/.exec(text);
  if (!match || match[1].includes(match[2])) throw new Unclear("unreadable");
  return join(match[1], match[3], exponent);
}

/** Read a typed amount: `{ minor }`, or `{ refusal, text }` with what is wrong and what to type. */
export function readAmount(text, { currency, exponent }) {
  try {
    const minor = read(normalize(text, currency, exponent), exponent);
    if (minor === 0) throw new Unclear("zero");
    if (minor > MINOR_MAX) throw new Unclear("large");
    return { minor };
  } catch (unclear) {
    if (!(unclear instanceof Unclear)) throw unclear;
    return { refusal: unclear.message, text: explain(unclear.message, text.trim(), currency, exponent) };
  }
}

function explain(refusal, typed, currency, exponent) {
  const facts = { typed, currency, exponent, example: writeField(EXAMPLE_MINOR, exponent) };
  if (refusal === "zero") return gettext("Type more than zero.");
  if (refusal === "large")
    return gettext("The most is %(most)s.", { most: formatMoney(MINOR_MAX, currency, exponent) });
  if (refusal === "ambiguous")
    return gettext("“%(typed)s” can be read in two ways. Leave out the mark of thousands, as in %(example)s.", facts);
  if (refusal === "unreadable") return gettext("Type an amount such as %(example)s.", facts);
  if (!exponent) return gettext("%(currency)s has no decimals. Type an amount such as %(example)s.", facts);
  return gettext("%(currency)s has %(exponent)s decimals. Type an amount such as %(example)s.", facts);
}
