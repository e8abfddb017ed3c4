/**
 * The PIN pad of the lock screen: what is tapped on it, or typed on a keyboard by hand.
 *
 * The field only shows how many digits there are: nothing else can write into it, no browser's
 * saved secrets and no scanner, and only what came through here is sent.
 */

import { isScannerLike, onHand, onScan } from "./keys.js";
import { find } from "./page.js";
import { gettext } from "./server.js";

const DIGITS = 6;
// Long enough to see that a seventh key follows, as it does from a slow scanner, or one that stumbles.
const SETTLE_MS = 250;
const SCANNER_SETTLE_MS = 750;
const form = find("unlock");
const pin = find("pin");
const pad = find("pad");
let typed = "";
let timer = 0;

function show(text = "") {
  pin.value = typed;
  find("error").textContent = text;
  pin.classList.toggle("wrong", Boolean(text));
  pin.toggleAttribute("aria-invalid", Boolean(text));
}

function press(key) {
  clearTimeout(timer);
  if (key === "clear") typed = "";
  else if (key === "back") typed = typed.slice(0, -1);
  else if (typed.length < DIGITS) typed += key;
  show();
}

function send() {
  clearTimeout(timer);
  const chosen = form.querySelector("[name=cashier]:checked");
  if (!chosen) return form.reportValidity();
  if (typed.length < DIGITS) return show(gettext("Enter the six digits of your PIN."));
  show();
  return form.submit();
}

const sendWhenFull = () => typed.length === DIGITS && form.querySelector("[name=cashier]:checked") && send();

function refuseScan() {
  clearTimeout(timer);
  typed = "";
  show(gettext("That was scanned. Type your PIN, or tap it."));
}

/** A digit that hands have typed; gives what takes it back. */
function typeDigit(key) {
  if (!/^\d$/.test(key)) return undefined;
  if (typed.length === DIGITS) {
    refuseScan();
    return undefined;
  }
  const before = typed;
  press(key);
  timer = setTimeout(sendWhenFull, isScannerLike() ? SCANNER_SETTLE_MS : SETTLE_MS);
  return () => {
    typed = before;
    clearTimeout(timer);
    show();
  };
}

if (form) {
  pad.hidden = false;
  // The pad replaces the screen keyboard; a real keyboard still types here.
  pin.inputMode = "none";
  pin.readOnly = true;
  typed = "";
  pin.value = "";
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key || !event.isTrusted) return;
    press(key);
    sendWhenFull();
  });
  form.addEventListener("change", (event) => {
    pin.focus({ preventScroll: true });
    if (event.isTrusted) sendWhenFull();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  document.addEventListener("keydown", (event) => {
    if (["Backspace", "Escape"].includes(event.key)) press(event.key === "Escape" ? "clear" : "back");
    else if (event.key === "Enter" && event.target === pin) send();
  });
  onHand(typeDigit);
  onScan(refuseScan);
  if (form.querySelector("[name=cashier]:checked")) pin.focus({ preventScroll: true });
}
