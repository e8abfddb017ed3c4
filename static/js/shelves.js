/** The row of categories above the items of the till: a tap on one goes to its items. */

import { find } from "./page.js";

export function wireShelves() {
  find("items").addEventListener("click", (event) => {
    const shelf = event.target.closest("[data-shelf]")?.dataset.shelf;
    if (shelf) find(shelf).scrollIntoView({ block: "start" });
  });
}
