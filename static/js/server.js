/** Everything said to and heard from the server: calls, its clock, and news of a row. */

const POLL_MS = 2_000;
const POLL_WHILE_LIVE_MS = 10_000;
const RECONNECT_MS = [500, 8_000];

let clockOffset = 0;

/** The server's clock, as the last answers let us know it. */
export const serverNow = () => Date.now() + clockOffset;

export function setClock(iso, sentAt = Date.now()) {
  clockOffset = Date.parse(iso) - (sentAt + Date.now()) / 2;
}

/** The server said no, and why. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
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
 * Call `read` at every sign of news: on each event and (re)connection, every two seconds
 * while no stream is live, every ten while one is. `read` tells whether it got an answer.
 */
export function follow(url, read) {
  let source = null;
  let live = false;
  let poll = 0;
  let reconnect = 0;
  let tries = 0;
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
    if (again) look();
    else poll = setTimeout(look, live && answered ? POLL_WHILE_LIVE_MS : POLL_MS);
  }

  function listen() {
    source = new EventSource(url);
    source.addEventListener("hello", () => {
      live = true;
      tries = 0;
      look();
    });
    source.addEventListener("changed", look);
    // Signed out or unpaired, here or elsewhere: the page's address knows where to go now.
    source.addEventListener("ended", () => {
      source.close();
      location.replace(location.pathname + location.search);
    });
    source.addEventListener("error", () => {
      // Our own pace instead of the browser's: it gives up for good after an HTTP error.
      live = false;
      source.close();
      const wait = Math.min(RECONNECT_MS[1], RECONNECT_MS[0] * 2 ** tries++);
      clearTimeout(reconnect);
      if (!stopped) reconnect = setTimeout(listen, wait * (0.75 + Math.random() / 2));
      look();
    });
  }

  const signs = [[window, "online"], [window, "offline"], [document, "visibilitychange"]];
  for (const [target, name] of signs) target.addEventListener(name, look);
  listen();
  look();

  function stop() {
    stopped = true;
    source.close();
    clearTimeout(poll);
    clearTimeout(reconnect);
    for (const [target, name] of signs) target.removeEventListener(name, look);
  }
  return { look, stop };
}
