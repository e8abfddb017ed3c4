"""What checking the books needs to ask, and what it finds; standard library only."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Row = Sequence[str | None]
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the books that is not as it was or cannot be; `subject` names the row."""

    subject: str
    fault: str


class AuditSource(Protocol):
    """One unchanging state of the books, that answers SQL which PostgreSQL and SQLite know.

    All answers are text as PostgreSQL writes it. `earliest` is before every instant, and
    `total` is the name of the function that sums up amounts of any size.
    """

    earliest: str
    total: str

    def read(self, question: str, values: Sequence[str | int] = ()) -> Iterator[Row]:
        """Return the rows of an answer one by one; `%s` stands for a value."""
        ...
