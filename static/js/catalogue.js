/** The items on the till's page, and what has become of them since the page was drawn. */

import { find, heed } from "./page.js";
import { gettext } from "./server.js";

const listTiles = (page) =>
  new Map(
    [...page.querySelectorAll("[data-item]")].map((tile) => [
      tile.dataset.item,
      {
        tile,
        name: tile.dataset.name,
        price: Number(tile.dataset.price),
        article: tile.dataset.article,
        vat: tile.dataset.vat ? Number(tile.dataset.vat) : undefined,
      },
    ]),
  );

/** Read the page's items; `refresh` reads them again and says what changed of those in a sale. */
export function readCatalogue({ money }) {
  const catalogue = { items: listTiles(document), isOf, refresh };

  /** Whether these are the items of that version. */
  function isOf(version) {
    return find("items").dataset.version === version;
  }

  async function refresh(inSale) {
    const answer = await fetch(find("items").dataset.address, { cache: "no-store" }).then(heed, () => null);
    // Without an answer the old prices stay on the screen; the server has the last word on them.
    if (!answer?.ok) return [];
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("items");
    if (!fresh) {
      // Locked or unpaired meanwhile: the page says so.
      location.reload();
      return [];
    }
    const before = catalogue.items;
    for (const name of ["version", "vatMode", "vatDefault"]) find("items").dataset[name] = fresh.dataset[name];
    find("items").replaceChildren(...fresh.childNodes);
    catalogue.items = listTiles(document);
    return inSale.map((id) => tell(before.get(id), catalogue.items.get(id))).filter(Boolean);
  }

  function tell(before, now) {
    if (!now) return gettext("%(item)s is not sold any more and was taken off.", { item: before.name });
    if (now.price === before.price) return "";
    return gettext("%(item)s is now %(price)s.", { item: now.name, price: money(now.price) });
  }

  return catalogue;
}
