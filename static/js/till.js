/** The till: one sale at a time, shown as the server tells it and never otherwise. */

import { makeRow, openEntry } from "./cart.js";
import { fillAmount, formatMoney } from "./money.js";
import { NoAnswer, Refusal, call, follow, makeKey, serverNow } from "./server.js";

const CHARGES = "/api/v1/charges";
const RETRY_MS = [500, 8_000];
const LATE_S = 20;
const SPOKEN_S = [60, LATE_S, 10];
const LEASE_MS = 60_000;
const NOTICE_MS = 12_000;
const DOUBLE_TAP_MS = 500;
const RESULTS = {
  captured: { title: "Paid", tone: "ok", path: "M10 25l10 10 18-22" },
  expired: { title: "Code expired", text: "Nothing was taken.", tone: "grey", path: "M12 24h24" },
  canceled: { title: "Sale canceled", text: "Nothing was taken.", tone: "grey", path: "M12 24h24" },
};

const find = (id) => document.getElementById(id);
const root = find("main");
const { currency, shop, terminal, timeZone } = root.dataset;
const exponent = Number(root.dataset.exponent);
const store = `tessera.sale.${terminal}`;
const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23", timeZone });
const money = (minor) => formatMoney(minor, currency, exponent);
const group = (code) => `${code.slice(0, 4)}-${code.slice(4)}`;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const rest = (id) => { find(id).disabled = true; wait(DOUBLE_TAP_MS).then(() => { find(id).disabled = false; }); };
const speak = (where, text) => { find(where).textContent = text; };
const mark = (where, look, textContent) => Object.assign(find(where), { className: `chip ${look}`, textContent });

const entry = openEntry({ currency, exponent, charge: begin });
let sale = null; // our wish: key, body, amount, and the charge's id once known
let charge = null; // the server's last word about it
let news = null; // what follows the charge
let span = 0; // milliseconds the ring stands for
let lastContact = Date.now();
let isCutOff = false;
let device = null;
let collector = null; // takes the customer's code

/* Screens */

function show(screen, state) {
  root.dataset.screen = screen;
  root.dataset.state = state;
  for (const each of ["entry", "code", "result"]) find(each).hidden = each !== screen;
}

function showSending() {
  show("code", "sending");
  find("card").classList.add("skeleton");
  find("qr").removeAttribute("src");
  fillAmount(find("code-amount"), sale.amount, currency, exponent);
  mark("chip", "wait", "Making the code");
  for (const id of ["words", "short", "left"]) speak(id, "");
  find("extend").hidden = find("declined").hidden = find("refused").hidden = true;
  sizeCode();
  // On a low screen the title lies below the code, and the code is what must be seen.
  find("code-title").focus({ preventScroll: true });
  scrollTo(0, 0);
}

function showCode(before) {
  const fresh = !before;
  const scanned = charge.status === "claimed";
  if (!scanned) delete sale.wantsPin;
  show("code", sale.scan ? "collecting" : scanned ? "scanned" : "waiting");
  if (fresh) drawCode();
  if (sale.scan) mark("chip", "info", "Collecting");
  else if (scanned) mark("chip", "info", `${charge.payer || "Customer"} is ${sale.wantsPin ? "confirming on the phone" : "checking"}`);
  else mark("chip", "wait", "Waiting for customer");
  speak("left-label", scanned ? "Customer has" : "Sale ends in");
  find("extend").hidden = find("collect").hidden = scanned || Boolean(sale.scan);
  if (scanned) {
    find("declined").hidden = true;
    if (before !== "claimed") play("scanned");
  } else if (before === "claimed" && !sale.scan) {
    find("declined").hidden = false;
    play("declined");
    setTimeout(() => { find("declined").hidden = true; }, NOTICE_MS);
  }
  if (before !== charge.status || fresh) {
    speak("polite", `${money(charge.amount.amount_minor)}. ${find("chip").textContent}.`);
    span = ringEnd() - serverNow();
  }
  if (!scanned && find("ask").open) find("ask").close();
  if (fresh) find("code-title").focus({ preventScroll: true });
  tick();
}

