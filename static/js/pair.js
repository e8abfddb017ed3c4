/** A pairing code that was scanned from the dashboard stands behind the #, where no server and no log sees it. */

const field = document.getElementById("code");
const scanned = decodeURIComponent(location.hash.slice(1));

if (/^[0-9A-Z]{6}$/.test(scanned)) {
  field.value = scanned;
  // Neither the history nor a bookmark keeps it.
  history.replaceState(null, "", location.pathname);
  field.form.querySelector("button").focus();
}
