/** What lies on the till's desk, on each of its pages: payments nobody has seen, open sales, and today's figures. */

import { find, heed } from "./page.js";
import { call, follow, gettext, makeKey, NoAnswer } from "./server.js";

const NOON_MS = 200;
const TIMEOUT_MS = 4_000;

/**
 * Keep the desk true. `inHand` names the charge that the page shows by itself, `announce` is given
 * the row of each payment that comes in, `also` is asked whenever the desk is, and `sold` is given
 * the version of what the shop sells and the number of parked sales.
 */
export function openDesk({ inHand = () => "", announce = () => {}, also = async () => {}, sold = () => {} } = {}) {
  const { address, events, unlock } = find("desk").dataset;
  const told = new Set(listPaid(find("desk")));
  const seen = new Set(); // acknowledged here, whether or not the server knows it yet
  let owed = ""; // the charge in hand, if it has changed: read when it is laid down
  let midnight = 0;

  function listPaid(desk) {
    return [...desk.querySelectorAll("[data-paid]")].map((row) => row.dataset.paid);
  }

  async function ask(body) {
    const abort = AbortSignal.timeout(TIMEOUT_MS);
    const answer = heed(
      await fetch(address, { method: body ? "POST" : "GET", body, cache: "no-store", signal: abort }),
    );
    // A till that was unpaired is led to where it can be paired, and one that was locked to its lock.
    if (answer.redirected) location.assign(answer.url);
    if (!answer.ok || answer.redirected) return answer.status < 500;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (unlock && !page.getElementById("today")) location.assign(unlock);
    else show(page);
    return true;
  }

  async function read() {
    try {
      const [answered] = await Promise.all([ask(), also()]);
      for (const charge of seen) await send(charge);
      return answered;
    } catch {
      return false;
    }
  }

  /** Fields that change by themselves, such as the form's token, are no news. */
  function show(page) {
    const fresh = page.getElementById("desk");
    if (fresh.dataset.version !== find("desk").dataset.version) {
      find("desk").dataset.version = fresh.dataset.version;
      find("desk").replaceChildren(...fresh.childNodes);
      if (find("sales")) readSales();
    }
    if (find("today")) find("today").replaceWith(page.getElementById("today"));
    sold(page.getElementById("items-version")?.value, page.getElementById("parked-count")?.value);
    clearTimeout(midnight);
    const left = Date.parse(find("today")?.dataset.until) - Date.now();
    if (left > 0) midnight = setTimeout(() => news.look(), left + NOON_MS);
    draw();
    for (const row of find("desk").querySelectorAll("[data-paid]:not([hidden])")) {
      if (!told.has(row.dataset.paid)) announce(row);
      told.add(row.dataset.paid);
    }
  }

  /** A list of sales beside the desk would say something else of them. */
  async function readSales() {
    const answer = heed(await fetch(location.href, { cache: "no-store" }));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.getElementById("sales")) find("sales").replaceWith(page.getElementById("sales"));
  }

  /** The page shows the charge in hand by itself, so the desk has no news of it yet. */
  function shows(charge) {
    if (!charge || charge !== inHand()) return false;
    owed = charge;
    return true;
  }

  function draw() {
    const shown = inHand();
    if (owed && owed !== shown) {
      owed = "";
      news.look();
    }
    for (const row of find("desk").querySelectorAll("[data-paid], [data-waiting]")) {
      const charge = row.dataset.paid ?? row.dataset.waiting;
      row.hidden = charge === shown || seen.has(charge);
    }
  }

  async function send(charge) {
    const body = new FormData();
    body.set("seen", charge);
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    if (await ask(body)) seen.delete(charge);
  }

  /** Note that somebody here has seen this payment; without a connection it is sent later. */
  function acknowledge(charge) {
    seen.add(charge);
    // The answer to it is the desk as it is then.
    if (owed === charge) owed = "";
    draw();
    send(charge).catch(() => {});
  }

  async function cancel(button) {
    if (button.dataset.sure) {
      // What a customer is looking at is asked for once.
      button.textContent = button.dataset.sure;
      button.dataset.sure = "";
      return;
    }
    button.disabled = true;
    try {
      await call("POST", `/api/v1/charges/${button.dataset.cancel}/cancel`, { key: makeKey() });
      button.textContent = gettext("Canceled");
    } catch (error) {
      button.textContent = error instanceof NoAnswer ? gettext("No connection. Not canceled yet") : error.message;
      button.disabled = !(error instanceof NoAnswer);
    }
    news.look();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-cancel]");
    if (button) cancel(button);
  });
  find("desk").addEventListener("submit", (event) => {
    event.preventDefault();
    acknowledge(event.submitter.value);
  });
  const news = follow(events, read, { shows });
  // Who locks the till has nothing more to be told: what is still asked would be refused.
  find("lock")?.addEventListener("submit", news.stop);
  return { acknowledge, draw, look: news.look };
}

// The till has a sale in hand and opens it by itself; the other pages just keep it.
if (!find("main").dataset.screen) openDesk();
