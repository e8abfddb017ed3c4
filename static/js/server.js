/** Everything said to and heard from the server: calls, and news of a row; pages that were kept ask it anew. */

import { aloneFor, backOff, leaveAlone, setClock } from "./page.js";

const POLL_MS = 2_000;
const POLL_AT_REST_MS = 10_000;
// The stream beats every two seconds: two beats that did not come, and some time on the way.
const SILENT_MS = 5_000;
// Jittered: all pages would come back to a restarted server in the same moment otherwise.
const RECONNECT = { first: 500, most: 8_000, jitter: 0.25 };

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

/* Pages that are left */

/** What a browser keeps of a page and shows again is old and may be another's: it is covered, and read anew. */
const root = document.documentElement;
addEventListener("pagehide", () => {
  root.dataset.left = "";
});
addEventListener("pageshow", (event) => {
  // Not `reload`: what came of a form would be sent again.
  if (event.persisted)
    location.replace(document.getElementById("main")?.dataset.again ?? location.pathname + location.search);
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
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function csrfToken() {
  const field = document.querySelector("[name=csrfmiddlewaretoken]");
  return field?.value ?? /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** Ask the server, with JSON or a picture; gives the JSON, throws Refusal or NoAnswer. */
export async function call(method, url, { body, key, timeout = 8_000 } = {}) {
  // Refusals are shown as they come: in the page's language, which need not be the browser's.
  const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  const isPicture = body instanceof Blob;
  if (body) headers["Content-Type"] = isPicture ? body.type : "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout);
  const sentAt = Date.now();
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: isPicture ? body : body && JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      signal: abort.signal,
    });
    // A busy key, a full queue or a broken server has decided nothing yet; who has tried too
    // often is told so by the server itself.
    const isTold = response.headers.get("Content-Type")?.includes("problem+json");
    const undecided =
      response.status >= 500 ||
      (response.status === 429 && !isTold) ||
      (response.status === 409 && response.headers.has("Retry-After"));
    if (undecided) {
      leaveAlone(Number(response.headers.get("Retry-After")) || 0);
      throw new NoAnswer(`The server answered ${response.status}.`);
    }
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
 * Listen to a stream: call `greeted` and `told` with what its events say, and `look` when it comes or goes
 * otherwise. A stream that does not beat is not live, open or not.
 *
 * A browser has six connections for a host, and a stream keeps one: of the tabs of one surface those in
 * sight listen, or the one that was so last. The others rest.
 */
function listen(url, { look, greeted, told }) {
  const tabs = new BroadcastChannel(`tessera.${location.pathname.split("/")[1]}`);
  const stream = { isLive: false, isResting: false, stop };
  let source = null;
  let silence = 0;
  let reconnect = 0;
  let pauses = backOff(RECONNECT);

  function hear() {
    clearTimeout(silence);
    silence = setTimeout(() => {
      stream.isLive = false;
      look();
    }, SILENT_MS);
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
    source.addEventListener("hello", ({ data }) => {
      hear();
      pauses = backOff(RECONNECT);
      greeted(JSON.parse(data));
    });
    source.addEventListener("changed", ({ data }) => {
      hear();
      told(JSON.parse(data));
    });
    source.addEventListener("beat", () => hear() || look());
    // Signed out or unpaired, here or elsewhere: the page's address knows where to go now.
    source.addEventListener("ended", () => {
      source.close();
      location.replace(location.pathname + location.search);
    });
    source.addEventListener("error", () => {
      // Our own pace instead of the browser's: it gives up for good after an HTTP error.
      close();
      reconnect = setTimeout(open, pauses.next().value);
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
 *
 * What the page shows already is no news: `shows` tells whether it has this version of a subject, and
 * `askedAt` says when it asked for what it shows, by `performance.now()`. Without that `read` is called
 * at once.
 */
export function follow(url, read, { askedAt = -Infinity, shows = () => false } = {}) {
  let poll = 0;
  let reading = false;
  let again = false;
  let stopped = false;

  /** Whether the page asked after what was so many milliseconds ago. */
  const hasAsked = (ms) => performance.now() - askedAt < ms;

  async function look() {
    again = reading;
    if (reading || stopped) return;
    reading = true;
    clearTimeout(poll);
    askedAt = performance.now();
    const answered = await read();
    reading = false;
    if (!answered) askedAt = -Infinity;
    if (stopped) return;
    const isQuiet = stream.isResting || (stream.isLive && answered);
    if (again) look();
    else poll = setTimeout(look, Math.max(isQuiet ? POLL_AT_REST_MS : POLL_MS, aloneFor()));
  }

  /** The stream tells again what was told in the last `known` milliseconds: more the page cannot have missed. */
  function greeted({ known_ms: known = 0 }) {
    if (!hasAsked(known)) return look();
    if (reading) return undefined;
    clearTimeout(poll);
    poll = setTimeout(look, askedAt + POLL_AT_REST_MS - performance.now());
    return undefined;
  }

  const told = ({ subject, version, age_ms: age = 0 }) => hasAsked(age) || shows(subject, version) || look();

  const stream = listen(url, { look, greeted, told });
  // A page out of sight has time, and one that is being left would ask for nothing.
  const turn = () => document.hidden || look();
  const signs = [
    [window, "online", look],
    [window, "offline", look],
    [document, "visibilitychange", turn],
  ];
  for (const [target, name, heed] of signs) target.addEventListener(name, heed);
  // A page that is kept would go on to listen, behind the back of the one that is shown.
  addEventListener("pagehide", stop);
  if (askedAt < 0) look();
  else poll = setTimeout(look, POLL_MS);

  function stop() {
    stopped = true;
    removeEventListener("pagehide", stop);
    stream.stop();
    clearTimeout(poll);
    for (const [target, name, heed] of signs) target.removeEventListener(name, heed);
  }
  return { look, stop };
}
