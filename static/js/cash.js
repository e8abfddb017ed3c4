/** Cash for the sale in hand: what was given, the change, and one wish that may be sent again. */

import { readAmount } from "./amounts.js";
import { find, make } from "./page.js";
import { call, gettext, makeKey, NoAnswer } from "./server.js";

const OFFERED_MAX = 4;
const root = find("main");
const { currency } = root.dataset;
const exponent = Number(root.dataset.exponent);
const unit = Number(root.dataset.cashUnit);
// Nobody hands over the next five cents: whole units, and larger.
const least = 10 ** Math.max(exponent, 2);
const notes = (root.dataset.cashPieces || "")
  .split(" ")
  .map(Number)
  .filter((piece) => piece >= least);

/** What a price is in cash; the server works it out anew. */
export const roundCash = (minor, to) => Math.max(to, Math.floor((2 * minor + to) / (2 * to)) * to);

/** Sums that a customer may hand over for it: for each note, as few as it takes. */
export function listGiven(due, pieces, most = OFFERED_MAX) {
  const sums = pieces.map((piece) => Math.ceil(due / piece) * piece).filter((sum) => sum > due);
  return [...new Set(sums)].sort((one, other) => one - other).slice(0, most);
}

/** Wire up the sheet; `till` is what it needs of the till. */
export function openCash(till) {
  const sheet = find("cash-sheet");
  let due = 0;
  let isSending = false;

  function open() {
    const { charge } = till.now();
    if (charge?.status !== "open") return;
    due = roundCash(charge.amount.amount_minor, unit);
    till.speak("cash-due", till.money(due));
    find("cash-given").value = "";
    find("cash-offers").replaceChildren(...listGiven(due, notes).map(makeOffer));
    say("");
    change();
    sheet.showModal();
    find("cash-given").focus();
  }

  const makeOffer = (minor) =>
    make("button", {
      type: "button",
      className: "sec small",
      textContent: till.money(minor),
      onclick: () => take(minor),
    });

  /** What was given in minor units: exactly the price where nothing is typed. */
  function read() {
    const text = find("cash-given").value.trim();
    return text ? readAmount(text, { currency, exponent }) : { minor: due };
  }

  function change() {
    const { minor, text = "" } = read();
    const isEnough = minor >= due;
    const words = isEnough
      ? gettext("Change: %(amount)s", { amount: till.money(minor - due) })
      : gettext("Not enough yet");
    till.speak("cash-change", minor ? words : text);
    find("cash-take").disabled = !isEnough;
  }

  function say(text) {
    find("cash-note").hidden = !text;
    till.speak("cash-note", text);
  }

  async function take(minor) {
    const { charge } = till.now();
    if (isSending || !charge) return;
    isSending = true;
    find("cash-take").setAttribute("aria-busy", "true");
    try {
      const body = { given: { amount_minor: minor, currency } };
      till.apply(await call("POST", `/api/v1/charges/${charge.id}/cash`, { body, key: makeKey() }));
      sheet.close();
    } catch (error) {
      // Sent again it is taken once: the charge knows.
      say(error instanceof NoAnswer ? gettext("No connection. Press again: it counts once.") : error.message);
      till.look();
    } finally {
      isSending = false;
      find("cash-take").removeAttribute("aria-busy");
    }
  }

  find("cash").addEventListener("click", open);
  find("cash-given").addEventListener("input", change);
  find("cash-back").addEventListener("click", () => sheet.close());
  find("cash-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const { minor } = read();
    if (minor >= due) take(minor);
  });
}
