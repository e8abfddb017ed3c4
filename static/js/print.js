/** Shows the print buttons, which need a script to do anything. */
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A receipt that is not numbered yet is a matter of a second or two.
if (document.querySelector("[data-look-again]")) setTimeout(() => location.reload(), 2000);
