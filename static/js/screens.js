/** The till's screens around a sale: the code, the result and the banner, drawn from what the sale is. */

import { fillAmount, formatMoney } from "./money.js";
import {
  everySecond,
  find,
  isolate,
  make,
  makeRow,
  serverNow,
  writeMinute,
  writeSaleClock,
  writeTime,
} from "./page.js";
import { isOver, isPaid } from "./sale.js";
import { gettext, ngettext, weave } from "./server.js";

const RETRY_MS = 1_000;
const LATE_S = 20;
const SPOKEN_S = [60, LATE_S, 10];
const NOTICE_MS = 12_000;
const DOUBLE_TAP_MS = 500;
// As much as the shop may know of why the customer does not pay.
const REFUSALS = {
  insufficient_funds: gettext("Not enough money. Nothing was taken."),
  declined: gettext("Declined. Nothing was taken."),
};
const NOT_PAID = gettext("Customer did not pay. Nothing was taken.");
const RESULTS = {
  captured: { title: gettext("Paid"), tone: "ok", path: "M10 25l10 10 18-22" },
  cashed: { title: gettext("Paid in cash"), tone: "ok", path: "M10 25l10 10 18-22" },
  expired: { title: gettext("Code expired"), text: gettext("Nothing was taken."), tone: "grey", path: "M12 24h24" },
  canceled: { title: gettext("Sale canceled"), text: gettext("Nothing was taken."), tone: "grey", path: "M12 24h24" },
};

const root = find("main");
const { currency, shop, timeZone } = root.dataset;
const exponent = Number(root.dataset.exponent);
const isRounded = ({ cash, amount }) => Boolean(cash) && cash.due_minor !== amount.amount_minor;
const group = (code) => `${code.slice(0, 4)}-${code.slice(4)}`;

function mark(where, look, ...words) {
  find(where).className = `chip ${look}`;
  // In one, or the gap after the chip's mark would come between the words too.
  find(where).replaceChildren(make("span", {}, ...words));
}

export const money = (minor) => formatMoney(minor, currency, exponent);
export const speak = (where, text) => {
  find(where).textContent = text;
};

/** Say what the customer does whose phone holds the sale. */
function sayWhoChecks({ payer }, wantsPin) {
  const words = wantsPin ? gettext("%(customer)s is confirming on the phone") : gettext("%(customer)s is checking");
  return weave(words, { customer: isolate(payer || gettext("Customer")) });
}

/** Say what is being done about a sale that nothing is heard of. */
function sayCutOff(charge, { seconds, isUnwanted }) {
  if (!charge)
    return gettext("No connection: sending the sale again, nobody can pay it yet · %(seconds)s s", { seconds });
  const facts = { seconds, code: group(charge.short_code) };
  if (isUnwanted) return gettext("No connection: not canceled yet, checking sale %(code)s · %(seconds)s s", facts);
  return gettext("No connection: checking sale %(code)s · %(seconds)s s", facts);
}

/** Let a button be deaf for as long as the second of two quick taps may take. */
export function rest(id) {
  find(id).disabled = true;
  setTimeout(() => {
    find(id).disabled = false;
  }, DOUBLE_TAP_MS);
}

export function showBanner(text, button = "") {
  find("banner").hidden = !text;
  if (find("banner-text").textContent !== text) speak("banner-text", text);
  find("banner-button").hidden = !button;
  speak("banner-button", button);
}