function drawCode() {
  const image = find("qr");
  image.alt = `Payment code for ${money(charge.amount.amount_minor)} to ${shop}`;
  image.onload = () => {
    find("card").classList.remove("skeleton");
    sizeCode();
  };
  image.onerror = async () => {
    await wait(RETRY_MS[0] * 2);
    if (root.dataset.screen === "code" && charge) image.src = `${charge.qr_svg}?again=${Date.now()}`;
  };
  image.src = charge.qr_svg;
  fillAmount(find("code-amount"), charge.amount.amount_minor, currency, exponent);
  speak("words", charge.check_word);
  speak("short", group(charge.short_code));
  speak("pay-page", location.host + root.dataset.payPage);
  sizeCode();
}

/** Whole pixels a module, or cameras see a blur: floor(min(0.60 W, 0.66 H) / modules), at least 8. */
function sizeCode() {
  const image = find("qr");
  const modules = image.naturalWidth > 20 && image.naturalWidth < 200 ? image.naturalWidth : 41;
  const stage = find("card").parentElement;
  const height = innerHeight - (document.querySelector(".bar")?.offsetHeight || 0);
  const wish = Math.floor(Math.min(0.6 * innerWidth, 0.66 * height) / modules);
  const fit = Math.floor((stage.clientWidth - 48) / modules);
  const box = Math.max(2, Math.min(fit, Math.max(8, wish))) * modules;
  image.width = image.height = box;
  const draw = (element, shape) => Object.entries(shape).forEach((pair) => element.setAttribute(...pair));
  draw(find("ring"), { width: box + 24, height: box + 24 });
  for (const rect of find("ring").children) draw(rect, { x: 4, y: 4, width: box + 16, height: box + 16, rx: 28 });
}

function showResult(before) {
  const { title, text = "", tone, path } = RESULTS[charge.status];
  const paid = charge.status === "captured";
  show("result", charge.status);
  document.querySelector("dialog[open]")?.close();
  find("result").dataset.tone = tone;
  find("seal").className = paid ? "seal new" : "seal grey";
  find("seal-path").setAttribute("d", path);
  fillAmount(find("result-amount"), charge.amount.amount_minor, currency, exponent);
  speak("result-title", title);
  speak("result-text", text);
  find("again").hidden = find("edit").hidden = paid;
  rest("next"); // It lies where Cancel was: a tap meant for that would put "Paid" out of sight.
  find("result-title").focus();
  speak("assertive", `${title}. ${money(charge.amount.amount_minor)}. ${text}`);
  if (!paid) return;
  entry.clear();
  if (before) entry.countSale(charge.amount.amount_minor);
  if (before) withDevice((module) => { module.play("paid"); module.say(`Received ${money(charge.amount.amount_minor)}.`); });
}

function drawReceipt() {
  find("receipt-number").hidden = !charge.receipt_number;
  speak("receipt-number", charge.receipt_number ? `Receipt ${charge.receipt_number}` : "");
  const rows = [
    ["From", charge.captured_at && charge.payer],
    ["Time", time.format(new Date(charge.captured_at ?? serverNow()))],
    ["Reference", group(charge.short_code)],
  ];
  find("result-rows").replaceChildren(...rows.filter(([, value]) => value).map(makeRow));
  find("receipt").hidden = !charge.receipt;
  if (charge.receipt) find("receipt").href = charge.receipt;
}

function showBanner(text, button = "") {
  find("banner").hidden = !text;
  if (find("banner-text").textContent !== text) speak("banner-text", text);
  find("banner-button").hidden = !button;
  speak("banner-button", button);
}

/* One sale */

function save() {
  if (sale) sessionStorage.setItem(store, JSON.stringify(sale));
  else sessionStorage.removeItem(store);
}

