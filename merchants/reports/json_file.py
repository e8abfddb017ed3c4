"""A settlement as one JSON document, with the names of the file for programs."""

import json
from collections.abc import Iterator

from merchants.models import Settlement
from merchants.reports.files import FindMakers, read_made_lines
from merchants.reports.program import Checksum, ProgramFile


def write_settlement_json(settlement: Settlement, *, find_makers: FindMakers) -> Iterator[str]:
    """Write settlement, lines, total and checksum, some thousand lines at a time.

    Amounts are texts with all decimals of the currency, as in the file for programs; a cut
    file is no JSON.
    """
    file, checksum = ProgramFile(settlement), Checksum(settlement)
    yield f'{{"settlement": {_write(dict(file.list_facts()))},\n"lines": ['
    separator = "\n"
    for lines in read_made_lines(settlement, find_makers):
        checksum.add(lines)
        texts = (_write(file.list_fields(line, maker)) for line, maker in lines)
        yield separator + ",\n".join(texts)
        separator = ",\n"
    yield f'],\n"total": {_write(file.list_totals())},\n"sha256": "{checksum.finish()}"}}\n'


def _write(value: dict[str, str | int]) -> str:
    return json.dumps(value, ensure_ascii=False)
