/** A PIN that is asked for: only what is typed here counts, nothing that a browser has saved. */

// How typing, pasting and deleting call themselves; what fills fields in by itself does not.
const BY_HAND = /^(insertText|insertCompositionText|insertFromPaste|delete|history)/;

const field = document.getElementById("pin");
let typed = "";

const isByHand = (event) => event.isTrusted && BY_HAND.test(event.inputType ?? "");

if (field) {
  field.value = "";
  // What was put in without a word is no part of what is typed now.
  field.addEventListener("beforeinput", (event) => {
    if (isByHand(event) && field.value !== typed) field.value = typed = "";
  });
  field.addEventListener("input", (event) => {
    if (isByHand(event)) typed = field.value;
    else field.value = typed;
  });
  field.form.addEventListener(
    "submit",
    () => {
      if (field.value !== typed) field.value = typed = "";
    },
    { capture: true },
  );
}
