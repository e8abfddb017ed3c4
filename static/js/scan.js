/** The wallet's scanner: a code of ours is followed at once, another once it stays in view. */

import { stayAwake } from "./device.js";
import { buzz, find } from "./page.js";
import { openScanner, shrink } from "./scanner.js";
import { call, gettext } from "./server.js";

const SEEN_BUZZ_MS = 30;
// Shops hang codes of several systems side by side, and the phone swings past some of them.
const STRANGE_MS = 1_000;
const PHOTOGRAPH_PX = 2_048;
const PATIENCE_MS = 10_000;
const STATES = {
  asking: gettext("Allow the camera, and hold it over the code."),
  looking: gettext("Hold the camera over the code."),
  several: gettext("More than one code of a till is in view. Go closer to one."),
  offline: gettext("No answer. Still looking; nothing was taken."),
  denied: gettext("The camera is not allowed here. Allow it in the browser's settings, or use one of the ways below."),
  missing: gettext("This browser gives no camera to this page. Use one of the ways below."),
  busy: gettext("The camera is in use by something else. Close that, and scan again."),
  broken: gettext("The code cannot be read at this moment. Scan again, or use one of the ways below."),
  idle: gettext("The camera was switched off, to save the battery."),
  seen: gettext("Code read. One moment."),
  reading: gettext("Looking for a code in the picture."),
};
const WARNINGS = ["offline", "several", "part"];
const OVER = ["denied", "missing", "busy", "broken", "idle"];

const main = find("main");
const { host, chargeGuid } = main.dataset;
let strange = { texts: "", since: 0 };

const sayPart = (part) =>
  gettext(
    "This is part %(number)s of %(total)s of a split code. Hold the camera over all %(total)s parts together.",
    part,
  );

function tell(state, part) {
  if (main.dataset.state === state) return;
  const isOver = OVER.includes(state);
  const hadFocus = document.activeElement === find("start");
  main.dataset.state = state;
  main.dataset.over = isOver || state === "reading";
  find("start").hidden = !isOver || state === "missing";
  find("scan-state").classList.toggle("wait", isOver || WARNINGS.includes(state));
  find("scan-state").textContent = part ? sayPart(part) : STATES[state];
  if (hadFocus) find("scan-state").focus();
  stayAwake(!isOver);
}

/* What is seen */

const isOurs = (text) => {
  const [, named] = /^https?:\/\/([^/]+)\//i.exec(text.trim()) ?? [];
  return named?.toLowerCase() === host || text.includes(chargeGuid);
};

function see(texts, parts) {
  const found = [...new Set(texts)];
  const ours = found.filter(isOurs);
  if (ours.length === 1) return follow(ours);
  if (!found.length && parts.length) {
    tell("part", parts[0]);
    return false;
  }
  tell(ours.length ? "several" : "looking");
  if (ours.length || !found.length) return false;
  const seen = found.sort().join("\n");
  if (seen !== strange.texts) strange = { texts: seen, since: Date.now() };
  return Date.now() - strange.since >= STRANGE_MS && follow(found);
}

/** Let the server say where it leads; it knows what each code is. */
function follow(texts) {
  const fields = texts.map((text) => {
    // Not a field of one line: codes of several lines keep them.
    const field = Object.assign(document.createElement("textarea"), { name: "text", hidden: true });
    field.value = text;
    return field;
  });
  find("texts").replaceChildren(...fields);
  if (texts.length) tell("seen");
  buzz(SEEN_BUZZ_MS);
  find("found").submit();
  setTimeout(() => tell("broken"), PATIENCE_MS);
  return true;
}

const scanner = openScanner({
  video: find("video"),
  flip: find("flip"),
  pictures: main.dataset.pictures,
  formats: ["qr_code"],
  isKnown: isOurs,
  see,
  tell,
});

find("start").addEventListener("click", () => {
  find("error")?.remove();
  scanner.start();
});

/* A picture instead */

/** Send a photograph smaller than it was taken; as it is, where that does not go. */
async function send(form) {
  scanner.stop();
  tell("reading");
  try {
    const photograph = await createImageBitmap(form.elements.picture.files[0]);
    const { width, height } = photograph;
    const body = await shrink(photograph, width, height, { side: PHOTOGRAPH_PX });
    const { texts, parts } = await call("POST", main.dataset.pictures, { body });
    // The server tells of parts, and of what is no code at all.
    if (parts.length || !texts.length) form.submit();
    else follow(texts);
  } catch {
    form.submit();
  }
}

for (const form of document.querySelectorAll("form.picture")) {
  form.elements.picture.addEventListener("change", () => send(form));
}

if (main.dataset.state !== "told") scanner.start();
