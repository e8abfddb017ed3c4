/** The till: one sale at a time, shown as the server tells it and never otherwise. */

import { confirmAge, forgetAge } from "./ages.js";
import { openEntry } from "./entry.js";
import { onHand, onScan } from "./keys.js";
import { find } from "./page.js";
import { isPaid, openSale } from "./sale.js";
import { money, openScreens, rest, showBanner, speak } from "./screens.js";
import { gettext } from "./server.js";

const LATER_MS = 500;
const AGAIN_MS = 8_000;
const PRICED = ["amount_mismatch", "item_sold_out", "item_unknown"];

const root = find("main");
const { currency, terminal } = root.dataset;
const exponent = Number(root.dataset.exponent);
const store = `tessera.sale.${terminal}`;
let device = null;
let collector = null; // takes the customer's code
let desk = null; // shows what other sales the terminal has
let sheets = null; // changes a sale's lines and gives discounts
let early = null; // the button of the desk that was pressed before it was there

/* One sale */

const kept = {
  read: () => JSON.parse(sessionStorage.getItem(store) || "null"),
  write: (sale) => (sale ? sessionStorage.setItem(store, JSON.stringify(sale)) : sessionStorage.removeItem(store)),
};
const sale = openSale(kept, {
  sending,
  made: () => collector?.go(),
  changed,
  left,
  refused,
  said: (text) => speak("polite", text),
  contact: (answered) => screens.showContact(answered),
  locked: () => location.assign(root.dataset.unlock),
});
const screens = openScreens({ now: sale.now, device: withDevice, look: sale.look });
const entry = openEntry({ currency, exponent, charge: begin, withSheets });

function begin(body, amount) {
  if (!confirmAge(body, () => begin(body, amount))) return;
  withDevice((module) => module.unlock());
  // The second of two quick taps on Charge would fall on Cancel, which lies where Charge was.
  rest("cancel");
  showBanner("");
  sale.begin(body, amount);
}

function clear() {
  entry.clear();
  forgetAge();
}

function sending() {
  screens.showSending();
  withDevice((module) => module.stayAwake(true));
}

function changed(charge, before) {
  screens.showCharge(charge, before);
  if (isPaid(charge) && charge.status !== before) clear();
  if (charge.status !== before) desk?.draw();
}

function left() {
  showBanner("");
  screens.show("entry", "entry");
  desk?.draw();
  withDevice((module) => module.stayAwake(false));
}

async function refused(error) {
  // A price or an item has changed: the sale is as it is now, and one tap goes on with it.
  if (PRICED.includes(error.code) && (await entry.refresh()).length) {
    return speak("assertive", find("entry-note").textContent);
  }
  showBanner(gettext("The sale was not made. %(why)s", { why: error.message }));
  if (error.code === "discount_not_allowed") withSheets((module) => module.askLeave());
  return speak("assertive", find("banner-text").textContent);
}

function next() {
  const { charge } = sale.now();
  if (isPaid(charge) || charge?.status === "canceled") clear();
  // Whoever goes on has seen it; without the desk it is told of once more.
  if (charge?.status === "captured") desk?.acknowledge(charge.id);
  sale.leave();
  find("entry-title").focus();
  // Whenever the desk is read, it knows whether the shop sells something else.
  if (!desk) entry.refresh();
}

function askCancel() {
  const { charge } = sale.now();
  if (charge) return screens.askCancel(charge);
  sale.giveUp();
  showBanner(gettext("Sale canceled. No code was shown, so nobody can have paid. Nothing was taken."));
  return speak("assertive", find("banner-text").textContent);
}

/** Load what needs the hardware, late; a till without it still sells, and asks under a new name. */
function withDevice(action) {
  device ??= import(root.dataset.device).catch(() => {
    device = null;
    root.dataset.device += "?";
  });
  device.then(action).catch(() => {});
}

async function loadSheets() {
  const [{ readAmount }, { openFinder }, { openSheets }, { openParked }, { openChoiceSheet }] = await Promise.all([
    import(root.dataset.amounts),
    import(root.dataset.finder),
    import(root.dataset.sheets),
    import(root.dataset.parked),
    import(root.dataset.choices),
  ]);
  const lines = await openSheets({ entry, currency, exponent, readAmount });
  const choices = openChoiceSheet({ entry, currency, exponent, readAmount });
  return { ...lines, ...choices, ...openFinder({ entry }), ...openParked({ entry }) };
}

/** Load the sheets that change a sale; a till without them still sells, and asks anew when they are wanted. */
function withSheets(action) {
  sheets ??= loadSheets();
  sheets.then(action).catch(() => {
    sheets = null;
    root.dataset.sheets += "?";
    root.dataset.parked += "?";
    root.dataset.amounts += "?";
    root.dataset.finder += "?";
    root.dataset.choices += "?";
    if (action) entry.note(gettext("No connection. Try again."));
  });
}

