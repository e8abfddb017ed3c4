/** A typed code: Enter sends it, as from a field of one line; a long pasted one is set small. */

const field = document.getElementById("code");

const fit = () => field.classList.toggle("big", field.value.length <= Number(field.dataset.short));

field.addEventListener("input", fit);
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  field.form.requestSubmit();
});
fit();
field.setSelectionRange(field.value.length, field.value.length);
