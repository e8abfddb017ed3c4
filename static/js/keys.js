/**
 * The keys of a till: typed by hands, or by a scanner that is a keyboard to the browser.
 *
 * A key waits a moment before it counts. What comes quicker than fingers, or is held shorter than
 * fingers hold a key, is a scan as soon as it is four keys long, and reaches no amount, no PIN and
 * no field; what was let through before that was known is taken back. What is tapped on the screen
 * or comes from a screen keyboard, letter by letter, never waits.
 */

import { foldDigits, isArticle } from "./typed.js";

// Hands are slower from key to key, and hold a key for longer.
const QUICK_MS = 45;
const TAP_MS = 25;
// The longest pause of a slow scanner between two keys, and of one whose radio stumbles.
const SLOW_MS = 160;
const STUMBLE_MS = 700;
// After so long the rest of a broken code is no part of it.
const JOIN_MS = 2_000;
const SETTLE_MS = 80;
const SCAN_KEYS = 4;
// What a scanner types digit by digit, by its length: payment codes, and articles' numbers.
const CODE_DIGITS = [18, 14, 13, 12, 8, 7];
// UPC-E has no check of its own, but begins as no amount does.
const UPC_E = /^0\d{6,7}$/;
// In a field for words quick fingers roll over the keys.
const SCAN_LETTERS = 6;
const AMOUNT_DIGITS_MAX = 12;
const KEPT_KEYS = 40;
const FIELD = "input:not([type=radio], [type=checkbox]):read-write, textarea:read-write";
const ENDS = ["Enter", "Tab"];
const CONTROL_ENDS = "jmi";
// What the keys of an American keyboard mean: scanners send its codes, whatever the layout here.
const SHIFTED = { 1: "!", 2: "@", 3: "#", 4: "$", 5: "%", 6: "^", 7: "&", 8: "*", 9: "(", 0: ")" };
const SIGNS = {
  Minus: "-_",
  Equal: "=+",
  BracketLeft: "[{",
  BracketRight: "]}",
  Backslash: "\\|",
  Semicolon: ";:",
  Quote: "'\"",
  Backquote: "`~",
  Comma: ",<",
  Period: ".>",
  Slash: "/?",
  Space: "  ",
  NumpadDecimal: "..",
  NumpadSubtract: "--",
};
const AIM = /^\][A-Za-z][0-9A-Za-z]/;
/** Our own payment codes: whole with their last digit. */
const OWN_CODE = /^77\d{16}$/;
/** Numbers and texts of wallets: ours, others', and EMVCo's consumer-presented codes. */
const WALLET_CODE = /^(\d{16,24}|hQVDUFY.+)$/;

let keys = []; // since the last rest, oldest first
let scan = null; // what a scanner has typed so far
let broken = null; // a scan that was not whole, and may go on
let endedAt = -Infinity;
let timer = 0;
let giveHand = () => undefined;
let giveScan = () => {};

/** Have typed characters handed over; `hand(character, target)` gives what takes it back. */
export function onHand(hand) {
  giveHand = hand;
}

/** Have scanned codes handed over, without prefix and suffix. */
export function onScan(take) {
  giveScan = take;
}

/** Whether the newest key was let go quicker than fingers do: more of a scan may follow. */
export const isScannerLike = () => keys.length > 0 && isTapped(keys.at(-1));

export const isWalletCode = (text) => WALLET_CODE.test(text);

const isWhole = (text) => OWN_CODE.test(text) || isArticle(text) || /^hQVDUFY.+$/.test(text);

/* What a key says */

function readCode({ code, shift, key }) {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shift ? letter : letter.toLowerCase();
  const digit = /^(Digit|Numpad)(\d)$/.exec(code);
  if (digit) return shift && digit[1] === "Digit" ? SHIFTED[digit[2]] : digit[2];
  return SIGNS[code]?.[shift ? 1 : 0] ?? key;
}

/** A digit's key means that digit, also where the layout wants Shift for it. */
function readKey({ key, code, shift }) {
  const digit = foldDigits(key);
  if (/^\d$/.test(digit)) return digit;
  return /^(Digit|Numpad)\d$/.test(code) && !shift ? code.at(-1) : key;
}

/** The code that was scanned, by the letters or, where those say nothing, by the keys. */
function readScan(typed) {
  const [byKey, byCode] = [readKey, readCode].map((read) => typed.map(read).join("").trim().replace(AIM, ""));
  if (isWhole(byKey) || isWalletCode(byKey)) return byKey;
  return isWhole(byCode) || isWalletCode(byCode) || (!/^\d+$/.test(byKey) && /^\d+$/.test(byCode)) ? byCode : byKey;
}

