/** "My code": the payment code of this minute, the next by itself, also without a connection. */

import { stayAwake } from "./device.js";
import { formatMoney } from "./money.js";
import { buzz, everySecond, find, heed, serverNow, setClock, writeSpan } from "./page.js";
import { call, follow, gettext, NoAnswer } from "./server.js";

const KEPT = "tessera.codes";
const CODES = "/api/v1/wallet/payment_codes";
// With fewer drawn codes than this, or without the one to show, the page is asked for more.
const DRAWN_MIN = 8;
const PAID_BUZZ_MS = [20, 40, 20];
// A phone that has shown codes tells, when it opens the page again, of a use this old at most.
const FRESH_MS = 120_000;
const REASONS = {
  insufficient_funds: gettext("Your balance is too low for this. Nothing was taken."),
  charge_not_payable: gettext("The sale was over already. Nothing was taken."),
  charge_claimed_by_another: gettext("Another phone is paying this sale. Nothing was taken."),
  currency_mismatch: gettext("The shop charges in another currency. Nothing was taken."),
  transfer_refused: gettext("Your wallet cannot pay at present. Nothing was taken."),
};

const main = find("main");
const stepMs = Number(main.dataset.step) * 1_000;
let codes = [];
let shown = null;
let offset = 0; // of the server's clock, kept for when it cannot be asked
let isTold = true; // that there is a connection
let told = ""; // what of the last use was shown already
let openedAt = 0;
let tellFrom = 0;

/* What the phone holds */

/** Take the codes drawn on the page; the page the phone keeps has none, and gets those it holds. */
function readPage(page) {
  const drawn = JSON.parse(page.getElementById("codes")?.textContent || "[]");
  const { wallet, exponent, now } = page.getElementById("main").dataset;
  if (!wallet) return restore();
  Object.assign(main.dataset, { wallet, exponent });
  if (now) setClock(now);
  codes = drawn;
  return keep();
}

function keep() {
  offset = serverNow() - Date.now();
  const { wallet, exponent } = main.dataset;
  try {
    localStorage.setItem(KEPT, JSON.stringify({ wallet, exponent, offset, codes, told }));
  } catch {
    /* no room, or a private window: then only this page holds them */
  }
}

const readKept = () => JSON.parse(localStorage.getItem(KEPT) || "null");

function restore() {
  const kept = readKept();
  if (!kept) return;
  Object.assign(main.dataset, { wallet: kept.wallet, exponent: kept.exponent });
  codes = kept.codes;
  setClock(new Date(Date.now() + kept.offset).toISOString());
}

/* What it shows */

/** The till takes a code a minute early, so the next may be shown at once when one was used. */
const isGood = (code) => {
  const now = serverNow();
  return now < Date.parse(code.until) && now >= Date.parse(code.from) - stepMs;
};

const findNext = () => codes.find(({ until }) => serverNow() < Date.parse(until));

function draw() {
  const code = codes.find(isGood) ?? null;
  const isDone = !find("done").hidden;
  find("shown").hidden = !code || isDone;
  find("soon").hidden = Boolean(code) || isDone || !findNext();
  find("empty").hidden = Boolean(code) || isDone || Boolean(findNext());
  if (code && code.code !== shown?.code) {
    find("qr").firstElementChild.setAttribute("d", code.qr);
    find("bars").firstElementChild.setAttribute("d", code.bars);
    find("digits").textContent = code.digits;
  }
  shown = code;
  // With a connection the page is told of a use, and shows the next by itself.
  find("skip").hidden = isTold || !codes.some((each) => each !== code && isGood(each));
}

/** Pass over a code that a till has taken: without a connection only its holder knows. */
function skip() {
  codes = codes.filter((code) => code !== shown);
  keep();
  draw();
  tick();
}

function tick() {
  if (!shown || !isGood(shown)) draw();
  if (!shown && findNext()) {
    find("soon-in").textContent = writeSpan(Date.parse(findNext().from) - stepMs - serverNow());
  }
  if (!shown) return;
  const left = Date.parse(shown.until) - serverNow();
  find("left").textContent = gettext("Next code in %(span)s", { span: writeSpan(left) });
  find("drain").style.inlineSize = `${Math.min(100, (100 * left) / stepMs).toFixed(1)}%`;
  if (!isTold) sayContact();
}

function sayContact() {
  const last = codes.at(-1);
  const minutes = last ? Math.max(0, Math.floor((Date.parse(last.until) - serverNow()) / 60_000)) : 0;
  find("contact").hidden = isTold;
  find("contact").className = "chip wait";
  find("contact").textContent = gettext("No connection · good for %(minutes)s min", { minutes });
}

