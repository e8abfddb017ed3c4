/** Money as people see it; inside, it is always an integer of minor units. */

// What the API takes, in minor units.
export const MINOR_MAX = 999_999_999_999;

const locale = document.documentElement.lang || "en";

function format(minor, currency, exponent, language = locale) {
  return new Intl.NumberFormat(language, {
    style: "currency",
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  }).formatToParts(minor / 10 ** exponent);
}

export function formatMoney(minor, currency, exponent, language) {
  return format(minor, currency, exponent, language)
    .map((part) => part.value)
    .join("");
}

/** Fill an element with the large figure: the currency's sign is set small. */
export function fillAmount(element, minor, currency, exponent) {
  const parts = format(minor, currency, exponent).map((part) => {
    if (part.type !== "currency") return part.value;
    const sign = document.createElement("small");
    sign.textContent = part.value;
    return sign;
  });
  element.replaceChildren(...parts);
  // So that the letters get as small as they have to be (components/money.css).
  const small = element.querySelector("small")?.textContent.length ?? 0;
  element.style.setProperty("--chars", element.textContent.length - small / 2);
}

/** Return an amount after one key of the pad, in minor units: a digit, `00`, `back` or `clear`. */
export function pressKey(minor, key) {
  if (key === "clear") return 0;
  return key === "back" ? Math.floor(minor / 10) : minor * 10 ** key.length + Number(key);
}

/** Write an amount for a text field: digits and one point, no sign of the currency. */
export function writeField(minor, exponent) {
  const digits = String(minor).padStart(exponent + 1, "0");
  return exponent ? `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}` : digits;
}
