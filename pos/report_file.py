"""A report as a CSV file, in the layout of a spreadsheet or of a program."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext

from merchants.layouts import Layout
from merchants.reports.program import write_rows
from pos.report_sums import By
from pos.reports import Line, Report

Row = list[str | int]


def write_report_csv(by: By, reports: Iterable[Report], layout: Layout) -> Iterator[str]:
    """Write a row of titles, then each line of each currency; sums would count twice."""
    yield layout.mark + write_rows([_list_titles(by, layout)], separator=layout.separator)
    for report in reports:
        rows = [_list_fields(report, line, layout) for line in report.lines]
        yield write_rows(rows, separator=layout.separator)


def name_by(by: By) -> str:
    """Return the word for what a report is split by."""
    return {
        By.DAY: gettext("Day"),
        By.STORE: gettext("Store"),
        By.TILL: gettext("Till"),
        By.CASHIER: gettext("Cashier"),
        By.ITEM: gettext("Item"),
        By.VAT: gettext("VAT rate"),
    }[by]


def counts_pieces(by: By) -> bool:
    """Return whether a report counts pieces sold, not sales."""
    return by in {By.ITEM, By.VAT}


def _list_titles(by: By, layout: Layout) -> list[str]:
    vat: list[str] = []
    if not layout.is_for_people:
        count = "pieces" if counts_pieces(by) else "sales"
        if by == By.VAT:
            vat = ["vat", "without_vat"]
        key = "rate_bps" if by == By.VAT else by.value
        return [key, count, "gross", "refunds", "tips", "fee", "net", *vat, "currency"]
    if by == By.VAT:
        vat = [gettext("VAT"), gettext("Without VAT")]
    return [
        name_by(by),
        gettext("Pieces") if counts_pieces(by) else gettext("Number of sales"),
        gettext("Gross"),
        gettext("Refunds"),
        gettext("Of which tips"),
        gettext("Fee"),
        gettext("Net"),
        *vat,
        gettext("Currency"),
    ]


def _list_fields(report: Report, line: Line, layout: Layout) -> Row:
    def money(amount_minor: int) -> str:
        return layout.write_amount(amount_minor, report.currency)

    vat: list[str] = []
    if report.by == By.VAT:
        vat_minor = line.vat_minor
        vat = (
            ["", ""]
            if vat_minor is None
            else [money(vat_minor), money(line.turnover_minor - vat_minor)]
        )
    return [
        _write_key(report.by, line, layout),
        line.count,
        money(line.sold_minor),
        money(-line.refunded_minor),
        money(line.tip_minor),
        money(-line.fee_minor),
        money(line.net_minor),
        *vat,
        report.currency,
    ]


def _write_key(by: By, line: Line, layout: Layout) -> str:
    if line.day is not None:
        return line.day.isoformat()
    if by == By.VAT and not layout.is_for_people:
        if line.is_tips:
            return "tips"
        return "" if line.vat_bps is None else str(line.vat_bps)
    return line.label if by == By.VAT else layout.write_text(line.label)
