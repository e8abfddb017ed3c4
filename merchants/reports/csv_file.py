"""A settlement as a CSV file; an export equals the page and carries its control total."""

import hashlib
from collections.abc import Iterable, Iterator

from merchants.layouts import Layout
from merchants.models import Settlement
from merchants.reports.files import FindMakers, Row, read_made_lines
from merchants.reports.people import PeopleFile
from merchants.reports.program import ProgramFile, write_rows


def write_settlement_csv(
    settlement: Settlement, layout: Layout, *, find_makers: FindMakers
) -> Iterator[str]:
    """Write head, lines, control total, SHA-256 and END, some thousand lines at a time.

    The hash covers everything before its own row, so that a truncated or changed file is
    detected.
    """
    file = PeopleFile(settlement, layout) if layout.is_for_people else ProgramFile(settlement)
    digest = hashlib.sha256(layout.mark.encode())
    begin = layout.mark
    for rows in _write_blocks(file, find_makers):
        text = write_rows(rows, separator=layout.separator)
        digest.update(text.encode())
        yield begin + text
        begin = ""
    yield write_rows(file.write_end(digest.hexdigest()), separator=layout.separator)


def _write_blocks(
    file: PeopleFile | ProgramFile, find_makers: FindMakers
) -> Iterator[Iterable[Row]]:
    yield file.write_head()
    for lines in read_made_lines(file.settlement, find_makers):
        yield [row for line, maker in lines for row in file.write_line(line, maker)]
    yield file.write_total()
