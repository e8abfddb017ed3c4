/** What counter codes bring in, told above whatever the till shows. */

import { find, isolate, make, writeTime } from "./page.js";
import { call, gettext, weave } from "./server.js";

const PAID = "/api/v1/charges?source=counter_code&status=captured&limit=20";
const STAY_MS = 60_000;
const SHOWN_MAX = 3;

const list = find("counter");
const { terminal, timeZone } = find("main").dataset;
const store = `tessera.counter.${terminal}`;

function show(charge, money) {
  const sum = isolate(money(charge.amount.amount_minor));
  const what = make("b", {}, ...weave(gettext("Paid %(amount)s from the counter code"), { amount: sum }));
  const who = [charge.description, charge.payer, writeTime(charge.captured_at, timeZone)].filter(Boolean);
  // Each by itself, or a place in Arabic would take the time of day along to its own end.
  const words = who.flatMap((each, place) => [place ? " · " : "", isolate(each)]);
  const row = make(
    "div",
    { className: "note ok banner" },
    make("span", { className: "grow" }, what, make("br"), make("span", { className: "tiny" }, ...words)),
    make("button", { type: "button", className: "txt", textContent: gettext("OK"), onclick: () => row.remove() }),
  );
  list.prepend(row);
  while (list.children.length > SHOWN_MAX) list.lastElementChild.remove();
  setTimeout(() => row.remove(), STAY_MS);
}

/**
 * Return what asks for them and tells of each payment once, also after a reload; those from before
 * the till was opened are old.
 */
export function openCounter({ money, announce }) {
  let seen = JSON.parse(sessionStorage.getItem(store) || "null");

  return async function read() {
    const { data } = await call("GET", PAID, { timeout: 4_000 });
    // A till's own code is that till's to tell of; a store's code is every till's.
    const ours = data.filter((charge) => !charge.terminal || charge.terminal === terminal);
    const fresh = seen ? ours.filter((charge) => !seen.includes(charge.id)).reverse() : [];
    for (const charge of fresh) show(charge, money);
    if (fresh.length)
      announce(
        fresh
          .map(({ amount }) =>
            gettext("Received %(amount)s from the counter code.", { amount: money(amount.amount_minor) }),
          )
          .join(" "),
      );
    seen = data.map((charge) => charge.id);
    sessionStorage.setItem(store, JSON.stringify(seen));
  };
}
