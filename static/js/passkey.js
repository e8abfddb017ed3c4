/** Passkeys: asks the browser for what the form wants, and sends its answer with the form. */

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const readIds = (list = []) => list.map((each) => ({ ...each, id: toBytes(each.id) }));

/** Return the question as the browser takes it: with bytes where JSON has text. */
function readQuestion(text) {
  const question = JSON.parse(text);
  question.challenge = toBytes(question.challenge);
  if (question.user) question.user.id = toBytes(question.user.id);
  if (question.excludeCredentials) question.excludeCredentials = readIds(question.excludeCredentials);
  if (question.allowCredentials) question.allowCredentials = readIds(question.allowCredentials);
  return question;
}

/** Return the browser's answer as JSON, with text where it has bytes. */
function writeAnswer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: id, type, response, clientExtensionResults: {} });
}

async function ask(form) {
  const publicKey = readQuestion(form.dataset.question);
  const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
  form.querySelector("[data-passkey-answer]").value = writeAnswer(credential);
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("[data-passkey]") : []) {
  const refusal = form.querySelector("[data-passkey-refusal]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    refusal.hidden = true;
    try {
      await ask(form);
      form.submit();
    } catch {
      // Refused, taken too long for, or no key of this place on the device: the browser does not tell which.
      refusal.hidden = false;
    }
  });
}
