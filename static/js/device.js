/** The tablet itself: three short tunes and a voice, their switch, and a screen that stays on. */

import { find } from "./page.js";
import { gettext } from "./server.js";

// Notes: hertz, start and length in seconds.
const TUNES = {
  paid: [
    [659, 0, 0.09],
    [988, 0.09, 0.16],
  ],
  declined: [[220, 0, 0.18]],
  scanned: [[1200, 0, 0.03]],
};
const VOLUME = 0.25; // -12 dB
const ATTACK_S = 0.008;
let context = null;
let lock = null;
let isNeeded = false;
let isAsked = false;

/** Wake the speaker; browsers allow it only while a tap or key is handled. */
export function unlock() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

// Money may come in by a counter code before anybody charges: whatever is pressed first will do.
for (const sign of ["click", "keydown"]) addEventListener(sign, unlock, { capture: true, once: true });
// This script comes late, and the press may have been before.
if (navigator.userActivation?.hasBeenActive) unlock();

/** What is heard, one after the other by the button; a voice only where the browser has one. */
const SOUNDS = { on: gettext("Sound on"), voice: gettext("Sound and voice"), off: gettext("Sound off") };
if (!globalThis.speechSynthesis) delete SOUNDS.voice;
const heard = () => Object.keys(SOUNDS).find((each) => each === localStorage.getItem("tessera.sound")) ?? "on";

export function play(name) {
  if (!context || heard() === "off") return;
  for (const [hertz, start, length] of TUNES[name]) {
    const at = context.currentTime + start;
    const note = context.createOscillator();
    const gain = context.createGain();
    note.frequency.value = hertz;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(VOLUME, at + ATTACK_S);
    gain.gain.setValueAtTime(VOLUME, at + length - ATTACK_S);
    gain.gain.linearRampToValueAtTime(0, at + length);
    note.connect(gain).connect(context.destination);
    note.start(at);
    note.stop(at + length);
  }
}

/** Say it aloud, so that nobody has to look at a customer's screen. */
export function say(text) {
  if (heard() !== "voice") return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = document.documentElement.lang;
  speechSynthesis.speak(words);
}

/** Keep the screen on while a code is shown or looked for; plain http and a low battery refuse. */
export async function stayAwake(needed) {
  isNeeded = needed;
  if (!needed) lock?.release().catch(() => {});
  if (!needed || lock || isAsked || document.visibilityState !== "visible") return;
  isAsked = true;
  const given = await navigator.wakeLock?.request("screen").catch(() => null);
  isAsked = false;
  lock = given ?? null;
  lock?.addEventListener("release", () => {
    lock = null;
  });
  // It may have become needless while the browser thought about it.
  if (!isNeeded) stayAwake(false);
}

document.addEventListener("visibilitychange", () => stayAwake(isNeeded));

/** Let the button go from one sound to the next, and say which it is. */
function wireSound(button) {
  const draw = () => {
    button.lastElementChild.textContent = SOUNDS[heard()];
    button.setAttribute("aria-label", button.lastElementChild.textContent);
  };
  button.addEventListener("click", () => {
    const all = Object.keys(SOUNDS);
    localStorage.setItem("tessera.sound", all[(all.indexOf(heard()) + 1) % all.length]);
    draw();
    unlock();
    play("scanned");
    say(SOUNDS[heard()]);
  });
  draw();
}

if (find("sound")) wireSound(find("sound"));
