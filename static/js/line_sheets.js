/** The sheets that change a sale: a line's quantity and note, a discount, and a manager's leave for a larger one. */

import { changeLine, QUANTITY_MAX, sumLine, sumShares } from "./cart.js";
import { find } from "./page.js";
import { gettext, NoAnswer } from "./server.js";
import { foldDigits } from "./typed.js";

const PERCENT = /^(\d{1,3})(?:[.,](\d{1,2}))?$/;
const PIN_DIGITS = 6;

const root = find("main");

/** Fetch the sheets, once; `entry` is the screen whose sale they change. */
export async function openSheets({ entry, currency, exponent, readAmount }) {
  const answer = await fetch(root.dataset.sheetsPage, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const dialogs = page.querySelectorAll("dialog");
  if (!answer.ok || !dialogs.length) throw new NoAnswer();
  find("sheets").replaceChildren(...dialogs);
  const cap = Number(find("discount-sheet").dataset.cap);
  let id = ""; // of the line that is changed; null for the whole sale
  let isFresh = true; // whether the next digit begins a quantity
  let wanted = null; // what waits for a manager's leave

  const lineOf = (each) => entry.now().sale.lines.find((line) => line.id === each);
  const nameOf = (each) => entry.now().items.get(lineOf(each).item).name;
  const typedQuantity = () => Math.min(QUANTITY_MAX, Number(foldDigits(find("line-quantity").value)) || 0);

  /* A line */

  function openLine(chosen) {
    id = chosen;
    const line = lineOf(id);
    find("line-title").textContent = nameOf(id);
    find("line-quantity").value = line.quantity;
    find("line-note").value = line.note;
    const { groups, least } = entry.now().items.get(line.item);
    find("line-choices").hidden = !groups.length && !least;
    find("line-sheet").dataset.id = id;
    isFresh = true;
    drawLineSum();
    find("line-sheet").showModal();
    find("line-quantity").focus();
    find("line-quantity").select();
  }

  function drawLineSum() {
    const line = { ...lineOf(id), quantity: typedQuantity() };
    find("line-sum").textContent = entry.money(line.quantity ? sumLine(line, entry.now().items) : 0);
  }

  function pressQuantity(key) {
    const field = find("line-quantity");
    if (key === "clear") field.value = "";
    else if (key === "back") field.value = field.value.slice(0, -1);
    else field.value = String(Number((isFresh ? "" : field.value) + key)).slice(0, 3);
    isFresh = false;
    drawLineSum();
  }

  function saveLine() {
    const { quantity, note } = lineOf(id);
    const wish = { quantity: typedQuantity(), note: find("line-note").value.trim() };
    if (wish.quantity !== quantity || wish.note !== note) entry.editLine(id, wish);
  }

  /* A discount */

  function openDiscount(chosen) {
    id = chosen;
    const { sale } = entry.now();
    const discount = id ? lineOf(id).discount : sale.discount;
    find("discount-title").textContent = id
      ? gettext("Discount on %(item)s", { item: nameOf(id) })
      : gettext("Discount on the whole sale");
    find("discount-value").value = find("discount-reason").value = "";
    refuse("discount-value", "");
    find("discount-none").hidden = !discount;
    find("discount-sheet").showModal();
  }

  function refuse(field, text) {
    find(field).toggleAttribute("aria-invalid", Boolean(text));
    find(`${field.split("-")[0]}-error`).textContent = text;
    if (text) find(field).focus();
  }

  function readDiscount() {
    const text = foldDigits(find("discount-value").value).trim();
    const reason = find("discount-reason").value.trim();
    if (find("discount-form").elements["discount-kind"].value === "amount") {
      const { minor, text: why } = readAmount(text, { currency, exponent });
      return minor ? { amount_minor: minor, reason } : { why };
    }
    const found = PERCENT.exec(text.replace(/\s*%$/, ""));
    const bps = found ? 100 * Number(found[1]) + Number((found[2] ?? "").padEnd(2, "0")) : 0;
    return bps > 0 && bps <= 10_000
      ? { percent_bps: bps, reason }
      : { why: gettext("Type a percentage from 0.01 to 100, such as 12.5.") };
  }

  const wishOf = (discount) => (id ? { lines: changeLine(entry.now().sale.lines, id, { discount }) } : { discount });

  /** Give the discount, or ask for a manager's leave first. */
  function give(discount) {
    const { sale, items } = entry.now();
    const needed = sumShares({ ...sale, ...wishOf(discount) }, items);
    find("discount-sheet").close();
    if (needed > cap && needed > (sale.approval?.bps ?? 0)) return openApproval({ discount, needed });
    return entry.change(wishOf(discount));
  }

  function takeTyped() {
    const { why, ...discount } = readDiscount();
    if (why) refuse("discount-value", why);
    else give(discount);
  }

  function choose(button) {
    const { percent, reason = "" } = button.dataset;
    if (percent) return give({ percent_bps: Number(percent), reason });
    find("discount-reason").value = reason;
    return find("discount-value").focus();
  }

  /* A manager's leave */

  function openApproval(wish) {
    wanted = wish;
    find("approve-text").textContent = gettext("A discount of up to %(percent)s %% in one sale.", {
      percent: (Math.ceil(wish.needed / 10) / 10).toLocaleString(document.documentElement.lang),
    }).replace("%%", "%");
    if (find("approve-pin")) {
      find("approve-pin").value = "";
      refuse("approve-pin", "");
    }
    find("approve-sheet").showModal();
    find("approve-pin")?.focus();
  }

  async function approve() {
    const pin = foldDigits(find("approve-pin").value);
    if (pin.length !== PIN_DIGITS) return refuse("approve-pin", gettext("Enter the six digits of your PIN."));
    const body = new FormData();
    body.set("manager", find("approve-who").value);
    body.set("pin", pin);
    body.set("most_bps", wanted.needed);
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    find("approve-pin").value = "";
    try {
      const told = await fetch(root.dataset.approve, { method: "POST", body });
      const said = await told.json();
      if (!told.ok) return refuse("approve-pin", said.detail);
      const approval = { id: said.approval, bps: wanted.needed };
      find("approve-sheet").close();
      return entry.change({ approval, ...("discount" in wanted ? wishOf(wanted.discount) : {}) });
    } catch {
      return refuse("approve-pin", gettext("No connection. Try again."));
    }
  }

  /** Ask for leave to give what the sale has already: its prices have changed, or the cap. */
  function askLeave() {
    const { sale, items } = entry.now();
    openApproval({ needed: sumShares(sale, items) });
  }

  find("line-pad").addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) pressQuantity(key);
  });
  find("line-quantity").addEventListener("input", () => {
    isFresh = false;
    drawLineSum();
  });
  find("line-sheet").querySelector("form").addEventListener("submit", saveLine);
  find("line-remove").addEventListener("click", () => {
    find("line-sheet").close();
    entry.editLine(id, { quantity: 0 });
  });
  find("line-discount").addEventListener("click", () => {
    saveLine();
    find("line-sheet").close();
    if (lineOf(id)) openDiscount(id);
  });
  find("discount-form").addEventListener("click", (event) => {
    const button = event.target.closest("[data-percent], [data-reason]");
    if (button) choose(button);
  });
  find("discount-form").addEventListener("submit", (event) => {
    event.preventDefault();
    takeTyped();
  });
  find("discount-none").addEventListener("click", () => {
    find("discount-sheet").close();
    entry.change(wishOf(null));
  });
  find("approve-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (find("approve-pin")) approve();
  });
  for (const button of find("sheets").querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  return { askLeave, openDiscount, openLine };
}
