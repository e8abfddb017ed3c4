"""What the express lane (`config/express.py`) hands to its handlers and to the views."""

from collections.abc import Callable
from typing import Any, NamedTuple

from rest_framework.request import Request
from rest_framework.views import APIView

# Where a handler's failure stands in the request that is passed on.
FAILURE = "tessera.failure"

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


class ExpressView(APIView):
    """A view with a handler before it: raises what stopped the handler, as if it were its own.

    It must not ask again by itself: of a lost or doubtful commit nothing is known yet.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise the handler's failure, if there is one."""
        failure: Exception | None = request.META.get(FAILURE)
        if failure is not None:
            raise failure
        super().initial(request, *args, **kwargs)
