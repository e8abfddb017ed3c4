"""A fee invoice as PDF/A-3, tagged, with its e-invoice (Factur-X) inside."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as write_date
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as translate

from ledger.templatetags.money import money_of
from ledger.typed import write_percent
from merchants.e_invoices import FILE_NAME, has_e_invoice, write_e_invoice
from merchants.fee_months import FeeMove, go_on, list_fee_moves
from merchants.invoice_lines import list_lines
from merchants.models import FeeInvoice
from merchants.queries import number_settlements
from pos.print.drawable import Drawable
from pos.print.factur_x import declare_factur_x
from pos.print.fonts import list_faces
from pos.print.typesetter import Face, typeset

# As many settlements as are closed by hand in a month; the settlements' own page has all.
MOVES_MAX = 200
_DAY = "j M Y"
_SETTLED = "fee"


def draw_fee_invoice(invoice: FeeInvoice) -> bytes:
    """Draw an invoice; the same one gives the same bytes in one language.

    Raises:
        PagesFailed: it takes too much time or memory, or waits too long for its turn.
    """
    country = invoice.balance.merchant.country
    data = Drawable(country).clean(_list_data(invoice))
    faces = [Face(str(path), index) for path, index in list_faces(country)]
    has_data = has_e_invoice(invoice)
    # As it was checked: its letters are never replaced.
    data["attached"] = write_e_invoice(invoice) if has_data else ""
    pages = typeset(
        "fee_invoice",
        data,
        faces=faces,
        made_at=invoice.made_at,
        standards=("a-3a", "ua-1"),
    )
    return declare_factur_x(pages) if has_data else pages


def _list_data(invoice: FeeInvoice) -> dict[str, Any]:
    kind = translate("Credit note") if invoice.is_credit_note else translate("Invoice")
    heading = f"{kind} {invoice.label}"
    return {
        "lang": (get_language() or "en").partition("-")[0],
        "author": invoice.seller["name"],
        "title": f"{heading}, {invoice.buyer['name']}",
        "heading": heading,
        "subject": translate("Fees of %(month)s, by the clock of %(zone)s.")
        % {
            "month": write_date(invoice.month, "F Y"),
            "zone": invoice.balance.merchant.time_zone,
        },
        "footer": f"{heading} · {invoice.seller['name']}",
        "page": translate("Page %(page)s of %(pages)s"),
        "sides": [
            _describe(translate("From"), invoice.seller),
            _describe(translate("To"), invoice.buyer),
        ],
        "facts": [list(row) for row in _list_facts(invoice)],
        "lines": _list_lines(invoice),
        "vat": [list(row) for row in _list_vat(invoice)],
        "paid": list(_list_words(invoice)),
        "moves": _list_moves(invoice),
        "attached_as": FILE_NAME,
    }


def _describe(title: str, party: dict[str, str]) -> dict[str, Any]:
    town = " ".join(filter(None, (party["postcode"], party["town"], party["country"])))
    lines = [party["known_as"], party["line"], town]
    if party["vat_number"]:
        lines.append(translate("VAT number %(number)s") % {"number": party["vat_number"]})
    if party["tax_number"]:
        lines.append(translate("Tax number %(number)s") % {"number": party["tax_number"]})
    return {"title": title, "name": party["name"], "lines": list(filter(None, lines))}


def _list_facts(invoice: FeeInvoice) -> Iterator[tuple[str, str]]:
    last_day = go_on(invoice.month, months=1) - timedelta(days=1)
    yield translate("Number"), invoice.label
    yield translate("Date"), write_date(invoice.issued_on, _DAY)
    period = {
        "first": write_date(invoice.month, _DAY),
        "last": write_date(last_day, _DAY),
    }
    yield translate("Period"), translate("%(first)s to %(last)s") % period


def _list_lines(invoice: FeeInvoice) -> dict[str, Any]:
    def write(*amounts: int) -> list[str]:
        return [money_of(each, invoice.currency) for each in amounts]

    sign = -1 if invoice.is_credit_note else 1
    net_minor, vat_minor = sign * invoice.net_minor, sign * invoice.vat_minor
    return {
        "title": translate("Fees"),
        "heads": [
            translate("Service"),
            translate("Net"),
            translate("VAT"),
            translate("Total"),
        ],
        "rows": [
            [
                line.words,
                *write(line.net_minor, line.gross_minor - line.net_minor, line.gross_minor),
            ]
            for line in list_lines(invoice)
        ],
        "total": [
            translate("Total"),
            *write(net_minor, vat_minor, sign * invoice.total_minor),
        ],
    }


def _list_vat(invoice: FeeInvoice) -> Iterator[tuple[str, str]]:
    if invoice.exemption:
        yield translate("No VAT"), invoice.exemption
    else:
        words = translate("%(rate)s %% in the total: %(vat)s on %(net)s net")
        yield (
            translate("VAT"),
            words
            % {
                "rate": write_percent(invoice.vat_bps),
                "vat": money_of(abs(invoice.vat_minor), invoice.currency),
                "net": money_of(abs(invoice.net_minor), invoice.currency),
            },
        )


def _list_words(invoice: FeeInvoice) -> Iterator[str]:
    if invoice.is_credit_note:
        yield translate("More was given back than taken: it is on your account already.")
    else:
        yield translate("Your settlements have paid it already. Nothing is to be paid.")
    if not has_e_invoice(invoice):
        yield translate(
            "No e-invoice is attached: the European standard writes two decimals at most."
        )


def _list_moves(invoice: FeeInvoice) -> dict[str, Any]:
    moves = list_fee_moves(
        invoice.balance.payable_account_id,
        since=invoice.since,
        until=invoice.until,
        most=MOVES_MAX + 1,
    )
    shown = moves[:MOVES_MAX]
    numbers = number_settlements(move.reference for move in shown if move.kind == _SETTLED)
    zone = ZoneInfo(invoice.balance.merchant.time_zone)
    rows = [
        [
            _name(move, numbers),
            write_date(move.posted_at.astimezone(zone), _DAY),
            money_of(move.amount_minor, invoice.currency),
        ]
        for move in shown
    ]
    total = money_of(invoice.total_minor, invoice.currency)
    words = ngettext(
        "The first %(count)s is listed; the page of your settlements has all.",
        "The first %(count)s are listed; the page of your settlements has all.",
        MOVES_MAX,
    )
    return {
        "title": translate("What was taken"),
        "heads": [translate("By"), translate("Day"), translate("Fees")],
        "rows": rows,
        "total": [translate("Total of the month"), "", total],
        "further": words % {"count": MOVES_MAX} if len(moves) > MOVES_MAX else "",
    }


def _name(move: FeeMove, numbers: dict[str, int]) -> str:
    if move.reference in numbers:
        return translate("Settlement ST-%(number)s") % {
            "number": f"{numbers[move.reference]:04}"
        }
    return translate("Correction by hand")
