/** Refunds at the till: one sheet, one wish at a time, carried out once though a reload comes between. */

import { readAmount } from "./amounts.js";
import { onScan } from "./keys.js";
import { formatMoney, writeField } from "./money.js";
import { find, retry } from "./page.js";
import { call, gettext, makeKey, NoAnswer } from "./server.js";

const PACE = { first: 1_000, most: 8_000 };
const STORE = "tessera.refund";
const sheet = find("sheet");
const exponent = Number(sheet.dataset.exponent);
let row = null; // what the pressed button knows of the sale
let isSending = false;
let isDone = false;

const money = (minor) => formatMoney(minor, row.currency, exponent);

function open(sale, { amount, reason = "" } = {}) {
  row = sale;
  isDone = false;
  find("refund").hidden = false;
  find("r-done").hidden = true;
  find("r-code").textContent = row.code;
  find("r-payer").textContent = row.payer || "–";
  find("r-left").textContent = money(Number(row.left));
  find("r-amount").value = writeField(amount?.amount_minor ?? Number(row.left), exponent);
  find("r-reason").value = reason;
  showError("amount", "");
  showError("reason", "");
  showNote("");
  label();
  sheet.showModal();
  find("r-amount").focus();
  find("r-amount").select();
}

const readTyped = () => readAmount(find("r-amount").value, { currency: row.currency, exponent });

function label() {
  const { minor } = readTyped();
  find("r-send").textContent = minor ? gettext("Refund %(amount)s", { amount: money(minor) }) : gettext("Refund");
}

function showError(field, text) {
  find(`r-${field}-error`).textContent = text;
  find(`r-${field}`).setAttribute("aria-invalid", Boolean(text));
  if (text) find(`r-${field}`).focus();
}

function showNote(text) {
  find("r-note").hidden = !text;
  find("r-note").textContent = text;
}

function setBusy(busy) {
  isSending = busy;
  find("r-send").setAttribute("aria-busy", busy);
  for (const id of ["r-send", "r-close", "r-all"]) find(id).disabled = busy;
  for (const id of ["r-amount", "r-reason"]) find(id).readOnly = busy;
  if (busy) find("r-send").textContent = gettext("Refunding…");
  else label();
}

/** Say how much may still go back: another tab or till may have been quicker. */
function showTooMuch() {
  const left = Number(row.left);
  showError(
    "amount",
    left
      ? gettext("Only %(amount)s is left to refund.", { amount: money(left) })
      : gettext("Nothing is left to refund: all of it went back before."),
  );
}

function read() {
  const { minor, text } = readTyped();
  showError("reason", "");
  if (!minor) return showError("amount", text);
  if (minor > Number(row.left)) return showTooMuch();
  showError("amount", "");
  const reason = find("r-reason").value.trim();
  return { amount: { amount_minor: minor, currency: row.currency }, ...(reason && { reason }) };
}

function send() {
  const body = read();
  if (!body || isSending) return;
  // The key is on disk before the request is on the wire: a reload asks again, never anew.
  const wish = { row: { ...row }, body, key: makeKey() };
  sessionStorage.setItem(STORE, JSON.stringify(wish));
  showNote("");
  carryOut(wish);
}

/** After a reload nobody knows what became of the wish in hand: the server is asked with its key. */
function resume() {
  const wish = JSON.parse(sessionStorage.getItem(STORE) || "null");
  if (!wish) return;
  open(wish.row, wish.body);
  showNote(gettext("We do not know yet. Do not refund again: we keep asking."));
  carryOut(wish);
}

function carryOut({ body, key }) {
  setBusy(true);
  retry(() => ask(body, key), PACE);
}

/** Ask for the refund, and tell whether that was answered. */
async function ask(body, key) {
  try {
    const refund = await call("POST", `/api/v1/charges/${row.refund}/refunds`, { body, key });
    forget();
    showDone(refund);
  } catch (error) {
    if (error instanceof NoAnswer) {
      // Nothing else may be sent until this wish is answered, so the sheet stays as it is.
      showNote(gettext("No connection. We do not know yet. Do not refund again: we keep asking."));
      return false;
    }
    // Who has to unlock the till first is not answered yet, and comes back to ask.
    if (error.status === 401) location.reload();
    else {
      forget();
      refuse(error);
    }
  }
  return true;
}

function forget() {
  sessionStorage.removeItem(STORE);
  setBusy(false);
}

function refuse(error) {
  showNote("");
  const known = error.errors.find(({ field }) => /^(amount|reason)/.test(field));
  if (error.code === "refund_exceeds_captured") {
    row.left = error.problem.refundable_minor;
    find("r-left").textContent = money(Number(row.left));
    return showTooMuch();
  }
  if (known) return showError(known.field.split(".")[0], known.detail || error.message);
  return showNote(gettext("%(why)s Nothing was refunded.", { why: error.message }));
}

function showDone(refund) {
  isDone = true;
  find("refund").hidden = true;
  find("r-done").hidden = false;
  find("r-done-title").textContent = gettext("Refunded %(amount)s", { amount: money(refund.amount.amount_minor) });
  find("r-done-text").textContent = gettext("Sale %(code)s. Reference %(reference)s.", {
    code: row.code,
    reference: refund.id,
  });
  find("r-done-title").focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-refund]");
  if (button) open({ ...button.dataset });
});
find("refund").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
find("r-amount").addEventListener("input", label);
find("r-all").addEventListener("click", () => {
  find("r-amount").value = writeField(Number(row.left), exponent);
  label();
});
find("r-close").addEventListener("click", () => sheet.close());
find("r-ok").addEventListener("click", () => sheet.close());
sheet.addEventListener("cancel", (event) => {
  if (isSending) event.preventDefault();
});
sheet.addEventListener("close", () => {
  if (isDone) location.reload();
});
// Nothing that is scanned gets into a field here; payments by code are taken on the till's own page.
onScan(() => {
  if (sheet.open) showNote(gettext("That was scanned, and typed nowhere. Nothing was refunded."));
});
resume();