/* Hands */

const isTapped = (key) => key.up !== null && key.up - key.at <= TAP_MS;

function insert(field, text) {
  const { value, selectionStart, selectionEnd } = field;
  field.focus({ preventScroll: true });
  document.execCommand("insertText", false, text);
  return () => {
    field.value = value;
    if (selectionStart !== null) field.setSelectionRange(selectionStart, selectionEnd);
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "historyUndo" }));
  };
}

function give(key) {
  key.isGiven = true;
  key.undo = key.target.matches?.(FIELD) ? insert(key.target, key.key) : giveHand(readKey(key), key.target);
}

/** Let what waits count as typed. */
function release() {
  clearTimeout(timer);
  for (const key of keys) if (!key.isGiven) give(key);
}

function takeBack(taken) {
  for (const key of taken.toReversed()) {
    key.undo?.();
    key.undo = null;
  }
}

/* Scanners */

const isQuick = (before, key) => {
  const gap = key.at - before.at;
  return gap <= QUICK_MS || (gap <= SLOW_MS && isTapped(before));
};

/** Find where a scan began, by the keys so far; -1 where it is none. */
function findScan() {
  let first = keys.length - 1;
  while (first > 0 && isQuick(keys[first - 1], keys[first])) first -= 1;
  const quick = keys.slice(first);
  const isWords = quick[0].target.matches?.(FIELD) && quick.some(({ key }) => /[^\d]/.test(foldDigits(key)));
  if (quick.length >= (isWords ? SCAN_LETTERS : SCAN_KEYS)) return first;
  first = keys.length - findSlow().length;
  return keys.length - first > AMOUNT_DIGITS_MAX ? first : -1;
}

/** The digits at the end that came no slower than a slow scanner's. */
function findSlow() {
  let first = keys.length;
  while (
    first > 0 &&
    /^\d$/.test(readKey(keys[first - 1])) &&
    (first === keys.length || keys[first].at - keys[first - 1].at <= SLOW_MS)
  )
    first -= 1;
  return keys.slice(first);
}

/** Find where the whole code begins that came with rests, but tap by tap as no finger types; -1 where none did. */
function findTapped() {
  const length = CODE_DIGITS.find((each) => each <= keys.length && isTypedByTaps(keys.slice(-each)));
  return length ? keys.length - length : -1;
}

/** A busy machine may make one of them look held, or come late. */
const isTypedByTaps = (run) =>
  (isWhole(readScan(run)) || UPC_E.test(readScan(run))) &&
  4 * run.filter(isTapped).length >= 3 * run.length &&
  run.every((key, place) => !place || key.at - run[place - 1].at <= STUMBLE_MS);

/** Its first keys may have come alone; a finger holds a key longer. */
function reachBack(first) {
  const since = keys.at(-1).at - JOIN_MS;
  let start = first;
  while (start > 0 && isTapped(keys[start - 1]) && keys[start - 1].at >= since) start -= 1;
  return start;
}

function beginScan(start) {
  takeBack(keys.slice(start));
  const since = keys.at(-1).at - JOIN_MS;
  scan = { typed: keys.slice(start), lead: keys.slice(0, start).filter(({ at }) => at >= since) };
  if (broken && keys[start].at - broken.at <= JOIN_MS) scan.before = broken.typed;
  keys = [];
  awaitEnd();
}

function awaitEnd() {
  clearTimeout(timer);
  const last = scan.typed.at(-1);
  const pause = OWN_CODE.test(readScan(scan.typed)) ? SETTLE_MS : STUMBLE_MS;
  timer = setTimeout(endScan, Math.max(0, last.at + pause - performance.now()));
}

function endScan() {
  clearTimeout(timer);
  const { typed, lead, before = [] } = scan;
  scan = null;
  endedAt = typed.at(-1).at;
  let whole = isWhole(readScan(typed)) ? typed : null;
  if (!whole && OWN_CODE.test(readScan([...before, ...typed]))) whole = [...before, ...typed];
  for (let place = lead.length - 1; !whole && place >= 0; place -= 1) {
    const joined = [...lead.slice(place), ...typed];
    if (isWhole(readScan(joined))) {
      takeBack(lead.slice(place));
      whole = joined;
    }
  }
  broken = whole ? null : { typed: [...before, ...typed], at: endedAt };
  giveScan(readScan(whole ?? typed));
}

/* Events */

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

