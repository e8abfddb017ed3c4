/** What every page needs, in one file because each file is a request: elements, clock, back-off. */

// The page under a script: its elements by their ids, new elements, and the phone that shows it.

export const find = (id) => document.getElementById(id);

/** Make an element with these properties and children, which nothing shows yet. */
export function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

/** Make an element that keeps its text's direction to itself, among words of another script. */
export const isolate = (textContent) => make("bdi", { textContent });

/** Make a row of a list of facts. */
export const makeRow = ([label, value]) =>
  make("div", { className: "row" }, make("dt", { textContent: label }), make("dd", {}, isolate(value)));

/** Let a phone be felt; browsers allow it only once the page was touched, and complain else. */
export function buzz(pattern) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
}

// The server's clock, and times as people read them.

let clockOffset = 0;

/** The server's clock, as the last answers let us know it. */
export const serverNow = () => Date.now() + clockOffset;

/** Learn the server's clock from an answer: the time in it, and when it was asked for, in milliseconds. */
export function setClock(iso, sentAt = Date.now()) {
  clockOffset = Date.parse(iso) - (sentAt + Date.now()) / 2;
}

/* Times as people see them: in the page's language, whole, and never cut out of a longer text */

const locale = document.documentElement.lang || "en";
const twoDigits = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2, useGrouping: false });
const number = new Intl.NumberFormat(locale, { useGrouping: false });
const formats = new Map();

function write(time, timeZone, timeStyle) {
  const name = `${timeStyle} ${timeZone}`;
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat(locale, { timeStyle, hourCycle: "h23", timeZone }));
  return formats.get(name).format(new Date(time));
}

/** Write the time of day where the shop is, with seconds. */
export const writeTime = (time, timeZone) => write(time, timeZone, "medium");

/** Write the time of day where the shop is, to the minute. */
export const writeMinute = (time, timeZone) => write(time, timeZone, "short");

/** Write how long something takes: minutes and seconds. */
export function writeSpan(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${number.format(Math.floor(seconds / 60))}:${twoDigits.format(seconds % 60)}`;
}

/** Write a sale's one clock, the same on the till and on the phone: how long it still is, and was. */
export function writeSaleClock({ createdAt, expiresAt }) {
  const now = serverNow();
  const left = Math.max(0, Date.parse(expiresAt) - now);
  const passed = Math.max(0, Math.min(now, Date.parse(expiresAt)) - Date.parse(createdAt));
  return { left, ends: writeSpan(left), passed: writeSpan(Math.floor(passed / 1000) * 1000) };
}

/** Call `show` now and each second from now on. */
export function everySecond(show) {
  setInterval(show, 1_000);
  show();
}

// Asking again until there is an answer, with pauses that grow: the one back-off of all pages.

/** Return a promise that is kept after so many milliseconds. */
export const wait = (ms) =>
  new Promise((done) => {
    setTimeout(done, ms);
  });

/**
 * Yield the pauses between tries, in milliseconds and without end: `first`, then each `factor` times
 * the one before, up to `most`; each is longer or shorter by chance, by `jitter` of itself at most.
 */
export function* backOff({ first, most, factor = 2, jitter = 0 }) {
  for (let pause = first; ; pause = Math.min(most, pause * factor)) {
    yield pause * (1 - jitter + 2 * jitter * Math.random());
  }
}

let aloneUntil = 0;

/** Leave the server alone for so many seconds, as it asked to be, and by chance somewhat longer: not all come back at once. */
export function leaveAlone(seconds) {
  aloneUntil = Math.max(aloneUntil, performance.now() + seconds * 1_000 * (1 + Math.random() / 2));
}

/** Heed an answer that asks to be left alone; return the answer. */
export function heed(response) {
  if (response.status === 503) leaveAlone(Number(response.headers.get("Retry-After")) || 0);
  return response;
}

/** Return for how many milliseconds the server is still to be left alone. */
export const aloneFor = () => Math.max(0, aloneUntil - performance.now());

/** Call `ask` until it answers that it is done, with `backOff(pace)` between two calls, or longer if the server asked so. */
export async function retry(ask, pace) {
  for (const pause of backOff(pace)) {
    if (await ask()) return;
    await wait(Math.max(pause, aloneFor()));
  }
}
