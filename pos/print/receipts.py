"""A receipt as PDF: a slip of 80 mm with its items, refunds and VAT."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as translate

from foundation.templatetags.moments import write_moment
from ledger.templatetags.money import money_of
from merchants.sellers import Seller
from pos.discounts import list_discounts
from pos.models import Charge, ChargeDiscount, ChargeLine, Refund
from pos.print.drawable import Drawable
from pos.print.fonts import list_faces
from pos.print.typesetter import Face, take_guest_place, typeset
from pos.vat import Vat, list_refund_vat, list_vat

_TIME = "j M Y, H:i:s"
# Some thirty kilobytes each. Somebody who has a link and asks again and again costs nothing.
_KEPT_MAX = 256


def draw_receipt(charge: Charge, refunds: Sequence[Refund], seller: Seller) -> bytes:
    """Draw the receipt of a captured charge; its store and merchant must be loaded.

    The same receipt is drawn once in a process, as long as it is among the last ones asked for.

    Raises:
        PagesFailed: it takes too much time or memory, or too many others wait.
    """
    merchant = charge.store.merchant
    data = Drawable(merchant.country).clean(describe_receipt(charge, refunds, seller))
    changed_at = max(filter(None, [charge.captured_at, *(one.created_at for one in refunds)]))
    return _draw(json.dumps(data), merchant.country, changed_at)


@lru_cache(maxsize=_KEPT_MAX)
def _draw(data: str, country: str, made_at: datetime) -> bytes:
    faces = [Face(str(path), index) for path, index in list_faces(country)]
    with take_guest_place():
        return typeset("receipt", json.loads(data), faces=faces, made_at=made_at)


def describe_receipt(
    charge: Charge, refunds: Sequence[Refund], seller: Seller
) -> dict[str, Any]:
    """Return the texts of a receipt, in the order in which every paper has them."""
    store, zone = charge.store, ZoneInfo(charge.store.time_zone)
    lines = list(charge.lines.all())
    vat = list_vat(charge, lines)
    return {
        "lang": (get_language() or "en").partition("-")[0],
        "author": "Tessera",
        "title": f"{translate('Receipt')} {charge.receipt_number}, {store.name}",
        "heading": store.name,
        "place": list(_list_place(charge, seller)),
        "items": {
            "heads": [translate("Item"), translate("Price")],
            "rows": [*_list_sold(charge, lines, vat)],
            "total": [translate("Paid"), money_of(charge.amount_minor, charge.currency)],
        },
        "refunds": {
            "heads": [translate("Refunded"), translate("Amount")],
            "rows": [_write_refund(refund, zone) for refund in refunds],
        },
        "vat": list(_list_tables(charge, vat, refunds)),
        "note": _write_note(charge) if vat else "",
        "facts": [list(fact) for fact in _list_facts(charge, zone)],
        "footer": _write_footer(charge),
    }


def _write_footer(charge: Charge) -> str:
    times = f"{translate('All times in shop time')} ({charge.store.time_zone})."
    return times if charge.is_cash else f"{translate('Paid with Tessera.')} {times}"


def _list_place(charge: Charge, seller: Seller) -> Iterator[str]:
    store, merchant = charge.store, charge.store.merchant
    if merchant.name != store.name:
        yield merchant.name
    if seller.legal_name:
        yield seller.legal_name
    place = ", ".join(filter(None, [store.street, store.city]))
    if place:
        yield place
    if seller.vat_number:
        yield translate("VAT number %(number)s") % {"number": seller.vat_number}


def _list_sold(
    charge: Charge, lines: Sequence[ChargeLine], vat: Sequence[Vat]
) -> Iterator[dict[str, Any]]:
    yield from [_write_line(line) for line in lines] or [_write_sale(charge)]
    yield from map(_write_discount, list_discounts(charge, lines))
    if charge.vat_is_added:
        for row in vat:
            label = translate("VAT %(percent)s %%") % {"percent": row.percent}
            yield _write_row(label, [row.vat_minor], charge.currency)
    if charge.tip_minor:
        yield _write_row(translate("Tip"), [charge.tip_minor], charge.currency)


def _write_line(line: ChargeLine) -> dict[str, Any]:
    each = money_of(line.unit_price_minor, line.currency) if line.quantity != 1 else ""
    label = f"{line.quantity} \N{MULTIPLICATION SIGN} {line.name}"
    below = " · ".join(filter(None, [line.choices, each, line.note]))
    return _write_row(label, [line.price_minor], line.currency, below=below)


def _write_discount(given: ChargeDiscount) -> dict[str, Any]:
    label = translate("Discount")
    if given.percent:
        label = translate("%(percent)s %% off") % {"percent": given.percent}
    below = " · ".join(filter(None, [given.name, given.reason]))
    return _write_row(label, [-given.amount_minor], given.currency, below=below)


def _write_sale(charge: Charge) -> dict[str, Any]:
    label = charge.description or translate("Sale")
    return _write_row(label, [charge.goods_minor], charge.currency)


def _write_refund(refund: Refund, zone: ZoneInfo) -> dict[str, Any]:
    label = write_moment(refund.created_at.astimezone(zone), _TIME)
    made_by = refund.made_by or translate("Merchant's server")
    if refund.tip_minor:
        tip = money_of(refund.tip_minor, refund.currency)
        made_by += " · " + translate("of which tip %(tip)s") % {"tip": tip}
    row = _write_row(label, [-refund.amount_minor], refund.currency, below=made_by)
    return row | {"reference": refund.public_id}


def _write_row(
    label: str, minors: Sequence[int], currency: str, *, below: str = ""
) -> dict[str, Any]:
    amounts = [money_of(each, currency) for each in minors]
    return {"label": label, "below": below, "reference": "", "amounts": amounts}


def _list_tables(
    charge: Charge, vat: Sequence[Vat], refunds: Sequence[Refund]
) -> Iterator[dict[str, Any]]:
    if not vat:
        return
    zone = ZoneInfo(charge.store.time_zone)
    yield _write_table(translate("VAT of the sale"), vat, charge.currency)
    for refund in refunds:
        # Given back, so below zero.
        table = [Vat(bps, -gross, -part) for bps, gross, part in list_refund_vat(refund)]
        if table:
            time = write_moment(refund.created_at.astimezone(zone), _TIME)
            title = translate("VAT given back, %(time)s") % {"time": time}
            yield _write_table(title, table, refund.currency)


def _write_table(title: str, vat: Iterable[Vat], currency: str) -> dict[str, Any]:
    heads = [translate("VAT rate"), translate("Net"), translate("VAT"), translate("Gross")]
    rows = [
        _write_row(
            translate("%(percent)s %%") % {"percent": row.percent},
            [row.net_minor, row.vat_minor, row.gross_minor],
            currency,
        )
        for row in vat
    ]
    return {"title": title, "heads": heads, "rows": rows}


def _write_note(charge: Charge) -> str:
    rounded = translate("VAT is rounded once for each rate of a receipt.")
    untaxed = translate("The tip bears no VAT.") if charge.tip_minor else ""
    return f"{rounded} {untaxed}".strip()


def _list_facts(charge: Charge, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    yield translate("Receipt"), charge.receipt_number
    if charge.captured_at:
        yield translate("Time"), write_moment(charge.captured_at.astimezone(zone), _TIME)
    yield translate("Reference"), charge.short_code_grouped
    if charge.reference:
        yield translate("Shop reference"), charge.reference
    if charge.is_cash:
        yield from _list_cash(charge)
    else:
        yield translate("Paid by"), charge.payer_name
    if charge.terminal:
        made_by = [charge.terminal.name, charge.cashier_name]
        yield translate("Till"), " · ".join(filter(None, made_by))


def _list_cash(charge: Charge) -> Iterator[tuple[str, str]]:
    if charge.rounding_minor:
        yield translate("Rounded for cash"), money_of(charge.rounding_minor, charge.currency)
    yield translate("Paid in cash"), money_of(charge.given_minor or 0, charge.currency)
    yield pgettext("coins given back", "Change"), money_of(charge.change_minor, charge.currency)