const isModifier = ({ key }) => ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"].includes(key);
const isEnd = (event) => ENDS.includes(event.key) || (event.ctrlKey && CONTROL_ENDS.includes(event.key.toLowerCase()));
const isCharacter = (event) =>
  event.key.length === 1 &&
  !event.metaKey &&
  (event.getModifierState?.("AltGraph") || !(event.ctrlKey || event.altKey));

function onEnd(event) {
  const last = (scan?.typed ?? keys).at(-1);
  if (scan) {
    swallow(event);
    endScan();
  } else if (event.timeStamp - endedAt <= STUMBLE_MS) {
    // CR and LF, or a code that was whole before its Enter came.
    swallow(event);
  } else if (last && findEnded(event.timeStamp - last.at) >= 0) {
    swallow(event);
    beginScan(findEnded(event.timeStamp - last.at));
    endScan();
  } else {
    release();
    keys = [];
  }
}

/** Find where the code began that is ended after this pause; -1 where none is. */
function findEnded(pause) {
  if (pause <= SLOW_MS && isWhole(readScan(findSlow()))) return reachBack(keys.length - findSlow().length);
  return pause <= STUMBLE_MS ? findTapped() : -1;
}

function onCharacter(event) {
  const key = {
    key: event.key,
    code: event.code,
    shift: event.shiftKey,
    at: event.timeStamp,
    up: null,
    target: event.target,
    isGiven: false,
    undo: null,
  };
  // A key that is kept down is under a finger, and a space presses the button it is on.
  if (event.key === " " && !scan && event.target.matches?.("button, summary, a")) return release();
  swallow(event);
  if (event.repeat) {
    release();
    return give(key);
  }
  const last = (scan?.typed ?? keys).at(-1);
  if (scan && key.at - last.at <= STUMBLE_MS) {
    scan.typed.push(key);
    return awaitEnd();
  }
  if (scan) endScan();
  if (last && !isQuick(last, key)) release();
  keys = last && key.at - last.at > JOIN_MS ? [key] : [...keys, key].slice(-KEPT_KEYS);
  const first = findScan();
  if (first >= 0) return beginScan(reachBack(first));
  return awaitNext();
}

function awaitNext() {
  clearTimeout(timer);
  const last = keys.at(-1);
  const pause = isTapped(last) ? SLOW_MS : QUICK_MS;
  timer = setTimeout(settle, Math.max(0, last.at + pause + 5 - performance.now()));
}

/** The end of a broken code may come late and be too short to be told by itself. */
function settle() {
  const waiting = keys.filter(({ isGiven }) => !isGiven);
  if (!waiting.length) return undefined;
  if (findTapped() >= 0) return beginScan(findTapped());
  const isRest = broken && waiting[0].at - broken.at <= JOIN_MS && waiting.every(isTapped);
  return isRest ? beginScan(reachBack(keys.length - waiting.length)) : release();
}

addEventListener(
  "keydown",
  (event) => {
    if (event.isComposing || event.key === undefined || isModifier(event)) return undefined;
    if (isEnd(event)) return onEnd(event);
    if (isCharacter(event)) return onCharacter(event);
    if (scan && event.ctrlKey) return swallow(event); // control characters, such as GS1's separator
    release();
    keys = [];
    return undefined;
  },
  { capture: true },
);

addEventListener(
  "keyup",
  (event) => {
    const typed = scan?.typed ?? keys;
    const key = typed.findLast(
      ({ code, key: name, up }) => up === null && (code ? code === event.code : name === event.key),
    );
    if (!key) return;
    key.up = event.timeStamp;
    if (!scan && key === keys.at(-1) && !key.isGiven) awaitNext();
  },
  { capture: true },
);

// A tap on the screen changes what was typed: nothing before it is taken back any more.
addEventListener(
  "pointerdown",
  () => {
    if (scan) return;
    release();
    keys = [];
  },
  { capture: true },
);

/** Some scanners paste, or put the whole text in at once as a screen keyboard does a word. */
function onWhole(event) {
  const text = (event.data ?? event.dataTransfer?.getData("text") ?? event.clipboardData?.getData("text") ?? "").trim();
  const isField = event.target.matches?.(FIELD);
  if (isField && event.target.dataset.scans !== undefined) return;
  const code = foldDigits(text)
    .replace(AIM, "")
    .replace(/[\r\n\t]+$/, "");
  if (!(isWalletCode(code) || isArticle(code) || (!isField && text))) return;
  swallow(event);
  giveScan(code);
}

addEventListener(
  "beforeinput",
  (event) => {
    if (/^insert/.test(event.inputType)) onWhole(event);
  },
  { capture: true },
);
addEventListener(
  "paste",
  (event) => {
    if (!event.target.matches?.(FIELD)) onWhole(event);
  },
  { capture: true },
);
