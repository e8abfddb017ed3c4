/** The server's clock, and times as people read them. */

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
