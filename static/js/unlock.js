/** The PIN pad of the lock screen: real buttons that type into the one PIN field. */

const DIGITS = 6;
const form = document.querySelector("#unlock");
const pin = document.querySelector("#pin");
const pad = document.querySelector("#pad");

function type(key) {
  document.querySelector("#error").textContent = "";
  pin.classList.remove("wrong");
  pin.removeAttribute("aria-invalid");
  if (key === "clear") pin.value = "";
  else if (key === "back") pin.value = pin.value.slice(0, -1);
  else if (pin.value.length < DIGITS) pin.value += key;
  submitWhenFull();
}

function submitWhenFull() {
  if ([...pin.value].length === DIGITS && form.checkValidity()) form.requestSubmit();
}

if (form) {
  pad.hidden = false;
  // The pad replaces the screen keyboard; a real keyboard still types here.
  pin.inputMode = "none";
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) type(key);
  });
  pin.addEventListener("input", submitWhenFull);
  form.addEventListener("change", () => pin.focus({ preventScroll: true }));
  if (form.querySelector("[name=cashier]:checked")) pin.focus({ preventScroll: true });
}
