"""A settlement as a CSV file; an export equals the page and carries its control total."""

import hashlib
from collections.abc import Iterable, Iterator

from merchants.layouts import Layout
from merchants.models import Settlement
from merchants.reports.files import FindMakers, Row, WriteLines, read_made_lines
from merchants.reports.people import PeopleFile
from merchants.reports.program import (
    ProgramFile,
    compute_checksum,
    write_program_file,
    write_rows,
)


def write_settlement_csv(
    settlement: Settlement,
    layout: Layout,
    *,
    find_makers: FindMakers,
    write_lines: WriteLines,
) -> Iterator[str]:
    """Write head, lines, control total, SHA-256 and END, some thousand lines at a time.

    The hash covers everything before its own row, so that a truncated or changed file is
    detected.
    """
    if not layout.is_for_people:
        return _write_for_programs(settlement, write_lines)
    file = PeopleFile(settlement, layout)
    return _write_for_people(file, _write_blocks(file, find_makers, write_lines))


def _write_for_programs(settlement: Settlement, write_lines: WriteLines) -> Iterator[str]:
    digest = hashlib.sha256()
    for text in write_program_file(settlement, write_lines):
        digest.update(text.encode())
        yield text
    yield ProgramFile(settlement).write_end(digest.hexdigest())


def _write_for_people(file: PeopleFile, blocks: Iterator[Iterable[Row]]) -> Iterator[str]:
    layout = file.layout
    digest, begin = hashlib.sha256(layout.mark.encode()), layout.mark
    for rows in blocks:
        text = write_rows(rows, separator=layout.separator)
        digest.update(text.encode())
        yield begin + text
        begin = ""
    yield write_rows(file.write_end(digest.hexdigest()), separator=layout.separator)


def _write_blocks(
    file: PeopleFile, find_makers: FindMakers, write_lines: WriteLines
) -> Iterator[Iterable[Row]]:
    yield file.write_head()
    for lines in read_made_lines(file.settlement, find_makers):
        yield [row for line, maker in lines for row in file.write_line(line, maker)]
    yield file.write_total(compute_checksum(file.settlement, write_lines))
