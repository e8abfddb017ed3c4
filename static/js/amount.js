/** Fields for an amount: what was understood is shown below; keys type from right to left. */

import { readAmount } from "./amounts.js";
import { formatMoney, MINOR_MAX, pressKey, writeField } from "./money.js";
import { find } from "./page.js";
// It also asks a page anew that was left and is shown again: its form has the key of the wish before.
import { gettext } from "./server.js";

const pad = find("pad");

/** The field's own words for what it takes: its currency and the decimals the server gives it. */
const kindOf = (field) => ({ currency: field.dataset.currency, exponent: Number(field.dataset.exponent) });

/** Show the amount as it was understood, or why it was not, before it counts. */
function show(field) {
  const { currency, exponent } = kindOf(field);
  const { minor, text } = field.value.trim() ? readAmount(field.value, kindOf(field)) : { text: "" };
  const line = find(`${field.id}-read`);
  line.textContent = minor ? `= ${formatMoney(minor, currency, exponent)}` : text;
}

function press(field, key) {
  const { currency, exponent } = kindOf(field);
  const { minor = 0, refusal } = field.value.trim() ? readAmount(field.value, kindOf(field)) : {};
  // What cannot be read stays as it is, and the line below says why.
  if (refusal && refusal !== "zero") return show(field);
  const wanted = pressKey(minor, key);
  if (wanted > MINOR_MAX) {
    const most = formatMoney(MINOR_MAX, currency, exponent);
    find(`${field.id}-read`).textContent = gettext("The most is %(most)s.", { most });
    return undefined;
  }
  field.value = wanted ? writeField(wanted, exponent) : "";
  return show(field);
}

for (const field of document.querySelectorAll("input[data-exponent]")) {
  field.addEventListener("input", () => show(field));
  // What is wrong the server has said already.
  if (readAmount(field.value, kindOf(field)).minor) show(field);
}
if (pad) {
  const field = find(pad.dataset.for);
  pad.hidden = false;
  // Under a finger our own keys do; a keyboard types into the field as into any other.
  field.inputMode = "none";
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) press(field, key);
  });
}
