/** Parked sales: put one aside for any till of the store, and go on with one. */

import { listSold, writeSale } from "./cart.js";
import { find } from "./page.js";
import { gettext, makeKey } from "./server.js";

const root = find("main");
const LATE = () => gettext("No connection. Try again.");

/** Wire up the sheets of parked sales, which are there; `entry` is the screen whose sale they are of. */
export function openParked({ entry }) {
  let parkId = ""; // of the sale that is being parked: sent again, it is parked once

  /** Ask for something to be done to a cart; return the answer, or what is said instead of one. */
  async function ask(action, cart, facts = {}) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ do: action, cart, ...facts })) body.set(name, value);
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    try {
      const answer = await fetch(root.dataset.parkedPage, { method: "POST", body });
      if (answer.redirected) location.assign(answer.url);
      const told = await answer.json();
      return answer.ok ? { told } : { refusal: told.detail || LATE(), isOver: true };
    } catch {
      return { refusal: LATE() };
    }
  }

  const isEmpty = () => !entry.now().sale.lines.length && !entry.now().sale.typed;

  /** Park what is rung up; with nothing rung up, show what is parked. */
  function parkOrShow() {
    if (isEmpty()) return showList();
    parkId = makeUuid();
    find("park-name").value = "";
    find("park-error").textContent = "";
    find("park-sheet").showModal();
    return find("park-name").focus();
  }

  async function park() {
    const { sale, items } = entry.now();
    const { lines = [], discount } = writeSale(sale, items, "");
    const wish = { name: find("park-name").value.trim(), typed: sale.typed, lines: lines.filter(({ item }) => item) };
    if (discount) wish.discount = discount;
    find("park-go").disabled = true;
    const cart = parkId;
    const { refusal } = await ask("park", cart, { sale: JSON.stringify(wish) });
    find("park-go").disabled = false;
    if (refusal) {
      find("park-error").textContent = refusal;
      return;
    }
    find("park-sheet").close();
    entry.clear();
    entry.offerUndo(gettext("Sale parked."), () => resume(cart));
  }

  async function showList() {
    find("parked-note").hidden = true;
    if (!find("parked-sheet").open) find("parked-sheet").showModal();
    await readList();
  }

  async function readList() {
    try {
      const answer = await fetch(root.dataset.parkedPage, { cache: "no-store" });
      if (answer.redirected) return location.assign(answer.url);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      find("parked-carts").replaceChildren(...page.body.childNodes);
      entry.showParked(find("parked-list").childElementCount);
    } catch {
      say(LATE());
    }
    return undefined;
  }

  function say(text) {
    find("parked-note").hidden = false;
    find("parked-note").textContent = text;
  }

  /** Go on with a parked sale; whoever asks first has it, and the other reads who that was. */
  async function resume(cart) {
    const { told, refusal, isOver } = await ask("resume", cart, { key: makeUuid() });
    if (refusal) {
      if (!find("parked-sheet").open) return entry.note(refusal);
      if (isOver) await readList();
      return say(refusal);
    }
    find("parked-sheet").close();
    await entry.keepUp(told.items_version);
    const { sale, items } = entry.now();
    const lines = listSold(told, items);
    entry.change({
      lines: [...sale.lines, ...lines.map((line) => ({ ...line, price: line.price ?? undefined, id: makeKey() }))],
      typed: sale.typed + told.typed,
      discount: told.discount ?? sale.discount,
    });
    entry.note(told.changes.join(" "));
    return undefined;
  }

  async function remove(cart) {
    const { refusal } = await ask("remove", cart);
    if (refusal) say(refusal);
    else {
      find("parked-sheet").close();
      entry.offerUndo(gettext("Parked sale removed."), async () => {
        const again = await ask("restore", cart);
        if (again.refusal) entry.note(again.refusal);
      });
    }
    await readList();
  }

  find("park-form").addEventListener("submit", (event) => {
    event.preventDefault();
    park();
  });
  find("parked-carts").addEventListener("click", (event) => {
    const cart = event.target.closest("[data-cart]")?.dataset.cart;
    if (!cart) return;
    if (event.target.closest("[data-remove]")) remove(cart);
    else if (event.target.closest("[data-resume]")) resume(cart);
  });
  return { parkOrShow };
}

/** A UUID also on a plain-http page, which has no randomUUID. */
function makeUuid() {
  const hex = makeKey().replaceAll("-", "");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