/** Wire up the screens; `now` tells of the sale, `device` runs what needs the hardware. */
export function openScreens({ now, device, look }) {
  let end = ""; // the moment the ring runs to
  let span = 0; // milliseconds the ring stands for
  let told = null; // when the refusal was that the screen has told of
  let notice = 0;

  const play = (name) => device((module) => module.play(name));

  function show(screen, state) {
    root.dataset.screen = screen;
    root.dataset.state = state;
    for (const each of ["entry", "code", "result"]) find(each).hidden = each !== screen;
    const when = ["scanned", "collecting"].includes(state) ? state : "waiting";
    for (const each of find("code-title").children) each.hidden = each.dataset.when !== when;
  }

  function showSending() {
    show("code", "sending");
    find("card").classList.add("skeleton");
    find("qr").removeAttribute("src");
    const { amount } = now().sale;
    if (amount) fillAmount(find("code-amount"), amount, currency, exponent);
    else speak("code-amount", "");
    mark("chip", "wait", gettext("Making the code"));
    for (const id of ["words", "short", "left", "passed"]) speak(id, "");
    find("extend").hidden = find("declined").hidden = find("refused").hidden = true;
    sizeCode();
    // On a low screen the title lies below the code, and the code is what must be seen.
    find("code-title").focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  /** Show what the charge is now; `before` is the status that was shown until now, if one was. */
  function showCharge(charge, before) {
    if (!isOver(charge)) return showCode(charge, before);
    if (root.dataset.screen !== "result" || charge.status !== before) showResult(charge, before);
    return drawReceipt(charge);
  }

  function showCode(charge, before) {
    const { sale } = now();
    const fresh = !before;
    const scanned = charge.status === "claimed";
    if (!scanned) delete sale.wantsPin;
    show("code", sale.scan ? "collecting" : scanned ? "scanned" : "waiting");
    if (fresh) drawCode(charge);
    // A tip that is chosen on the phone changes the amount, and its payer's going takes it back.
    fillAmount(find("code-amount"), charge.amount.amount_minor, currency, exponent);
    find("code-tip").hidden = !charge.tip.amount_minor;
    speak("code-tip", gettext("of which tip %(tip)s", { tip: money(charge.tip.amount_minor) }));
    if (sale.scan) mark("chip", "info", gettext("Collecting"));
    else if (scanned) mark("chip", "info", ...sayWhoChecks(charge, sale.wantsPin));
    else mark("chip", "wait", gettext("Waiting for customer"));
    find("extend").hidden = find("collect").hidden = scanned || Boolean(sale.scan);
    if (find("cash")) find("cash").hidden = find("collect").hidden;
    if (scanned && before !== "claimed") {
      find("declined").hidden = true;
      play("scanned");
    }
    if (!sale.scan) showRefusal(charge, before);
    if (before !== charge.status || fresh)
      speak("polite", `${money(charge.amount.amount_minor)}. ${find("chip").textContent}.`);
    if (!scanned && find("ask").open) find("ask").close();
    if (fresh) find("code-title").focus({ preventScroll: true });
    tick();
  }

  /** Say why the customer does not pay: while the phone still holds the sale, and as it lets go. */
  function showRefusal(charge, before) {
    const isNews = charge.refused_at && charge.refused_at !== told;
    const hasLeft = before === "claimed" && charge.status === "open";
    told = charge.refused_at;
    if (!hasLeft && !(isNews && charge.status === "claimed")) return;
    const text =
      (isNews && REFUSALS[charge.refusal]) || (find("declined").hidden ? NOT_PAID : find("declined").textContent);
    find("declined").hidden = false;
    speak("declined", text);
    speak("assertive", text);
    play("declined");
    clearTimeout(notice);
    if (hasLeft)
      notice = setTimeout(() => {
        find("declined").hidden = true;
      }, NOTICE_MS);
  }

  function drawCode(charge) {
    const image = find("qr");
    image.alt = gettext("Payment code for %(amount)s to %(shop)s", { amount: money(charge.amount.amount_minor), shop });
    image.onload = () => {
      find("card").classList.remove("skeleton");
      sizeCode();
    };
    image.onerror = () =>
      setTimeout(() => {
        if (root.dataset.screen === "code" && now().charge) image.src = `${now().charge.qr_svg}?again=${Date.now()}`;
      }, RETRY_MS);
    image.src = charge.qr_svg;
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
    const draw = (element, shape) => {
      for (const pair of Object.entries(shape)) element.setAttribute(...pair);
    };
    draw(find("ring"), { width: box + 24, height: box + 24 });
    for (const rect of find("ring").children) draw(rect, { x: 4, y: 4, width: box + 16, height: box + 16, rx: 28 });
  }

  function showResult(charge, before) {
    const { title, tone, path, ...result } = RESULTS[charge.status];
    const change = charge.cash?.change_minor;
    const text = change ? gettext("Change: %(amount)s", { amount: money(change) }) : (result.text ?? "");
    const paid = isPaid(charge);
    show("result", charge.status);
    document.querySelector("dialog[open]")?.close();
    find("result").dataset.tone = tone;
    find("seal").className = paid ? "seal new" : "seal grey";
    find("seal-path").setAttribute("d", path);
    fillAmount(find("result-amount"), charge.amount.amount_minor, currency, exponent);
    speak("result-title", title);
    speak("result-text", text);
    // A sale that was resumed was rung up elsewhere: its items are not on this page.
    find("again").hidden = find("edit").hidden = paid || !now().sale.body;
    rest("next"); // It lies where Cancel was: a tap meant for that would put "Paid" out of sight.
    find("result-title").focus();
    speak("assertive", `${title}. ${money(charge.amount.amount_minor)}. ${text}`);
    if (!paid || !before) return;
    device((module) => {
      module.play("paid");
      if (charge.status === "captured")
        module.say(gettext("Received %(amount)s.", { amount: money(charge.amount.amount_minor) }));
    });
  }

  function drawReceipt(charge) {
    find("receipt-number").hidden = !charge.receipt_number;
    speak(
      "receipt-number",
      charge.receipt_number ? gettext("Receipt %(number)s", { number: charge.receipt_number }) : "",
    );
    const rows = [
      [gettext("From"), charge.captured_at && charge.payer],
      [gettext("Paid in cash"), isRounded(charge) && money(charge.cash.due_minor)],
      [gettext("Given"), charge.cash && money(charge.cash.given_minor)],
      [gettext("Tip within it"), charge.tip.amount_minor ? money(charge.tip.amount_minor) : ""],
      [gettext("Time"), writeTime(charge.captured_at ?? serverNow(), timeZone)],
      [gettext("Reference"), group(charge.short_code)],
    ];
    find("result-rows").replaceChildren(...rows.filter(([, value]) => value).map(makeRow));
    find("receipt").hidden = find("print").hidden = !charge.receipt;
    if (!charge.receipt) return;
    find("receipt").href = charge.receipt;
    find("print").href = `/till/print/${charge.id}/`;
  }

  function askCancel(charge) {
    const payer = charge.status === "claimed" && (charge.payer || gettext("The customer"));
    const known = payer
      ? weave(gettext("%(customer)s is checking it now."), { customer: isolate(payer) })
      : [gettext("The code stops working at once.")];
    const unknown = gettext(
      "There is no connection. The customer may have paid, or may still pay. The sale is canceled as soon as there is a connection.",
    );
    find("ask-text").replaceChildren(...(now().isCutOff ? [unknown] : known));
    if (!find("ask").open) find("ask").showModal();
  }

  function showContact(answered) {
    mark("link", answered ? "ok" : "wait", answered ? gettext("Online") : gettext("No connection"));
    const { sale, charge } = now();
    if (answered) showBanner("");
    else if (!sale) speak("assertive", gettext("No connection."));
    else
      speak(
        "assertive",
        charge ? gettext("No connection. Checking the sale.") : gettext("No connection. Sending the sale again."),
      );
    tick();
  }

  function tick() {
    const { sale, charge, isCutOff, lastContact } = now();
    speak("clock", writeMinute(serverNow(), timeZone));
    if (isCutOff && sale && !isOver(charge)) {
      const seconds = Math.round((Date.now() - lastContact) / 1000);
      showBanner(
        sayCutOff(charge, { seconds, isUnwanted: sale.wish === "cancel" }),
        charge ? gettext("Check now") : "",
      );
    }
    if (root.dataset.screen === "code" && charge) countDown(charge);
  }

  function countDown(charge) {
    const { left, ends, passed } = writeSaleClock({ createdAt: charge.created_at, expiresAt: charge.expires_at });
    if (charge.expires_at !== end) [end, span] = [charge.expires_at, left];
    const seconds = Math.ceil(left / 1000);
    if (find("left").textContent !== ends && SPOKEN_S.includes(seconds)) {
      speak("polite", ngettext("Sale ends in %(count)s second.", "Sale ends in %(count)s seconds.", seconds));
    }
    speak("left", ends);
    speak("passed", gettext("%(passed)s so far", { passed }));
    find("card").dataset.late = seconds <= LATE_S;
    find("ring").lastElementChild.style.strokeDasharray = `${(100 * Math.min(1, left / span)).toFixed(2)} 200`;
    // Who holds the sale may let go of it any moment: the server says so by itself.
    if (left === 0) look();
  }

  addEventListener("resize", () => root.dataset.screen === "code" && sizeCode());
  everySecond(tick);
  return { show, showSending, showCharge, showContact, askCancel, play };
}
