"""A settlement's statement as PDF: figures, sub-totals, and its first thousand lines."""

from collections.abc import Iterator
from typing import Any

from django.utils.dateformat import format as write_date
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as translate

from ledger.templatetags.money import money_of
from merchants.models import LineKind, SettlementLine
from merchants.reports.facts import label_figures
from merchants.reports.files import Maker, list_figures
from merchants.reports.paper import Paper
from merchants.reports.subtotals import Part, Subtotal, Sums, list_amounts
from merchants.reports.words import describe_older_sale, describe_version
from pos.print.drawable import Drawable
from pos.print.fonts import list_faces
from pos.print.typesetter import Face, typeset

# More take megabytes of paper that nobody reads; the CSV has them all.
LINES_MAX = 1000
_DAY = "j M Y"
_TIME = f"{_DAY}, H:i:s"


def draw_statement(paper: Paper) -> bytes:
    """Draw the statement; the same settlement gives the same bytes in one language.

    Raises:
        PagesFailed: it takes too much time or memory, or waits too long for its turn.
    """
    country = paper.settlement.balance.merchant.country
    data = Drawable(country).clean(_list_data(paper))
    faces = [Face(str(path), index) for path, index in list_faces(country)]
    return typeset("statement", data, faces=faces, made_at=paper.settlement.closed_at)


def _list_data(paper: Paper) -> dict[str, Any]:
    settlement = paper.settlement
    number = f"ST-{settlement.number:04}"
    heading = f"{translate('Settlement')} {number}"
    return {
        "lang": (get_language() or "en").partition("-")[0],
        "author": "Tessera",
        "title": f"{heading}, {settlement.balance.merchant.name}",
        "heading": heading,
        "subject": _write_subject(paper),
        "footer": f"{heading} · {settlement.balance.merchant.name} · {settlement.currency}",
        "page": translate("Page %(page)s of %(pages)s"),
        "sides": [
            {"title": side.title, "name": side.name, "lines": side.lines}
            for side in paper.sides
        ],
        "figures": _list_figures(paper),
        "carry": paper.carry_words,
        "facts": {
            "title": translate("Facts"),
            "rows": [list(row) for row in _list_facts(paper)],
        },
        "parts": [
            *(_list_part(paper, part) for part in paper.subtotals.parts),
            *_list_rates(paper),
        ],
        "lines": _list_lines(paper),
        "totals": {
            "title": translate("Control"),
            "rows": [list(row) for row in _list_totals(paper)],
        },
    }


def _write_subject(paper: Paper) -> str:
    settlement, period = paper.settlement, paper.settlement.period
    words = translate(
        "From %(start)s until %(end)s, by the clock of %(zone)s. In %(currency)s."
    )
    # The midnight that ends a day belongs to the next.
    end = write_date(period.end, _TIME) if period.ends_within_day else ""
    return words % {
        "start": write_date(period.start, _TIME),
        "end": end or f"{write_date(period.last_day, _DAY)}, 24:00:00",
        "zone": settlement.balance.merchant.time_zone,
        "currency": settlement.currency,
    }


def _list_figures(paper: Paper) -> dict[str, Any]:
    settlement, labels = paper.settlement, label_figures()
    counts = {"sales": settlement.sales_count, "refunds": settlement.refunds_count}
    rows = [
        [
            f"{labels[name]} ({counts[name]})" if name in counts else labels[name],
            money_of(amount_minor, settlement.currency),
        ]
        for name, amount_minor in list_figures(settlement)
    ]
    return {
        "title": translate("What is settled"),
        "heads": [translate("Figure"), translate("Amount")],
        "rows": rows,
    }


def _list_facts(paper: Paper) -> Iterator[tuple[str, str]]:
    settlement, due = paper.settlement, paper.settlement.payout_due_on
    yield translate("Reference"), settlement.public_id
    yield translate("Payout due"), write_date(due, _DAY) if due else "-"
    yield from paper.hold_words
    yield translate("Fees"), " ".join(paper.fee_words)


def _list_part(paper: Paper, part: Part) -> dict[str, Any]:
    heads = [part.head, translate("Sales"), translate("Refunds"), translate("Fees")]
    return {
        "title": part.title,
        "heads": [*heads, translate("Net")],
        "rows": [[_write_label(part, row), *_list_sums(paper, row)] for row in part.rows],
        "total": [translate("Total"), *_list_sums(paper, paper.subtotals.total)],
    }


def _list_rates(paper: Paper) -> Iterator[dict[str, Any]]:
    subtotals, currency = paper.subtotals, paper.settlement.currency
    if not subtotals.rates:
        return

    def write(sums: Sums, vat_minor: int) -> list[str]:
        amounts = [amount_minor for _, amount_minor in list_amounts(sums)]
        return [money_of(each, currency) for each in (*amounts, vat_minor)]

    heads = [translate("VAT rate"), translate("Sales"), translate("Refunds")]
    yield {
        "title": translate("By VAT rate"),
        "heads": [*heads, translate("Fees"), translate("Net"), translate("VAT in it")],
        "rows": [[row.label, *write(row, row.vat_minor)] for row in subtotals.rates],
        "total": [translate("Total"), *write(subtotals.total, subtotals.vat_minor)],
    }


def _write_label(part: Part, row: Subtotal) -> str:
    if row.day:
        return write_date(row.day, f"D {_DAY}")
    label = str(part.label(row))
    return f"{label} · {row.store}" if part.key == "till" else label


def _list_sums(paper: Paper, row: Subtotal) -> list[str]:
    currency = paper.settlement.currency
    sums = {name: money_of(amount_minor, currency) for name, amount_minor in list_amounts(row)}
    sums["sales"] += f" ({row.sales_count})"
    sums["refunds"] += f" ({row.refunds_count})"
    return list(sums.values())


def _list_lines(paper: Paper) -> dict[str, Any]:
    further = paper.further_count
    words = ngettext(
        "%(count)s further line is in the CSV.",
        "%(count)s further lines are in the CSV.",
        further,
    )
    return {
        "title": translate("Sales and refunds"),
        "none": translate("No sale and no refund in this settlement."),
        "heads": [
            translate("Time"),
            translate("Kind"),
            translate("Payment"),
            translate("Shop"),
            translate("Gross"),
            translate("Fee"),
            translate("Net"),
        ],
        "rows": [_list_fields(paper, line, maker) for line, maker in paper.lines],
        "further": words % {"count": f"{further:,}"} if further else "",
    }


def _list_fields(paper: Paper, line: SettlementLine, maker: Maker) -> list[str]:
    settlement, currency = paper.settlement, paper.settlement.currency
    is_sale = line.kind == LineKind.SALE
    made = [maker.till, maker.cashier, describe_older_sale(line, settlement)]
    made += [maker.method_short, describe_version(line)]
    return [
        write_date(line.at.astimezone(settlement.period.start.tzinfo), _TIME),
        translate("Sale") if is_sale else translate("Refund"),
        line.short_code_grouped,
        line.refund_ref,
        line.store.name,
        " · ".join(filter(None, made)),
        money_of(line.signed_minor, currency),
        money_of(-line.fee_minor, currency),
        money_of(line.net_minor, currency),
    ]


def _list_totals(paper: Paper) -> Iterator[tuple[str, str]]:
    yield translate("Lines"), str(paper.count)
    yield translate("Total net"), money_of(paper.net_minor, paper.settlement.currency)
    yield translate("Checksum (SHA-256 of the file for programs)"), paper.checksum
