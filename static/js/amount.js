/** The amount at a printed code: keys as on a till, typed from right to left. */

import { readField, writeField } from "./money.js";

const MINOR_MAX = 99_999_999;
const field = document.getElementById("amount");
const pad = document.getElementById("pad");

function press(key) {
  const exponent = Number(field.form.dataset.exponent);
  const minor = readField(field.value, exponent) ?? 0;
  const wanted = key === "back" ? Math.floor(minor / 10) : minor * 10 ** key.length + Number(key);
  if (wanted <= MINOR_MAX) field.value = wanted ? writeField(wanted, exponent) : "";
}

// Shown again out of the browser's memory, the form would send the key of the wish before.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
if (pad) {
  pad.hidden = false;
  // Under a finger our own keys do; a keyboard types into the field as into any other.
  field.inputMode = "none";
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) press(key);
  });
}