function hear(answered) {
  if (answered === isTold) return;
  isTold = answered;
  sayContact();
  draw();
}

/* What comes of it */

function tellUse(use) {
  const { charge, outcome } = use;
  const isPaid = charge.status === "captured" && Boolean(charge.payer);
  const wantsPin = use.needs.includes("pin");
  const isRefused = outcome in REASONS;
  showAsking(wantsPin ? charge : null);
  const news = `${use.used_at} ${isPaid} ${wantsPin} ${isRefused}`;
  const usedAt = Date.parse(use.used_at);
  if (news === told || usedAt < tellFrom) return;
  // What came of a PIN, its own page has told.
  if (usedAt < openedAt && outcome !== "captured" && !isRefused) return;
  told = news;
  keep();
  find("refused").hidden = true;
  if (isPaid) showPaid(charge);
  // The pay page holds the claim, and asks for the PIN beside shop and amount.
  else if (wantsPin) location.assign(findPage(charge));
  else if (isRefused) showRefused(REASONS[outcome]);
}

const findPage = (charge) => new URL(charge.link).pathname.toLowerCase();
const writeAmount = ({ amount_minor: minor, currency }) => formatMoney(minor, currency, Number(main.dataset.exponent));

function showAsking(charge) {
  find("asking").hidden = !charge;
  if (!charge) return;
  const facts = { shop: charge.store_name, amount: writeAmount(charge.amount) };
  find("asking-text").textContent = gettext("%(shop)s charges %(amount)s and waits for your PIN.", facts);
  find("asking-link").href = findPage(charge);
}

function showPaid(charge) {
  const facts = { shop: charge.store_name, amount: writeAmount(charge.amount) };
  find("result").textContent = gettext("Paid %(amount)s", facts);
  find("result-shop").textContent = gettext("at %(shop)s", facts);
  find("receipt").href = charge.receipt;
  find("done").hidden = false;
  find("showing").hidden = find("more").hidden = true;
  draw();
  find("polite").textContent = gettext("Paid %(amount)s at %(shop)s.", facts);
  find("result").focus();
  // A page that nobody has touched yet may not, and the browser says so as an error.
  buzz(PAID_BUZZ_MS);
}

function showRefused(text) {
  find("refused").hidden = false;
  find("refused").textContent = text;
}

function showNext() {
  find("done").hidden = true;
  find("showing").hidden = find("more").hidden = false;
  draw();
  tick();
}

/* News */

async function look() {
  try {
    const answer = await call("GET", CODES, { timeout: 4_000 });
    hear(true);
    if (answer.stopped) return leave();
    await renew(answer.data);
    if (answer.last_use) tellUse(answer.last_use);
    return true;
  } catch (error) {
    if (error instanceof NoAnswer) hear(false);
    // Signed out: what this phone holds is nobody's any more.
    else if (error.status === 401) leave();
    return false;
  }
}

/** Keep of the drawn codes those that are still good, and ask for drawings when they run low. */
async function renew(listed) {
  const drawn = new Map(codes.map((code) => [code.code, code]));
  if (!drawn.has(listed[0].code) || listed.filter(({ code }) => drawn.has(code)).length < DRAWN_MIN) {
    const response = await fetch(location.pathname, { cache: "no-store" }).then(heed, () => null);
    if (!response?.ok) return;
    readPage(new DOMParser().parseFromString(await response.text(), "text/html"));
  } else {
    codes = listed.map(({ code }) => drawn.get(code)).filter(Boolean);
    keep();
  }
  draw();
}

function leave() {
  localStorage.removeItem(KEPT);
  location.reload();
}

/* Begin */

function begin() {
  const kept = readKept();
  const isOurs = kept && (!main.dataset.wallet || kept.wallet === main.dataset.wallet);
  if (isOurs) told = kept.told ?? "";
  readPage(document);
  openedAt = serverNow();
  tellFrom = openedAt - (isOurs ? FRESH_MS : 0);
  draw();
  everySecond(tick);
  find("again").addEventListener("click", showNext);
  find("skip").addEventListener("click", skip);
  follow("/api/v1/wallet/events", look);
  stayAwake(true);
}

// Whoever looks through open pages sees no code.
const veil = () => {
  main.dataset.veiled = document.visibilityState !== "visible";
};
document.addEventListener("visibilitychange", veil);
navigator.serviceWorker?.register(main.dataset.worker).catch(() => {});
if (main.dataset.state === "stopped") localStorage.removeItem(KEPT);
else begin();
