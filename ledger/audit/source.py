"""The books as a verifier reads them, and its findings; standard library only."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Row = Sequence[str | None]
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in the books; `subject` names the row."""

    subject: str
    fault: str


class AuditSource(Protocol):
    """One unchanging state of the books, queried in SQL valid in PostgreSQL and SQLite.

    All answers are text as PostgreSQL writes it. `earliest` is before every instant, and
    `total` is the name of the function that sums up amounts of any size.
    """

    earliest: str
    total: str

    def read(self, question: str, values: Sequence[str | int] = ()) -> Iterator[Row]:
        """Yield the rows of an answer; `%s` stands for a value."""
        ...
