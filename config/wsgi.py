"""Pages and API."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_views = get_wsgi_application()

# Settings must stand before these. The addresses are here for their pages: no visitor waits
# until they are imported.
from config import urls  # noqa: E402, F401
from config.admission import Admission, Bounds  # noqa: E402
from config.express import ExpressLane  # noqa: E402
from console.set_up import announce_code  # noqa: E402
from foundation.postgresql.base import DatabaseWrapper  # noqa: E402

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

DatabaseWrapper.share_connections(most=settings.CONNECTIONS_MAX)
if settings.TRIPS_MAX:
    DatabaseWrapper.share_trips(most=settings.TRIPS_MAX, threads=settings.WORKING_MAX)
announce_code()


def application(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request, and finish its work before the answer is sent.

    So its database connection is free again, however slowly the client reads.
    """
    return _admission(environ, start_response)


def _answer_by_view(
    environ: dict[str, Any], start_response: "StartResponse"
) -> Iterable[bytes]:
    response: Any = _views(environ, start_response)
    if response.streaming:
        answer: Iterable[bytes] = response
        return answer
    try:
        return list(response)
    finally:
        response.close()


_admission = Admission(
    ExpressLane(_answer_by_view),
    bounds=Bounds(
        working=settings.WORKING_MAX,
        sales_waiting=settings.SALES_WAITING_MAX,
        charges_waiting=settings.CHARGES_WAITING_MAX,
        pages_waiting=settings.PAGES_WAITING_MAX,
    ),
)
