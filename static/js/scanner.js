/** The camera: shows what it sees, and tells which codes are in it. */

import { wait } from "./page.js";
import { call, NoAnswer, Refusal } from "./server.js";

const PAUSE_MS = 200;
// A camera that nobody looks through costs the battery.
const PATIENCE_MS = 90_000;
// The longer side of what is sent: a code that takes a quarter of it has 8 pixels a module.
const SENT_PX = 1_024;
const SENT_QUALITY = 0.7;
const FAULTS_MAX = 3;
const CHOSEN = "tessera.camera";
const REFUSALS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
};

/**
 * Look through the camera. `see` is called with the texts in each picture and the parts of split
 * codes, and says whether it took one: then the camera goes off. `tell` hears what changes: asking, looking, offline; and
 * why it is over: denied, missing, busy, broken, idle. `flip` is the button for the next camera.
 * Out of sight the camera is off, and on again afterwards. `isKnown` says of a text that the
 * browser read whether it is surely whole and well read.
 */
export function openScanner({ video, flip, pictures, formats, isKnown, see, tell }) {
  let stream = null;
  let run = 0; // what a former run still waits for does not concern this one
  let told = "";
  let isWanted = false;

  async function start() {
    stop();
    isWanted = true;
    if (document.visibilityState === "hidden") return undefined;
    const mine = run;
    if (!navigator.mediaDevices?.getUserMedia) return end("missing");
    say("asking");
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ video: choose() });
      if (mine !== run) return release(opened);
      stream = opened;
      const [track] = stream.getVideoTracks();
      // A call came in, the plug was pulled, or leave was taken back.
      track.addEventListener("ended", () => {
        if (mine === run) end("busy");
      });
      video.srcObject = stream;
      video.dataset.mirrored = track.getSettings().facingMode === "user";
      await video.play();
    } catch (error) {
      return mine === run ? end(REFUSALS[error.name] ?? "busy") : undefined;
    }
    if (mine !== run) return undefined;
    say("looking");
    listCameras().then((cameras) => {
      flip.hidden = cameras.length < 2;
    });
    return look(mine, await makeReader());
  }

  async function look(mine, read) {
    const until = Date.now() + PATIENCE_MS;
    while (mine === run) {
      if (Date.now() > until) return end("idle");
      const seen = await read().catch((error) => (mine === run ? hear(error) : null));
      if (mine !== run) return undefined;
      if (seen) {
        say("looking");
        if (see(seen.texts, seen.parts)) return stop();
      }
      await wait(PAUSE_MS);
    }
    return undefined;
  }

  function hear(error) {
    if (error instanceof NoAnswer) say("offline");
    // Signed out, or locked meanwhile: the page itself knows where to go then.
    else if (error instanceof Refusal && [401, 403].includes(error.status)) location.assign(location.pathname);
    else end("broken");
    return null;
  }

  /** The browser reads codes by itself where it can; else the server does. */
  async function makeReader() {
    const known = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
    let detector = formats.every((format) => known?.includes(format)) ? new BarcodeDetector({ formats }) : null;
    let faults = 0;
    const canvas = document.createElement("canvas");
    return async () => {
      if (!video.videoWidth) return { texts: [], parts: [] };
      while (detector) {
        try {
          const texts = (await detector.detect(video)).map(({ rawValue }) => rawValue);
          // It guesses character sets, and takes half a code for a whole one: what is not
          // surely known is read by the server too.
          if (texts.every((text) => !text || isKnown(text))) return { texts, parts: [] };
          break;
        } catch (error) {
          // Some phones name the formats and have nothing that reads them.
          faults += 1;
          if (error.name === "NotSupportedError" || faults === FAULTS_MAX) detector = null;
        }
      }
      const picture = await shrink(video, video.videoWidth, video.videoHeight, { canvas });
      return call("POST", pictures, { body: picture });
    };
  }

  function stop() {
    run += 1;
    isWanted = false;
    if (stream) release(stream);
    stream = null;
    video.srcObject = null;
    told = "";
  }

  function end(why) {
    stop();
    tell(why);
  }

  function say(state) {
    if (state === told) return;
    told = state;
    tell(state);
  }

  flip.addEventListener("click", async () => {
    const cameras = await listCameras();
    const now = stream?.getVideoTracks()[0]?.getSettings().deviceId;
    const next = (cameras.findIndex(({ deviceId }) => deviceId === now) + 1) % cameras.length;
    if (cameras.length) localStorage.setItem(CHOSEN, cameras[next].deviceId);
    start();
  });
  document.addEventListener("visibilitychange", () => {
    const again = isWanted;
    if (document.visibilityState === "visible" && again) start();
    if (document.visibilityState === "visible" || !again) return;
    stop();
    isWanted = again;
  });
  return { start, stop };
}

/** Give what is seen as a JPEG, no larger than it has to be. */
export async function shrink(seen, width, height, { canvas, side = SENT_PX } = {}) {
  const scale = Math.min(1, side / Math.max(width, height));
  const drawn = canvas ?? document.createElement("canvas");
  drawn.width = Math.round(width * scale);
  drawn.height = Math.round(height * scale);
  drawn.getContext("2d").drawImage(seen, 0, 0, drawn.width, drawn.height);
  return new Promise((done) => drawn.toBlob(done, "image/jpeg", SENT_QUALITY));
}

function release(stream) {
  for (const track of stream.getTracks()) track.stop();
}

function choose() {
  const deviceId = localStorage.getItem(CHOSEN);
  const which = deviceId ? { deviceId: { ideal: deviceId } } : { facingMode: { ideal: "environment" } };
  return { ...which, width: { ideal: 1_280 }, height: { ideal: 1_280 } };
}

/** They are told apart only once one of them is open. */
async function listCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return devices.filter(({ kind }) => kind === "videoinput");
}
