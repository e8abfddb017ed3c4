/** One sale: what the till wants, what the server last said of it, and what may be asked of it. Touches no page. */

import { retry } from "./page.js";
import { call, follow, makeKey, NoAnswer, Refusal } from "./server.js";

const CHARGES = "/api/v1/charges";
const PACE = { first: 500, most: 8_000 };
const PAID = ["captured", "cashed"];
const OVER = [...PAID, "canceled", "expired"];

/** Whether the money is there, from a wallet or in cash. */
export const isPaid = (charge) => PAID.includes(charge?.status);

/** Whether nothing about this charge can change any more. */
export const isOver = (charge) => OVER.includes(charge?.status);

/**
 * Keep one sale true. `kept` holds the wish over a reload; `on` is told:
 * `sending()`, `changed(charge, before)`, `left()`, `refused(error)`, `said(text)`,
 * `contact(answered)`, `locked()`.
 */
export function openSale(kept, on) {
  let sale = null; // our wish: key, body, amount, and the charge's id once known
  let charge = null; // the server's last word about it
  let news = null; // what follows the charge
  let isCutOff = false;
  let lastContact = Date.now();

  const save = () => kept.write(sale);

  function begin(body, amount) {
    // The key is on disk before the request is on the wire: a reload asks again, never anew.
    sale = { key: makeKey(), body, amount };
    save();
    charge = null;
    on.sending();
    create();
  }

  /**
   * Go on with the sale in hand before a reload, or with `left`, one of the terminal's that is
   * still to be paid; the server is asked what became of it.
   */
  function resume(left) {
    sale = left ?? kept.read();
    if (!sale) return;
    save();
    charge = null;
    on.sending();
    if (sale.id) watch();
    else create();
  }

  const create = () => retry(askFor(sale), PACE);

  /** Return what asks for the charge of a sale, and tells whether that is over. */
  const askFor = (mine) => async () => {
    if (sale !== mine && !mine.isGivenUp) return true;
    const askedAt = performance.now();
    try {
      const fresh = await call("POST", CHARGES, { body: mine.body, key: mine.key });
      if (sale !== mine) {
        await call("POST", `${CHARGES}/${fresh.id}/cancel`, { key: makeKey() });
        return true;
      }
      mine.id = fresh.id;
      save();
      hear(true);
      apply(fresh);
      watch(askedAt);
      on.made();
    } catch (error) {
      // What was given up is asked for again until the server has canceled it.
      if (sale !== mine && error instanceof Refusal) return true;
      if (error instanceof Refusal) refuse(error);
      else if (sale === mine) hear(false);
    }
    return Boolean(mine.id);
  };

  /** Give up a sale whose code nobody has seen yet, so that nobody can have paid it. */
  function giveUp() {
    sale.isGivenUp = true;
    leave();
  }

  function refuse(error) {
    leave();
    if (error.status === 401) on.locked();
    else on.refused(error);
  }

  function watch(askedAt) {
    news?.stop();
    const shows = (id, version) => Boolean(charge) && id === charge.id && version <= charge.version;
    news = follow(`${CHARGES}/${sale.id}/events`, read, { askedAt, shows });
  }

  async function read() {
    const mine = sale;
    try {
      const fresh = await call("GET", `${CHARGES}/${mine.id}`, { timeout: 4_000 });
      if (sale !== mine) return true;
      hear(true);
      apply(fresh);
      // Asked for while there was no connection.
      if (mine.wish === "cancel" && !isOver(charge)) command("cancel");
      return true;
    } catch (error) {
      if (sale !== mine) return true;
      if (error instanceof NoAnswer) hear(false);
      else if (error.status === 401) on.locked();
      else if (error.status === 404) leave();
      return false;
    }
  }

  function apply(fresh) {
    if (charge && fresh.version < charge.version) return;
    const before = charge?.status;
    charge = fresh;
    on.changed(charge, before);
    // A payment may commit in the moment the code expires, and a receipt's number is given a
    // moment after the money has moved: both are still waited for.
    if (fresh.status === "canceled" || fresh.receipt_number) news?.stop();
  }

  /** Let go of the sale; what is true of it stays true. */
  function leave() {
    news?.stop();
    news = sale = charge = null;
    save();
    on.left();
  }

  /** Ask for `cancel` or `extend`. */
  async function command(name) {
    const mine = Object.assign(sale, { wish: name });
    save();
    try {
      const fresh = await call("POST", `${CHARGES}/${mine.id}/${name}`, { key: makeKey() });
      if (sale !== mine) return;
      delete mine.wish;
      hear(true);
      apply(fresh);
    } catch (error) {
      if (sale !== mine) return;
      if (error instanceof NoAnswer) hear(false);
      else {
        delete mine.wish;
        on.said(error.message);
      }
      // The loser of a race reads the true state.
      news?.look();
    }
  }

  function hear(answered) {
    if (answered) lastContact = Date.now();
    if (isCutOff === !answered) return;
    isCutOff = !answered;
    on.contact(answered);
  }

  return {
    apply,
    begin,
    command,
    giveUp,
    hear,
    leave,
    read,
    resume,
    save,
    look: () => news?.look(),
    /** The wish and the charge as they are at this moment. */
    now: () => ({ sale, charge, isCutOff, lastContact }),
  };
}
