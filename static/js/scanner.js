/** The camera: shows what it sees, and tells which codes are in it. */

import { NoAnswer, Refusal, call } from "./server.js";

const PAUSE_MS = 200;
// A camera that nobody looks through costs the battery.
const PATIENCE_MS = 90_000;
// The longer side of what is sent: a code that takes a quarter of it has 8 pixels a module.
const SENT_PX = 1_024;
const SENT_QUALITY = 0.7;
const FORMATS = ["qr_code", "code_128"];
const SIDE = "tessera.camera";
const REFUSALS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
};

/**
 * Look through the camera. `see` is called with the texts in each picture, and says whether it
 * took one: then the camera goes off. `tell` hears what changes: asking, looking, offline; and
 * why it is over: denied, missing, busy, idle. `flip` is the button for the other camera.
 */
export function openScanner({ video, flip, pictures, facing, see, tell }) {
  let stream = null;
  let run = 0;
  let told = "";

  async function start() {
    stop();
    const mine = run;
    if (!navigator.mediaDevices?.getUserMedia) return say("missing");
    say("asking");
    try {
      const opened = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: { ideal: readSide() }, width: { ideal: 1_280 }, height: { ideal: 1_280 } },
      });
      if (mine !== run) return opened.getTracks().forEach((track) => track.stop());
      stream = opened;
      video.srcObject = stream;
      video.dataset.mirrored = stream.getVideoTracks()[0].getSettings().facingMode === "user";
      await video.play();
    } catch (error) {
      if (mine !== run) return undefined;
      stop();
      return say(REFUSALS[error.name] ?? "busy");
    }
    say("looking");
    flip.hidden = !(await hasTwoCameras());
    return look(mine, await makeReader());
  }

  async function look(mine, read) {
    const until = Date.now() + PATIENCE_MS;
    while (mine === run) {
      if (Date.now() > until) {
        stop();
        return say("idle");
      }
      const texts = await readOnce(read);
      if (mine !== run) return undefined;
      if (texts && see(texts)) return stop();
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
    return undefined;
  }

  async function readOnce(read) {
    try {
      const texts = await read();
      say("looking");
      return texts;
    } catch (error) {
      if (error instanceof NoAnswer) say("offline");
      // Signed out, or locked meanwhile: the page itself knows where to go then.
      else if (error instanceof Refusal && error.status === 401) location.reload();
      return null;
    }
  }

  /** The browser reads codes by itself where it can; else the server does. */
  async function makeReader() {
    const known = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
    let detector = FORMATS.every((format) => known?.includes(format))
      ? new BarcodeDetector({ formats: FORMATS }) : null;
    const canvas = document.createElement("canvas");
    return async () => {
      if (detector) {
        try {
          return (await detector.detect(video)).map(({ rawValue }) => rawValue);
        } catch {
          // Some phones name the formats and have nothing that reads them.
          detector = null;
        }
      }
      return (await call("POST", pictures, { body: await shoot(video, canvas) })).texts;
    };
  }

  function stop() {
    run += 1;
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    told = "";
  }

  function say(state) {
    if (state === told) return;
    told = state;
    tell(state);
  }

  const readSide = () => localStorage.getItem(SIDE) ?? facing;

  flip.addEventListener("click", () => {
    localStorage.setItem(SIDE, readSide() === "user" ? "environment" : "user");
    start();
  });
  return { start, stop };
}

/** Known only once one of them is open. */
async function hasTwoCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return devices.filter(({ kind }) => kind === "videoinput").length > 1;
}

/** Give what is seen as a JPEG, no larger than it has to be. */
async function shoot(video, canvas) {
  const { videoWidth: width, videoHeight: height } = video;
  const scale = Math.min(1, SENT_PX / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", SENT_QUALITY));
}