function begin(body, amount) {
  withDevice((module) => module.unlock());
  // The second of two quick taps on Charge would fall on Cancel, which lies where Charge was.
  rest("cancel");
  // The key is on disk before the request is on the wire: a reload asks again, never anew.
  sale = { key: makeKey(), body, amount };
  save();
  charge = null;
  showBanner("");
  showSending();
  create();
}

async function create() {
  const mine = sale;
  for (let pause = RETRY_MS[0]; sale === mine; pause = Math.min(RETRY_MS[1], pause * 2)) {
    try {
      const fresh = await call("POST", CHARGES, { body: mine.body, key: mine.key });
      if (sale !== mine) {
        call("POST", `${CHARGES}/${fresh.id}/cancel`, { key: makeKey() }).catch(() => {});
        return;
      }
      mine.id = fresh.id;
      save();
      hear(true);
      apply(fresh);
      watch();
      collector?.go();
    } catch (error) {
      if (sale !== mine) return;
      if (error instanceof Refusal) refuse(error);
      else hear(false);
    }
    if (mine.id) return;
    await wait(pause);
  }
}

function refuse(error) {
  leave();
  if (error.status === 401) return location.assign(root.dataset.unlock);
  showBanner(`The sale was not made. ${error.message}`);
  return speak("assertive", find("banner-text").textContent);
}

function watch() {
  news?.stop();
  news = follow(`${CHARGES}/${sale.id}/events`, read);
  withDevice((module) => module.stayAwake(true));
}

async function read() {
  const mine = sale;
  try {
    const fresh = await call("GET", `${CHARGES}/${mine.id}`, { timeout: 4_000 });
    if (sale !== mine) return true;
    hear(true);
    apply(fresh);
    return true;
  } catch (error) {
    if (sale !== mine) return true;
    if (error instanceof NoAnswer) hear(false);
    else if (error.status === 401) location.assign(root.dataset.unlock);
    else if (error.status === 404) leave();
    return false;
  }
}

function apply(fresh) {
  if (charge && fresh.version < charge.version) return;
  const before = charge?.status;
  charge = fresh;
  if (!(fresh.status in RESULTS)) return showCode(before);
  if (root.dataset.screen !== "result" || fresh.status !== before) showResult(before);
  drawReceipt();
  // A payment may commit in the moment the code expires, and a receipt's number is given a
  // moment after the money has moved: both are still waited for.
  if (fresh.status === "canceled" || fresh.receipt_number) news?.stop();
  return undefined;
}

function leave() {
  news?.stop();
  news = sale = charge = null;
  save();
  showBanner("");
  show("entry", "entry");
  withDevice((module) => module.stayAwake(false));
}

function next() {
  if (charge?.status === "captured" || charge?.status === "canceled") entry.clear();
  leave();
  find("entry-title").focus();
}

function askCancel() {
  if (!charge) return leave();
  const payer = charge.status === "claimed" && (charge.payer || "The customer");
  speak("ask-text", payer ? `${payer} is checking it now.` : "The code stops working at once.");
  if (!find("ask").open) find("ask").showModal();
}

async function command(name) {
  const mine = Object.assign(sale, { wish: name });
  try {
    const fresh = await call("POST", `${CHARGES}/${mine.id}/${name}`, { key: makeKey() });
    if (sale !== mine) return;
    hear(true);
    apply(fresh);
    span = ringEnd() - serverNow();
  } catch (error) {
    if (sale !== mine) return;
    if (error instanceof NoAnswer) hear(false);
    else speak("polite", error.message);
    // The loser of a race reads the true state.
    news?.look();
  }
}

/* Clock, contact, sound */

const ringEnd = () => Date.parse(charge.status === "claimed" ? charge.lease_until : charge.expires_at);

