/** Asking again until there is an answer, with pauses that grow: the one back-off of all pages. */

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

/** Call `ask` until it answers that it is done, with `backOff(pace)` between two calls. */
export async function retry(ask, pace) {
  for (const pause of backOff(pace)) {
    if (await ask()) return;
    await wait(pause);
  }
}
