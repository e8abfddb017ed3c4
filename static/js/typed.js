/**
 * What people type and scanners read: digits of every script, and articles' numbers.
 * `pos/articles.py` reads the same; it is held to tests/pos/articles.json.
 */

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