function tick() {
  speak("clock", time.format(new Date(serverNow())).slice(0, 5));
  if (isCutOff && sale && !(charge?.status in RESULTS)) {
    const doing = sale.wish === "cancel" ? "not canceled yet, checking" : "checking";
    const code = charge ? `${doing} sale ${charge.short_code.slice(0, 4)}` : "sending the sale again";
    showBanner(`No connection: ${code} · ${Math.round((Date.now() - lastContact) / 1000)} s`, charge ? "Check now" : "");
  }
  if (root.dataset.screen !== "code" || !charge) return;
  const left = Math.max(0, ringEnd() - serverNow());
  const seconds = Math.ceil(left / 1000);
  const claimed = charge.status === "claimed";
  const whole = claimed ? Math.max(LEASE_MS, left) : span;
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (find("left").textContent !== text && !claimed && SPOKEN_S.includes(seconds)) {
    speak("polite", `Sale ends in ${seconds} seconds.`);
  }
  speak("left", text);
  find("card").dataset.late = !claimed && seconds <= LATE_S;
  find("ring").lastElementChild.style.strokeDasharray = `${(100 * Math.min(1, left / whole)).toFixed(2)} 200`;
  if (left === 0) news?.look();
}

function hear(answered) {
  if (answered) lastContact = Date.now();
  if (isCutOff === !answered) return;
  isCutOff = !answered;
  mark("link", answered ? "ok" : "wait", answered ? "Online" : "No connection");
  if (answered) showBanner("");
  else speak("assertive", `No connection. ${charge ? "Checking the sale." : "Sending the sale again."}`);
  tick();
}

/** Load what needs the hardware, late; a till without it still sells, and asks under a new name. */
function withDevice(action) {
  device ??= import(root.dataset.device).catch(() => { device = null; root.dataset.device += "?"; });
  device.then(action).catch(() => {});
}

const play = (name) => withDevice((module) => module.play(name));

/* Hands */

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select")) return;
  const { screen } = root.dataset;
  const isDigit = /^\d$/.test(event.key);
  // Enter presses the button a keyboard user stands on; else it means the primary one.
  if (event.key === "Enter" && event.target.matches("button:focus-visible, a, summary")) return;
  if (isDigit || event.key === "Enter") event.preventDefault();
  if (screen === "result" && (isDigit || event.key === "Enter")) {
    next();
    if (isDigit) entry.press(event.key);
  } else if (screen === "entry") {
    if (isDigit) entry.press(event.key);
    else if (event.key === "Enter") entry.begin();
    else if (event.key === "Backspace") entry.press("back");
    else if (event.key === "Escape") entry.press("clear");
  } else if (screen === "code" && event.key === "Escape") {
    // Else the same key would close the question it has just opened.
    event.preventDefault();
    askCancel();
  }
}

function wire() {
  const clicks = {
    cancel: () => (charge?.status === "open" ? command("cancel") : askCancel()),
    "ask-no": () => find("ask").close(),
    "ask-yes": () => { find("ask").close(); command("cancel"); },
    extend: () => command("extend"),
    "banner-button": () => news?.look(),
    next,
    edit: leave,
    again: () => begin(sale.body, sale.amount),
  };
  for (const [id, action] of Object.entries(clicks)) find(id).addEventListener("click", action);
  document.addEventListener("keydown", onKey);
  // Between sales the browser's own word is all there is.
  addEventListener("offline", () => hear(false));
  addEventListener("online", () => sale || hear(true));
  addEventListener("resize", () => root.dataset.screen === "code" && sizeCode());
  setInterval(tick, 1_000);
  addEventListener("load", () => setTimeout(wireLater, DOUBLE_TAP_MS));
}

/** What no sale waits for comes when the page stands, or when there is a connection again. */
function wireLater() {
  withDevice(() => {});
  const now = () => ({ sale, charge });
  import(root.dataset.collect).then(({ openCollector }) => {
    collector = openCollector({ apply, entry, hear, money, now, play, read, save, speak });
  }, () => { root.dataset.collect += "?"; setTimeout(wireLater, RETRY_MS[1]); });
}

wire();
tick();
// After a reload the server is asked what became of the sale in hand.
sale = JSON.parse(sessionStorage.getItem(store) || "null");
if (sale) showSending();
if (sale?.id) watch();
else if (sale) create();
