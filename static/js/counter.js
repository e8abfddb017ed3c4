/** What printed codes bring in, told above whatever the till shows. */

import { NoAnswer, call, follow } from "./server.js";

const PAID = "/api/v1/charges?source=static_code&status=captured&limit=20";
const STAY_MS = 60_000;
const SHOWN_MAX = 3;

const list = document.getElementById("counter");
const { terminal, timeZone, drawnAt, unlock } = document.getElementById("main").dataset;
const store = `tessera.counter.${terminal}`;
const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23", timeZone });

function make(tag, props, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

function show(charge, money) {
  const what = make("b", { textContent: `Paid ${money(charge.amount.amount_minor)} from the counter code` });
  const who = [charge.description, charge.payer, time.format(new Date(charge.captured_at))].filter(Boolean);
  // Each by itself, or a place in Arabic would take the time of day along to its own end.
  const words = who.flatMap((textContent, place) => [place ? " · " : "", make("bdi", { textContent })]);
  const row = make("div", { className: "note ok banner" },
    make("span", { className: "grow" }, what, make("br"), make("span", { className: "tiny" }, ...words)),
    make("button", { type: "button", className: "txt", textContent: "OK", onclick: () => row.remove() }));
  list.prepend(row);
  while (list.children.length > SHOWN_MAX) list.lastElementChild.remove();
  setTimeout(() => row.remove(), STAY_MS);
}

/** Tell of each payment once, also after a reload; those from before the till was opened are old. */
export function listen({ money, countSale, announce }) {
  let seen = JSON.parse(sessionStorage.getItem(store) || "null");

  function tell(charges) {
    // A till's own code is that till's to tell of; a store's code is every till's.
    const ours = charges.filter((charge) => !charge.terminal || charge.terminal === terminal);
    const fresh = seen ? ours.filter((charge) => !seen.includes(charge.id)).reverse() : [];
    for (const charge of fresh) {
      show(charge, money);
      // What came in while the till was on another page stands in the day's count already.
      if (Date.parse(charge.captured_at) > Date.parse(drawnAt)) countSale(charge.amount.amount_minor);
    }
    if (fresh.length) announce(fresh.map((charge) => `Received ${money(charge.amount.amount_minor)} from the counter code.`).join(" "));
    seen = charges.map((charge) => charge.id);
    sessionStorage.setItem(store, JSON.stringify(seen));
  }

  follow("/api/v1/static_codes/events", async () => {
    try {
      const { data } = await call("GET", PAID, { timeout: 4_000 });
      tell(data);
      return true;
    } catch (error) {
      // Unpaired, or locked: there it says which.
      if (error.status === 401) location.assign(unlock);
      return !(error instanceof NoAnswer);
    }
  });
}
