/** Everything said to and heard from the server: calls, its clock, and news of a row; pages that were kept ask it anew. */

const POLL_MS = 2_000;
const POLL_AT_REST_MS = 10_000;
// The stream beats every two seconds: two beats that did not come, and some time on the way.
const SILENT_MS = 5_000;
const RECONNECT_MS = [500, 8_000];

/* Words in the page's language: from Django's catalogue where the page has one, else as they are written */

const spoken = globalThis.django ?? {};
const fill = (text, facts) => text.replace(/%\((\w+)\)s/g, (place, name) => facts[name] ?? place);

/** Return a sentence in the page's language; `%(name)s` in it stands for a fact. */
export const gettext = (text, facts = {}) => fill(spoken.gettext?.(text) ?? text, facts);

/** Return a sentence about a number of things, in the form that the page's language has for it. */
export const ngettext = (one, many, count, facts = {}) =>
  fill(spoken.ngettext?.(one, many, count) ?? (count === 1 ? one : many), { count, ...facts });

/** Return a sentence in pieces, elements where they are named in it, for `append` and its like. */
export const weave = (text, elements) =>
  text.split(/%\((\w+)\)s/).map((piece, place) => (place % 2 ? elements[piece] : piece));

let clockOffset = 0;

/** The server's clock, as the last answers let us know it. */
export const serverNow = () => Date.now() + clockOffset;

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

/* Pages that are left */

/** What a browser keeps of a page and shows again is old and may be another's: it is covered, and read anew. */
const root = document.documentElement;
addEventListener("pagehide", () => { root.dataset.left = ""; });
addEventListener("pageshow", (event) => {
  // Not `reload`: what came of a form would be sent again.
  if (event.persisted) location.replace(document.getElementById("main")?.dataset.again ?? location.pathname + location.search);
  else delete root.dataset.left;
});

/** The server said no, and why. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || gettext("The server answered %(status)s.", { status }));
    this.status = status;
    this.code = problem.code || "";
    this.errors = problem.errors || [];
    this.problem = problem;
  }
}

/** Nobody knows: no connection, no answer in time, or the server could not decide. */
export class NoAnswer extends Error {}

/** A key that is made once for one wish; plain-http pages have no randomUUID. */
export function makeKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

function csrfToken() {
  const field = document.querySelector("[name=csrfmiddlewaretoken]");
  return field?.value ?? /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** Ask the server, with JSON or a picture; gives the JSON, throws Refusal or NoAnswer. */
export async function call(method, url, { body, key, timeout = 8_000 } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  const isPicture = body instanceof Blob;
  if (body) headers["Content-Type"] = isPicture ? body.type : "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout);
  const sentAt = Date.now();
  try {
    const response = await fetch(url, {
      method, headers, body: isPicture ? body : body && JSON.stringify(body), cache: "no-store",
      credentials: "same-origin", signal: abort.signal,
    });
    // A busy key, a full queue or a broken server has decided nothing yet; who has tried too
    // often is told so by the server itself.
    const isTold = response.headers.get("Content-Type")?.includes("problem+json");
    const undecided = response.status >= 500 || (response.status === 429 && !isTold)
      || (response.status === 409 && response.headers.has("Retry-After"));
    if (undecided) throw new NoAnswer(`The server answered ${response.status}.`);
    const answer = response.status === 204 ? {} : await response.json();
    if (!response.ok) throw new Refusal(response.status, answer);
    if (answer.server_time) setClock(answer.server_time, sentAt);
    return answer;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new NoAnswer(error.message);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Listen to a stream and call `look` at every sign of news: on each event, and when the stream comes or
 * goes. One that does not beat is not live, open or not.
 *
 * A browser has six connections for a host, and a stream keeps one: of the tabs of one surface those in
 * sight listen, or the one that was so last. The others rest.
 */
function listen(url, look) {
  const tabs = new BroadcastChannel(`tessera.${location.pathname.split("/")[1]}`);
  const stream = { isLive: false, isResting: false, stop };
  let source = null;
  let silence = 0;
  let reconnect = 0;
  let tries = 0;

  function hear() {
    clearTimeout(silence);
    silence = setTimeout(() => { stream.isLive = false; look(); }, SILENT_MS);
    const wasLive = stream.isLive;
    stream.isLive = true;
    return wasLive;
  }

  function close() {
    stream.isLive = false;
    source?.close();
    clearTimeout(silence);
    clearTimeout(reconnect);
  }

  function open() {
    source = new EventSource(url);
    source.addEventListener("hello", () => { hear(); tries = 0; look(); });
    source.addEventListener("changed", () => { hear(); look(); });
    source.addEventListener("beat", () => hear() || look());
    // Signed out or unpaired, here or elsewhere: the page's address knows where to go now.
    source.addEventListener("ended", () => {
      source.close();
      location.replace(location.pathname + location.search);
    });
    source.addEventListener("error", () => {
      // Our own pace instead of the browser's: it gives up for good after an HTTP error.
      close();
      const wait = Math.min(RECONNECT_MS[1], RECONNECT_MS[0] * 2 ** tries++);
      reconnect = setTimeout(open, wait * (0.75 + Math.random() / 2));
      look();
    });
  }

  /** Whichever is told first, that one tab has come in sight or that the other has left it. */
  function meet({ data }) {
    if (!document.hidden) {
      if (data === "hidden") tabs.postMessage("in sight");
    } else if (data === "in sight") {
      stream.isResting = true;
      close();
    }
  }

  function turn() {
    tabs.postMessage(document.hidden ? "hidden" : "in sight");
    if (document.hidden || (source && !stream.isResting)) return;
    stream.isResting = false;
    open();
  }

  function stop() {
    document.removeEventListener("visibilitychange", turn);
    tabs.close();
    close();
  }

  tabs.addEventListener("message", meet);
  document.addEventListener("visibilitychange", turn);
  stream.isResting = document.hidden;
  turn();
  return stream;
}

/**
 * Call `read` at every sign of news, every two seconds while no stream is live, and every ten while one
 * is or this tab rests. `read` tells whether it got an answer.
 */
export function follow(url, read) {
  let poll = 0;
  let reading = false;
  let again = false;
  let stopped = false;

  async function look() {
    again = reading;
    if (reading || stopped) return;
    reading = true;
    clearTimeout(poll);
    const answered = await read();
    reading = false;
    if (stopped) return;
    const isQuiet = stream.isResting || (stream.isLive && answered);
    if (again) look();
    else poll = setTimeout(look, isQuiet ? POLL_AT_REST_MS : POLL_MS);
  }

  const stream = listen(url, look);
  const signs = [[window, "online"], [window, "offline"], [document, "visibilitychange"]];
  for (const [target, name] of signs) target.addEventListener(name, look);
  // A page that is kept would go on to listen, behind the back of the one that is shown.
  addEventListener("pagehide", stop);
  look();

  function stop() {
    stopped = true;
    removeEventListener("pagehide", stop);
    stream.stop();
    clearTimeout(poll);
    for (const [target, name] of signs) target.removeEventListener(name, look);
  }
  return { look, stop };
}