/* Hands */

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select")) return;
  const { screen } = root.dataset;
  // Enter presses the button a keyboard user stands on; else it means the primary one.
  if (event.key === "Enter" && event.target.matches("button:focus-visible, a, summary")) return;
  if (["Enter", "F2", "F4"].includes(event.key)) event.preventDefault();
  if (screen === "result" && event.key === "Enter") next();
  else if (screen === "entry") {
    if (event.key === "F2") entry.search();
    else if (event.key === "F4") withSheets((module) => module.parkOrShow());
    else if (event.key === "Enter") entry.begin();
    else if (event.key === "Backspace") entry.press("back");
    else if (event.key === "Escape") entry.press("clear");
  } else if (screen === "code" && event.key === "Escape") {
    // Else the same key would close the question it has just opened.
    event.preventDefault();
    askCancel();
  }
}

/** A digit that hands have typed, or a letter of an item's name; gives what takes it back. */
function typeKey(key) {
  if (document.querySelector("dialog[open]")) return undefined;
  if (/^\p{L}$/u.test(key) && root.dataset.screen === "entry") return entry.search(key);
  if (!/^\d$/.test(key)) return undefined;
  if (root.dataset.screen === "result") next();
  if (root.dataset.screen !== "entry") return undefined;
  const before = entry.read();
  entry.note("");
  entry.press(key);
  return () => entry.write(before);
}

function takeScan(text) {
  if (collector) collector.scanned(text);
  else entry.note(gettext("That was scanned, not typed. Type the amount, then scan again."));
}

function wire() {
  const clicks = {
    cancel: () => (sale.now().charge?.status === "open" && !sale.now().isCutOff ? sale.command("cancel") : askCancel()),
    "ask-no": () => find("ask").close(),
    "ask-yes": () => {
      find("ask").close();
      sale.command("cancel");
    },
    extend: () => sale.command("extend"),
    "banner-button": () => sale.look(),
    next,
    edit: () => sale.leave(),
    again: () => begin(sale.now().sale.body, sale.now().sale.amount),
  };
  for (const [id, action] of Object.entries(clicks)) find(id).addEventListener("click", action);
  document.addEventListener("keydown", onKey);
  onHand(typeKey);
  onScan(takeScan);
  document.addEventListener(
    "visibilitychange",
    () => document.visibilityState === "visible" && !desk && entry.refresh(),
  );
  document.addEventListener("click", waitForDesk);
  // Between sales the browser's own word is all there is.
  addEventListener("offline", () => sale.hear(false));
  addEventListener("online", () => sale.now().sale || sale.hear(true));
  addEventListener("load", () => setTimeout(wireLater, LATER_MS));
}

/** What no sale waits for comes when the page stands, or when there is a connection again. */
function wireLater() {
  withDevice(() => {});
  withSheets();
  import(root.dataset.collect).then(
    ({ openCollector }) => {
      const { apply, hear, now, read, save } = sale;
      collector = openCollector({ apply, entry, hear, money, now, play: screens.play, read, save, speak });
    },
    () => {
      root.dataset.collect += "?";
      setTimeout(wireLater, AGAIN_MS);
    },
  );
  if (root.dataset.cash) wireCash();
  if (!desk) wireDesk();
}

async function wireCash() {
  try {
    const { openCash } = await import(root.dataset.cash);
    const { apply, look, now } = sale;
    openCash({ apply, look, money, now, speak });
  } catch {
    root.dataset.cash += "?";
    setTimeout(wireCash, AGAIN_MS);
  }
}

/** What comes in besides the sale in hand is told between sales too, and no sale waits for it. */
async function wireDesk() {
  const tell = (text) =>
    withDevice((module) => {
      module.play("paid");
      module.say(text);
    });
  try {
    const [{ openCounter }, { openDesk }] = await Promise.all([
      import(root.dataset.counter),
      import(root.dataset.desk),
    ]);
    desk ??= openDesk({
      inHand: () => sale.now().sale?.id,
      announce: (row) => tell(gettext("Received %(amount)s.", { amount: row.querySelector("bdi").textContent })),
      also: openCounter({ money, announce: tell }),
      sold: (version, parked) => {
        entry.showParked(parked);
        entry.keepUp(version);
      },
    });
    desk.draw();
    early?.click();
  } catch {
    // A browser remembers by its name what it could not fetch.
    root.dataset.counter += "?";
    root.dataset.desk += "?";
    setTimeout(wireDesk, AGAIN_MS);
  }
}

function waitForDesk(event) {
  const button = event.target.closest("#desk button");
  if (desk || !button) return;
  event.preventDefault();
  early = button;
}

/** Open charges are the terminal's, not the tab's: one that is named, ours before a reload, or the only one. */
function resume() {
  const named = new URLSearchParams(location.search).get("sale");
  // Named once: a reload goes on with what is in hand then.
  if (named) history.replaceState(null, "", location.pathname);
  const { resume: only, minor } = root.dataset;
  const left = only ? { id: only, amount: Number(minor) } : null;
  if (named && named !== kept.read()?.id) sale.resume(named === only ? left : { id: named });
  else sale.resume(kept.read() ? undefined : left);
}

wire();
resume();
