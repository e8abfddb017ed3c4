/**
 * What people type: digits of every script, amounts with the marks of any language, articles' numbers.
 * `ledger/typed.py` and `pos/articles.py` read the same; they are held to tests/ledger/typed_amounts.json and
 * tests/pos/articles.json.
 */

import { formatMoney, MINOR_MAX, writeField } from "./money.js";
import { gettext } from "./server.js";

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

/** Write every decimal digit as 0 to 9. */
export function foldDigits(text) {
  return text.replace(/\p{Nd}/gu, (digit) => {
    // Unicode keeps the ten of a script together, from zero up, and some such tens side by side.
    const point = digit.codePointAt(0);
    let first = point;
    while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((point - first) % 10);
  });
}

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

/* Articles */

const ARTICLE_DIGITS = 14;

const weigh = (text) => [...text].reverse().reduce((all, digit, place) => all + digit * (place % 2 ? 3 : 1), 0);

/** Whether a number is an article's: its last digit checks the others (GS1 general specifications 7.9). */
export function isArticle(text) {
  return /^(\d{8}|\d{12,14})$/.test(text) && weigh(text) % 10 === 0;
}

/** The UPC-A number that a UPC-E one shortens; some scanners send it without its last digit. */
function expand(text) {
  if (!/^[01]\d{6,7}$/.test(text)) return "";
  const [body, last] = [text.slice(1, 7), text[6]];
  const middle =
    last <= "2"
      ? `${body.slice(0, 2)}${last}0000${body.slice(2, 5)}`
      : last === "3"
        ? `${body.slice(0, 3)}00000${body.slice(3, 5)}`
        : last === "4"
          ? `${body.slice(0, 4)}00000${body[4]}`
          : `${body.slice(0, 5)}0000${last}`;
  const number = text[0] + middle;
  return number + (text[7] ?? (10 - (weigh(`${number}0`) % 10)) % 10);
}

/**
 * Return an article's number in 14 digits, in which it is one whatever zeros a scanner sends; else "".
 *
 * Eight digits that begin with 0 may be right as UPC-E and as EAN-8, of which no maker has such a number.
 */
export function readArticle(text) {
  const ways = text.startsWith("0") ? [expand(text), text] : [text, expand(text)];
  return ways.find(isArticle)?.padStart(ARTICLE_DIGITS, "0") ?? "";
}
