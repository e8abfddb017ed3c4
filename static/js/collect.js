/** The customer's code: scanned anywhere on the till, typed or pasted, and collected by. */

import { isWalletCode } from "./keys.js";
import { find, retry } from "./page.js";
import { call, gettext, makeKey, Refusal } from "./server.js";
import { foldDigits } from "./typed.js";

const PACE = { first: 500, most: 8_000 };
// Beside a phone lie goods and parcels, with numbers of their own: these are wallets' alone.
const IS_A_WALLETS = /^(77\d{16}|1[0-5]\d{16}|(2[5-9]|30)\d{14,22}|62\d{16,17}|hQVDUFY.+)$/;
// Whoever has scanned with the camera once will do so again.
const HABIT = "tessera.collect";
// So long the till says what was wrong, or it would be said anew with each picture.
const SAID_MS = 3_000;
const CAMERA = {
  asking: gettext("Allow the camera."),
  looking: gettext("Hold the customer's code before the camera."),
  strange: gettext("That is no payment code. Ask the customer for \u201cMy code\u201d."),
  several: gettext("Two codes are in view. Show only the customer's."),
  offline: gettext("No answer. Still looking; nothing was taken."),
  denied: gettext("The camera is not allowed here. Allow it in the browser's settings, or type the digits."),
  missing: gettext("This browser gives no camera to this page. Type the digits."),
  busy: gettext("The camera is in use by something else. Close that, and try again."),
  broken: gettext("The code cannot be read at this moment. Try again, or type the digits."),
  idle: gettext("The camera was switched off, to save the battery."),
};
const CAMERA_OVER = ["denied", "missing", "busy", "broken", "idle"];
const NO_CODE = gettext("That is no payment code. Nothing was taken.");
const NO_AMOUNT = gettext("Type the amount first, then scan the customer's code.");

const root = find("main");
/** What was typed, without the blanks and hyphens it is read aloud by, and in our digits. */
const plain = (text) => foldDigits(text).replace(/[\s-]/g, "");

