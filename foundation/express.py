"""What the express lane hands to its handlers (`config/express.py`)."""

from collections.abc import Callable
from typing import Any, NamedTuple

# An answer's status and body; None: not answered here, and nothing was written.
Answered = tuple[int, dict[str, Any]] | None


class Asked(NamedTuple):
    """A request of the API with a bearer secret, read as strictly as can be.

    `key` is empty where none was sent, `body` where the request has none, and `reference` where
    the address names nothing.
    """

    secret: str
    key: str
    body: dict[str, Any]
    reference: str


# Raises what `api/outages.py` knows; what else it raises is a fault of ours.
Handler = Callable[[Asked], Answered]
