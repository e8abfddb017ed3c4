/** The phone's pages: without it they work by plain forms; with it they keep up by themselves. */

import { buzz, everySecond, find, heed, retry, serverNow, setClock, writeSaleClock, writeTime } from "./page.js";
import { call, follow, gettext, makeKey, NoAnswer } from "./server.js";

const RENEW_MS = 25_000;
const PACE = { first: 2_000, most: 10_000, factor: 1.5 };
const PAID_BUZZ_MS = [20, 40, 20];

let main = find("main");
const page = location.pathname.replace(/\/(pay|tip)$/, "");
// Some codes need another page; these leave the customer where they are.
const STAYS = ["pin_wrong", "pin_required", "request_invalid"];
let isSending = false;
// A page that is being left asks for nothing more: it would claim what was just declined.
let isLeaving = false;
let look = refresh; // what asks anew for what the page shows

/** The server draws every result; a page that came from a form is asked for afresh. */
function reload() {
  if (isLeaving) return;
  isSending = false;
  isLeaving = true;
  location.replace(page);
}

/** Show the payment in this page's place, so that its stream goes on and its files are not asked for again. */
async function turn() {
  const fresh = location.pathname === page && (await fetchPage())?.getElementById("main");
  if (fresh?.dataset.state !== "paid") return reload();
  isSending = false;
  look = refresh;
  document.title = fresh.ownerDocument.title;
  main.replaceWith(fresh);
  main = fresh;
  scrollTo(0, 0);
  return open();
}

/* Confirm */

function openConfirm(form) {
  const { claim, key } = form.dataset;
  const amount = Number(form.dataset.amount);
  const button = find("pay-button");
  const wording = [...button.childNodes];
  const { created: createdAt } = main.dataset;
  let expiresAt = main.dataset.expires;

  async function ask(name) {
    if (isSending || isLeaving || !form.isConnected) return true;
    try {
      const body = { payload: location.origin + page };
      const { charge } = await call("POST", `/api/v1/wallet/${name}`, { body, key: makeKey() });
      expiresAt = charge.expires_at;
      main.dataset.chargeVersion = charge.version;
      // Another phone of the same person may have put a tip on it.
      if (charge.status !== "claimed" || charge.amount.amount_minor !== amount) reload();
      return true;
    } catch (error) {
      if (error.status === 409 || error.status === 401) reload();
      return !(error instanceof NoAnswer);
    }
  }

  // Claiming again lengthens the lease, and is itself news: only the clock may do it.
  const renew = () => document.visibilityState === "visible" && ask("claims");

  function countDown() {
    if (!form.isConnected) return;
    const { left, ends, passed } = writeSaleClock({ createdAt, expiresAt });
    if (left === 0 && !isSending) reload();
    find("expiry").textContent = gettext("Sale ends in %(ends)s · %(passed)s so far", { ends, passed });
  }

  function setBusy(busy) {
    isSending = busy;
    button.setAttribute("aria-busy", busy);
    button.disabled = find("decline").disabled = busy;
    button.replaceChildren(...(busy ? [gettext("Paying…")] : wording));
    if (find("pin")) find("pin").readOnly = busy;
  }

  function pay() {
    const body = { claim, amount_minor: amount };
    if (find("pin")) body.pin = find("pin").value;
    setBusy(true);
    find("error").textContent = "";
    // The same request with the same key: paid once, however often it is asked.
    retry(() => askToPay(body), PACE);
  }

  /** Ask for the payment, and tell whether that was answered. */
  async function askToPay(body) {
    try {
      await call("POST", "/api/v1/wallet/payments", { body, key });
      buzz(PAID_BUZZ_MS);
      await turn();
    } catch (error) {
      if (error instanceof NoAnswer) {
        find("unknown").hidden = false;
        button.textContent = gettext("Checking…");
        return false;
      }
      refuse(error);
    }
    return true;
  }

  function refuse(error) {
    if (!STAYS.includes(error.code) || (error.code === "pin_required" && !find("pin"))) return reload();
    setBusy(false);
    find("unknown").hidden = true;
    find("error").textContent = error.errors[0]?.detail ?? error.message;
    const pin = find("pin");
    if (!pin) return undefined;
    pin.value = "";
    pin.setAttribute("aria-invalid", "true");
    return pin.focus();
  }

  form.addEventListener("submit", (event) => {
    if (event.submitter === find("decline")) {
      isLeaving = true;
      return;
    }
    event.preventDefault();
    if (!isSending) pay();
  });
  addEventListener("beforeunload", (event) => {
    if (isSending) event.preventDefault();
  });
  setInterval(renew, RENEW_MS);
  everySecond(countDown);
  // The shop may cancel while the customer reads: news make us ask at once.
  look = () => ask("scans");
}

/* Any page that shows rows: keep it true */

function listen() {
  // The page itself was the first look. What it shows is one charge, or all there is.
  const shows = (id, version) => id === main.dataset.charge && version <= main.dataset.chargeVersion;
  follow("/api/v1/wallet/events", () => look(), { askedAt: 0, shows });
}

/** Return what the server shows at this page's address now, or nothing without an answer. */
async function fetchPage() {
  const response = await fetch(page + location.search, { cache: "no-store" }).then(heed, () => null);
  return response?.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
}

async function refresh() {
  try {
    const answer = await fetchPage();
    if (!answer) return false;
    const fresh = answer.getElementById("main");
    if (fresh?.dataset.charge) main.dataset.chargeVersion = fresh.dataset.chargeVersion;
    if (!fresh || fresh.dataset.version === main.dataset.version) return true;
    if (fresh.dataset.state !== main.dataset.state) reload();
    main.dataset.version = fresh.dataset.version;
    main.replaceChildren(...fresh.childNodes);
    find("polite").textContent = main.querySelector("[role=status]")?.textContent ?? "";
    return true;
  } catch {
    return false;
  }
}

function showClock() {
  everySecond(() => {
    if (find("clock")) find("clock").textContent = writeTime(serverNow(), main.dataset.timeZone);
  });
}

/** Wire up what the page shows. */
function open() {
  if (main.dataset.now) setClock(main.dataset.now);
  if (find("pay")) openConfirm(find("pay"));
  if (find("clock")) showClock();
  find("result")?.focus();
}

open();
// Who signs out leaves no payment codes behind on this phone.
document.querySelector(".bar form")?.addEventListener("submit", () => localStorage.removeItem("tessera.codes"));
// A look at the page after "Do not pay" claims nothing, and what was declined may be paid after all.
if (find("pay") || ["paid", "home", "payment", "top-up"].includes(main.dataset.state) || page.endsWith("/declined"))
  listen();
