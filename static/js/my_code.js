/** "My code": the payment code of this minute, the next by itself, also without a connection. */

import { stayAwake } from "./device.js";
import { formatMoney } from "./money.js";
import { NoAnswer, call, follow, serverNow, setClock } from "./server.js";

const KEPT = "tessera.codes";
const CODES = "/api/v1/wallet/payment_codes";
// With fewer drawn codes than this, or without the one to show, the page is asked for more.
const DRAWN_MIN = 8;
const PAID_BUZZ_MS = [20, 40, 20];
const REASONS = {
  insufficient_funds: "Your balance is too low for this.",
  charge_not_payable: "The sale was over already.",
  charge_claimed_by_another: "Another phone is paying this sale.",
  currency_mismatch: "The shop charges in another currency.",
};

const find = (id) => document.getElementById(id);
const main = find("main");
const stepMs = Number(main.dataset.step) * 1_000;
let codes = [];
let shown = null;
let offset = 0; // of the server's clock, kept for when it cannot be asked
let isTold = true; // that there is a connection
let told = ""; // what of the last use was shown already
let openedAt = 0;

/* What the phone holds */

/** Take the codes drawn on the page; the page the phone keeps has none, and gets those it holds. */
function readPage(page) {
  const drawn = JSON.parse(page.getElementById("codes")?.textContent || "[]");
  const { wallet, now } = page.getElementById("main").dataset;
  if (!wallet) return restore();
  if (now) setClock(now);
  codes = drawn;
  return keep();
}

function keep() {
  offset = serverNow() - Date.now();
  const { wallet } = main.dataset;
  try {
    localStorage.setItem(KEPT, JSON.stringify({ wallet, offset, codes }));
  } catch { /* no room, or a private window: then only this page holds them */ }
}

function restore() {
  const kept = JSON.parse(localStorage.getItem(KEPT) || "null");
  if (!kept) return;
  main.dataset.wallet = kept.wallet;
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
const countDown = (ms) => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

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
}

function tick() {
  if (!shown || !isGood(shown)) draw();
  if (!shown && findNext()) {
    find("soon-in").textContent = countDown(Date.parse(findNext().from) - stepMs - serverNow());
  }
  if (!shown) return;
  const left = Date.parse(shown.until) - serverNow();
  find("left").textContent = `Next code in ${countDown(left)}`;
  find("drain").style.inlineSize = `${Math.min(100, (100 * left) / stepMs).toFixed(1)}%`;
  if (!isTold) sayContact();
}

function sayContact() {
  const last = codes.at(-1);
  const minutes = last ? Math.max(0, Math.floor((Date.parse(last.until) - serverNow()) / 60_000)) : 0;
  find("contact").hidden = isTold;
  find("contact").className = "chip wait";
  find("contact").textContent = `No connection · good for ${minutes} min`;
}

function hear(answered) {
  if (answered === isTold) return;
  isTold = answered;
  sayContact();
}

/* What comes of it */

function tellUse(use) {
  const { charge, outcome } = use;
  const isPaid = charge.status === "captured" && Boolean(charge.payer);
  const wantsPin = use.needs.includes("pin");
  const news = `${use.used_at} ${isPaid} ${wantsPin} ${outcome in REASONS}`;
  if (news === told || Date.parse(use.used_at) < openedAt) return;
  told = news;
  find("refused").hidden = true;
  if (isPaid) showPaid(charge);
  // The pay page holds the claim, and asks for the PIN beside shop and amount.
  else if (wantsPin) location.assign(new URL(charge.link).pathname.toLowerCase());
  else if (outcome in REASONS) showRefused(`${REASONS[outcome]} Nothing was taken.`);
}

function showPaid(charge) {
  const { amount_minor: minor, currency } = charge.amount;
  const exponent = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  const paid = `Paid ${formatMoney(minor, currency, exponent)}`;
  find("result").textContent = paid;
  find("result-shop").textContent = `at ${charge.store_name}`;
  find("receipt").href = charge.receipt;
  find("done").hidden = false;
  find("showing").hidden = find("more").hidden = true;
  draw();
  find("polite").textContent = `${paid} at ${charge.store_name}.`;
  find("result").focus();
  navigator.vibrate?.(PAID_BUZZ_MS);
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
    const response = await fetch(location.pathname, { cache: "no-store" }).catch(() => null);
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
  readPage(document);
  openedAt = serverNow();
  draw();
  tick();
  setInterval(tick, 1_000);
  find("again").addEventListener("click", showNext);
  follow("/api/v1/wallet/events", look);
  stayAwake(true);
}

// Shown again out of the browser's memory, the page would hold old codes.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
// Whoever looks through open pages sees no code.
const veil = () => { main.dataset.veiled = document.visibilityState !== "visible"; };
document.addEventListener("visibilitychange", veil);
navigator.serviceWorker?.register(main.dataset.worker).catch(() => {});
if (main.dataset.state === "stopped") localStorage.removeItem(KEPT);
else begin();
