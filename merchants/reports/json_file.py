"""A settlement as one JSON document, with the names of the file for programs."""

import json
from collections.abc import Iterator, Mapping, Sequence

from merchants.models import Settlement
from merchants.reports.files import FindMakers, WriteLines, read_made_lines
from merchants.reports.program import ProgramFile, compute_checksum
from merchants.reports.subtotals import (
    Part,
    Subtotal,
    Subtotals,
    SumUp,
    list_amounts,
    list_named_facts,
)


def write_settlement_json(
    settlement: Settlement, *, find_makers: FindMakers, sum_up: SumUp, write_lines: WriteLines
) -> Iterator[str]:
    """Write settlement, lines, total, sub-totals and checksum, some thousand lines at a time.

    Amounts are texts with all decimals of the currency, as in the file for programs; a cut
    file is no JSON.
    """
    file = ProgramFile(settlement)
    yield f'{{"settlement": {_write(dict(file.list_facts()))},\n"lines": ['
    separator = "\n"
    for lines in read_made_lines(settlement, find_makers):
        texts = (
            _write({**file.list_fields(line, maker), **file.list_sale_facts(line)})
            for line, maker in lines
        )
        yield separator + ",\n".join(texts)
        separator = ",\n"
    yield f'],\n"total": {_write(file.list_totals())},\n'
    subtotals = sum_up(settlement)
    yield f'"subtotals": {_write(_list_subtotals(subtotals, file))},\n'
    yield f'"vat": {_write(_list_rates(subtotals, file))},\n'
    yield f'"sha256": "{compute_checksum(settlement, write_lines)}"}}\n'


def _list_subtotals(
    subtotals: Subtotals, file: ProgramFile
) -> dict[str, list[dict[str, str | int]]]:
    return {
        part.key: [_list_fields(part, row, file) for row in part.rows]
        for part in subtotals.parts
    }


def _list_rates(subtotals: Subtotals, file: ProgramFile) -> list[dict[str, str]]:
    return [
        {"rate": "tips" if row.is_tips else row.percent}
        | {name: file.money(amount_minor) for name, amount_minor in list_amounts(row)}
        | {"vat": file.money(row.vat_minor)}
        for row in subtotals.rates
    ]


def _list_fields(part: Part, row: Subtotal, file: ProgramFile) -> dict[str, str | int]:
    counts = {"sales_count": row.sales_count, "refunds_count": row.refunds_count}
    amounts = {name: file.money(amount_minor) for name, amount_minor in list_amounts(row)}
    return dict(list_named_facts(part, row)) | counts | amounts


def _write(value: Mapping[str, object] | Sequence[object]) -> str:
    return json.dumps(value, ensure_ascii=False)