/** Wire up the customer's code; `till` is what it needs of the till. */
export function openCollector(till) {
  const sheet = find("collect-sheet");
  let isAsking = false;

  /* Collect */

  function take(text) {
    const code = plain(text);
    if (till.now().sale?.scan) return undefined;
    if (!isWalletCode(code)) return say(NO_CODE);
    if (root.dataset.screen === "entry") {
      if (!till.entry.total()) return say(NO_AMOUNT);
      till.entry.begin();
    } else if (till.now().charge?.status !== "open" && till.now().charge?.status !== "claimed") {
      return undefined;
    }
    // Beside the sale's own key: after a reload the same code is asked for, and no other.
    till.now().sale.scan = { code, key: makeKey() };
    till.save();
    return go();
  }

  async function go() {
    const { sale } = till.now();
    if (!sale?.id || !sale.scan || isAsking) return;
    isAsking = true;
    find("refused").hidden = true;
    if (till.now().charge) till.apply(till.now().charge);
    till.speak("polite", gettext("Collecting."));
    await retry(async () => {
      if (till.now().sale !== sale || (await ask(sale))) return true;
      till.hear(false);
      return false;
    }, PACE);
    isAsking = false;
  }

  async function ask(sale) {
    try {
      const { code, key } = sale.scan;
      const fresh = await call("POST", `/api/v1/charges/${sale.id}/collect`, { body: { code }, key });
      till.hear(true);
      if (fresh.needs.length) sale.wantsPin = true;
      forget(sale);
      if (till.now().sale === sale) till.apply(fresh);
    } catch (error) {
      if (!(error instanceof Refusal)) return false;
      till.hear(true);
      if (error.status === 401) location.assign(root.dataset.unlock);
      // First what is true of the sale, so that its release is not told as a change of mind.
      await till.read();
      forget(sale);
      if (till.now().sale === sale) refuse(error.message);
    }
    return true;
  }

  function forget(sale) {
    delete sale.scan;
    if (till.now().sale === sale) till.save();
  }

  /* Words */

  function refuse(text) {
    if (root.dataset.screen !== "code") return;
    till.apply(till.now().charge);
    find("refused").hidden = false;
    till.speak("refused", text);
    till.speak("assertive", text);
    till.play("declined");
  }

  function say(text) {
    if (sheet.open) {
      find("collect-code").setAttribute("aria-invalid", "true");
      find("collect-code").focus();
      return till.speak("collect-error", text);
    }
    if (root.dataset.screen === "code") return refuse(text);
    find("entry-note").hidden = false;
    till.speak("entry-note", text);
    return till.speak("assertive", text);
  }

  /* By hand */

  function open() {
    delete root.dataset.wanted;
    const minor = till.now().charge?.amount.amount_minor ?? till.entry.total();
    till.speak("collect-go", gettext("Collect %(amount)s", { amount: till.money(minor) }));
    till.speak("collect-error", "");
    find("collect-code").value = "";
    find("collect-code").removeAttribute("aria-invalid");
    sheet.showModal();
    // Where the camera is used, the field's keyboard would cover what it sees.
    if (localStorage.getItem(HABIT)) useCamera();
    else find("collect-code").focus();
  }

  find("collect").addEventListener("click", open);
  find("collect-new").addEventListener("click", open);
  find("collect-back").addEventListener("click", () => sheet.close());
  find("collect-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = find("collect-code").value;
    if (!isWalletCode(plain(text))) return say(NO_CODE);
    sheet.close();
    return take(text);
  });

  /* By camera */

  let scanner = null;
  let saidAt = 0;

  function see(texts) {
    const codes = new Set(texts.filter((text) => IS_A_WALLETS.test(text)));
    if (codes.size === 1) {
      sheet.close();
      take([...codes][0]);
      return true;
    }
    if (codes.size) showCamera("several");
    else if (texts.length) showCamera("strange");
    else if (Date.now() - saidAt > SAID_MS) showCamera("looking");
    return false;
  }

  function showCamera(state) {
    if (!sheet.open) return;
    saidAt = Date.now();
    const line = find("collect-state");
    if (line.dataset.state === state && !line.hidden) return;
    const isOver = CAMERA_OVER.includes(state);
    const hadFocus = document.activeElement === find("collect-camera");
    find("collect-finder").hidden = isOver;
    find("collect-camera").hidden = !isOver || state === "missing";
    line.hidden = false;
    line.dataset.state = state;
    till.speak("collect-state", CAMERA[state]);
    if (hadFocus) line.focus();
  }

  async function useCamera() {
    try {
      const { openScanner } = await import(root.dataset.scanner);
      scanner ??= openScanner({
        video: find("collect-video"),
        flip: find("collect-flip"),
        pictures: root.dataset.pictures,
        formats: ["qr_code", "code_128"],
        isKnown: (text) => IS_A_WALLETS.test(text),
        see,
        tell: showCamera,
      });
      if (sheet.open) scanner.start();
    } catch {
      // Browsers remember that an address failed, so that the next try needs another.
      root.dataset.scanner += "?";
      showCamera("broken");
    }
  }

  find("collect-camera").addEventListener("click", () => {
    localStorage.setItem(HABIT, "camera");
    useCamera();
  });
  sheet.addEventListener("close", () => {
    scanner?.stop();
    find("collect-finder").hidden = find("collect-state").hidden = true;
    find("collect-camera").hidden = false;
  });

  /* By scanner */

  function scanned(text) {
    const isOurs = isWalletCode(text);
    // The code of a sale that is paid is often scanned once more.
    if (isOurs && root.dataset.screen === "result") return undefined;
    if (document.querySelector("dialog[open]") && !sheet.open) return undefined;
    if (!isOurs && root.dataset.screen === "entry" && !sheet.open && till.entry.addArticle(text)) return undefined;
    if (!isOurs)
      return say(
        /^\d{6,14}$/.test(text)
          ? gettext("Unknown article %(number)s. That is no payment code. Nothing was taken.", { number: text })
          : NO_CODE,
      );
    if (sheet.open) sheet.close();
    return take(text);
  }

  find("entry").addEventListener("click", () => {
    find("entry-note").hidden = true;
  });
  go();
  if (root.dataset.wanted === root.dataset.screen) open();
  return { go, scanned };
}
