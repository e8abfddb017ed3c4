/** The tablet itself: three short tunes out of oscillators, their switch, and a screen that stays on. */

// Notes: hertz, start and length in seconds.
const TUNES = {
  paid: [[659, 0, 0.09], [988, 0.09, 0.16]],
  declined: [[220, 0, 0.18]],
  scanned: [[1200, 0, 0.03]],
};
const VOLUME = 0.25; // -12 dB
const ATTACK_S = 0.008;
let context = null;
let lock = null;
let isNeeded = false;

/** Wake the speaker; browsers allow it only while a tap or key is handled. */
export function unlock() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

// Money may come in by a counter code before anybody charges: whatever is pressed first will do.
for (const sign of ["click", "keydown"]) addEventListener(sign, unlock, { capture: true, once: true });

export const isMuted = () => localStorage.getItem("tessera.sound") === "off";

export function play(name) {
  if (!context || isMuted()) return;
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

/** Keep the screen on while a code is shown; plain http and a low battery refuse. */
export async function stayAwake(needed) {
  isNeeded = needed;
  if (!needed) lock?.release().catch(() => {});
  if (!needed || lock || document.visibilityState !== "visible") return;
  lock = await navigator.wakeLock?.request("screen").catch(() => null);
  lock?.addEventListener("release", () => { lock = null; });
}

document.addEventListener("visibilitychange", () => stayAwake(isNeeded));

/** Let the button switch the sound off and on, and say which it is. */
function wireSound(button) {
  const draw = () => {
    button.lastElementChild.textContent = isMuted() ? "Sound off" : "Sound on";
    button.setAttribute("aria-label", button.lastElementChild.textContent);
  };
  button.addEventListener("click", () => {
    localStorage.setItem("tessera.sound", isMuted() ? "on" : "off");
    draw();
    unlock();
    play("scanned");
  });
  draw();
}

if (document.getElementById("sound")) wireSound(document.getElementById("sound"));
