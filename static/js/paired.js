/** A page of the till whose device is unpaired meanwhile goes to where it can be paired again. */

import { NoAnswer, call, follow } from "./server.js";

const { paired, pair } = document.getElementById("main").dataset;

follow(`${paired}events/`, async () => {
  try {
    await call("GET", paired, { timeout: 4_000 });
    return true;
  } catch (error) {
    if (error.status === 401) location.assign(pair);
    return !(error instanceof NoAnswer);
  }
});
