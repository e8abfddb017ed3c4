/** The sheet in which a piece of an item gets its choices, and its price where that is typed. */

import { pressKey, writeField } from "./money.js";
import { find, isolate, make } from "./page.js";
import { gettext } from "./server.js";

/** Wire up the sheet, which is there; `entry` is the screen whose sale it changes. */
export function openChoiceSheet({ entry, currency, exponent, readAmount }) {
  const form = find("choice-form");
  let line = null; // what it will be
  let isNew = true;
  let isFresh = true; // whether the next digit begins a price

  const item = () => entry.now().items.get(line.item);
  const listChosen = () => [...form.querySelectorAll("[data-option]:checked")].map((box) => box.value);
  const readPrice = () => (item().least ? readAmount(find("choice-price").value, { currency, exponent }) : {});

  /** Ask for a piece of an item, or for another kind of a line's pieces. */
  function openChoices(wished, id) {
    const { sale } = entry.now();
    isNew = !id;
    line = id ? sale.lines.find((each) => each.id === id) : { item: wished };
    line = { choices: item().defaults, ...line };
    isFresh = true;
    find("choice-title").textContent = item().name;
    find("choice-error").textContent = "";
    find("choice-groups").replaceChildren(...item().groups.map(makeGroup));
    find("choice-priced").hidden = !item().least;
    find("choice-price").value = writeField(Math.max(line.price ?? item().price, item().least), exponent);
    draw();
    find("choice-sheet").showModal();
    if (item().least) {
      find("choice-price").focus();
      find("choice-price").select();
    } else form.querySelector("[data-option]")?.focus();
  }

  function makeGroup(group, place) {
    return make(
      "fieldset",
      { className: "group" },
      make("legend", {}, isolate(group.name), make("span", { className: "tiny", textContent: sayCount(group) })),
      make("div", { className: "choices" }, ...group.options.map((option) => makeOption(option, group, place))),
    );
  }

  /** Say how many of a group there may be. */
  function sayCount({ least, most }) {
    if (least === most) return gettext("choose %(count)s", { count: least });
    return least
      ? gettext("choose %(least)s to %(most)s", { least, most })
      : gettext("choose up to %(count)s", { count: most });
  }

  function makeOption({ id, name, price, isOut }, { least, most }, place) {
    // One that must be is a radio button: another one takes its place.
    const type = least === 1 && most === 1 ? "radio" : "checkbox";
    const box = make("input", { type, name: `choice-${place}`, value: id, checked: line.choices.includes(id) });
    box.dataset.option = "";
    box.disabled = Boolean(isOut) && !box.checked;
    const more = isOut ? gettext("Sold out") : price ? sign(price) : "";
    return make(
      "label",
      { className: "choice" },
      box,
      make("span", {}, isolate(name), " ", make("b", {}, isolate(more))),
    );
  }

  const sign = (minor) => (minor < 0 ? `−${entry.money(-minor)}` : `+${entry.money(minor)}`);

  function draw() {
    const facts = { amount: entry.money(Math.max(0, sumPiece())) };
    find("choice-go").textContent = isNew ? gettext("Add · %(amount)s", facts) : gettext("Done · %(amount)s", facts);
  }

  /** Return what a piece comes to as it is typed, which may be less than it may cost. */
  function sumPiece() {
    const { price, least, options } = item();
    const base = least ? (readPrice().minor ?? 0) : price;
    return listChosen().reduce((sum, id) => sum + options.get(id).price, base);
  }

  /** Return what is wrong with what is chosen, in words. */
  function judge() {
    const chosen = new Set(listChosen());
    for (const { name, least, most, options } of item().groups) {
      const count = options.filter(({ id }) => chosen.has(id)).length;
      const facts = { group: name, least, most };
      if (count < least) return gettext("%(group)s: choose at least %(least)s.", facts);
      if (count > most) return gettext("%(group)s: choose at most %(most)s.", facts);
    }
    const { minor, text } = readPrice();
    if (text) return text;
    const { least, name } = item();
    if (least && minor < least) {
      return gettext("%(item)s costs at least %(least)s.", { item: name, least: entry.money(least) });
    }
    return sumPiece() > 0 ? "" : gettext("%(item)s would cost nothing. Choose something else.", { item: name });
  }

  function take(event) {
    event.preventDefault();
    const why = judge();
    find("choice-error").textContent = why;
    if (why) return;
    const own = { price: readPrice().minor, choices: listChosen() };
    find("choice-sheet").close();
    if (isNew) entry.add(line.item, own);
    else entry.editLine(line.id, own);
  }

  function press(key) {
    const { minor = 0 } = isFresh ? {} : readPrice();
    find("choice-price").value = writeField(pressKey(minor, key), exponent);
    isFresh = false;
    draw();
  }

  find("choice-pad").addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) press(key);
  });
  form.addEventListener("input", () => {
    find("choice-error").textContent = "";
    isFresh = false;
    draw();
  });
  form.addEventListener("submit", take);
  find("line-choices").addEventListener("click", () => {
    const { id } = find("line-sheet").dataset;
    // Its quantity and note are kept; of no piece, it is gone.
    find("line-sheet").querySelector("form").requestSubmit();
    if (entry.now().sale.lines.some((each) => each.id === id)) openChoices("", id);
  });
  return { openChoices };
}
