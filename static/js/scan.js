/** The wallet's scanner: what the camera sees is followed at once. */

import { stayAwake } from "./device.js";
import { openScanner } from "./scanner.js";

const SEEN_BUZZ_MS = 30;
const STATES = {
  asking: "Allow the camera, and hold it over the code.",
  looking: "Hold the camera over the code.",
  offline: "No connection. Still looking; nothing was taken.",
  denied: "The camera is not allowed here. Allow it in the browser's settings, or use one of the ways below.",
  missing: "This browser gives no camera to this page. Use one of the ways below.",
  busy: "The camera is in use by something else. Close that, and scan again.",
  idle: "The camera was switched off, to save the battery.",
  seen: "Code read. One moment.",
  reading: "Looking for a code in the picture.",
};
const OVER = ["denied", "missing", "busy", "idle"];

const find = (id) => document.getElementById(id);
const main = find("main");

function tell(state) {
  main.dataset.state = state;
  const isOver = OVER.includes(state);
  find("finder").hidden = isOver;
  find("start").hidden = !isOver || state === "missing";
  find("scan-state").hidden = false;
  find("scan-state").classList.toggle("wait", isOver || state === "offline");
  find("scan-state").textContent = STATES[state];
  stayAwake(!isOver);
}

function see(texts) {
  if (!texts.length) return false;
  const fields = texts.map((text) => {
    // Not a text field: codes of several lines keep their lines.
    const field = Object.assign(document.createElement("textarea"), { name: "text", hidden: true });
    field.value = text;
    return field;
  });
  find("found").append(...fields);
  tell("seen");
  navigator.vibrate?.(SEEN_BUZZ_MS);
  find("found").submit();
  return true;
}

const scanner = openScanner({
  video: find("video"),
  flip: find("flip"),
  pictures: main.dataset.pictures,
  facing: "environment",
  see,
  tell,
});

find("start").addEventListener("click", () => {
  find("error")?.remove();
  scanner.start();
});
find("picture").addEventListener("change", () => find("picture-form").requestSubmit());
find("picture-form").addEventListener("submit", () => {
  scanner.stop();
  tell("reading");
});
find("send").hidden = true;
main.dataset.scripted = "";

// The camera's light goes off with the page out of sight.
let isAway = false;
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    isAway = ["asking", "looking", "offline"].includes(main.dataset.state);
    scanner.stop();
  } else if (isAway) {
    scanner.start();
  }
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

if (main.dataset.state === "told") find("start").hidden = false;
else scanner.start();
