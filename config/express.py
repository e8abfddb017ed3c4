"""The express lane: the four requests of a sale, answered before the framework's own chain.

Only requests of exactly the expected form are taken. A handler answers, or returns None before
anything was written; then the view answers from the same bytes. So every refusal, PIN, cookie
and repeat is the view's, and nothing is decided twice: handlers call what the views call, and
the headers are those with which the view answered before. An outage that a handler meets is
raised by the view: asking again would wait again, and could call a commit paid whose outcome
is unknown.
"""

import json
import logging
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from rest_framework.renderers import JSONRenderer

from api.outages import find_outage
from foundation.express import FAILURE, Asked, Handler
from foundation.idempotency import is_key
from foundation.postgresql.base import DatabaseWrapper
from pos.express import create_by_token, show_by_token
from wallet.express import claim_scanned, confirm_claimed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

logger = logging.getLogger(__name__)
_BODY_MAX = 4096
_LENGTH = re.compile(r"[1-9][0-9]{0,3}")
_CHARGE = re.compile(r"/api/v1/charges/(ch_[0-9a-z]{26})")
_HANDLERS: Mapping[tuple[str, str], Handler] = {
    ("POST", "/api/v1/charges"): create_by_token,
    ("POST", "/api/v1/wallet/claims"): claim_scanned,
    ("POST", "/api/v1/wallet/payments"): confirm_claimed,
}
_ACCEPTED = {None, "*/*", "application/json"}
_SCHEMES = {None, "http", "https"}
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
# A handler, and the scheme that the proxy names.
_Way = tuple[Handler, str | None]


class ExpressLane:
    """Answers what it can, and passes everything else on."""

    def __init__(self, views: "WSGIApplication") -> None:
        self._views = views
        self._host = urlsplit(settings.PUBLIC_URL).netloc
        self._renderer = JSONRenderer()
        self._headers: dict[_Way, Headers] = {}

    def __call__(self, environ: Environ, start_response: "StartResponse") -> Iterable[bytes]:
        """Answer, or let the views answer."""
        handler, reference = _find_handler(environ)
        asked = handler and self._read(environ, reference)
        if handler is None or asked is None:
            return self._views(environ, start_response)
        way = handler, environ.get("HTTP_X_FORWARDED_PROTO")
        headers = self._headers.get(way)
        if headers is None:
            return self._views(environ, self._learn(way, start_response))
        answered = _handle(handler, asked, environ)
        if answered is None:
            return self._views(environ, start_response)
        status, shown = answered
        content = self._renderer.render(shown)
        start_response(
            f"{status} {HTTPStatus(status).phrase}",
            [*headers, ("Content-Length", str(len(content)))],
        )
        return [content]

    def _read(self, environ: Environ, reference: str) -> Asked | None:
        scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "").strip(" ")
        if (
            scheme != "Bearer"
            or environ.get("HTTP_HOST") != self._host
            or environ.get("HTTP_ACCEPT") not in _ACCEPTED
            or environ.get("HTTP_X_FORWARDED_PROTO") not in _SCHEMES
            or environ.get("QUERY_STRING")
            or "HTTP_COOKIE" in environ
            or not (is_key(key) or "HTTP_IDEMPOTENCY_KEY" not in environ)
        ):
            return None
        body = {} if reference else _read_body(environ)
        return None if body is None else Asked(secret.strip(), key, body, reference)

    def _learn(self, way: _Way, start_response: "StartResponse") -> "StartResponse":
        # They depend on the address and the scheme alone, so the view's first answer has them.
        def start(status: str, headers: Headers, *more: Any) -> Any:  # noqa: ANN401  as WSGI has it
            names = {name.lower() for name, _ in headers}
            if status.startswith("20") and "set-cookie" not in names:
                self._headers[way] = [
                    (name, value) for name, value in headers if name != "Content-Length"
                ]
            return start_response(status, headers, *more)

        return start


def _find_handler(environ: Environ) -> tuple[Handler | None, str]:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if method == "GET" and (found := _CHARGE.fullmatch(path)):
        return show_by_token, found[1]
    return _HANDLERS.get((method, path)), ""


def _read_body(environ: Environ) -> dict[str, Any] | None:
    length = environ.get("CONTENT_LENGTH", "")
    if environ.get("CONTENT_TYPE") != "application/json" or not _LENGTH.fullmatch(length):
        return None
    if int(length) > _BODY_MAX:
        return None
    content: bytes = environ["wsgi.input"].read(int(length))
    # For the view, if it has to answer.
    environ["wsgi.input"] = BytesIO(content)
    try:
        body = json.loads(content.decode())
    except (ValueError, RecursionError):
        return None
    return body if type(body) is dict else None


def _handle(
    handler: Handler, asked: Asked, environ: Environ
) -> tuple[int, dict[str, Any]] | None:
    try:
        return handler(asked)
    except Exception as failure:
        if find_outage(failure) is None:
            # A fault of ours. All four may be asked twice, so the view may; if it meets the
            # same fault, it admits it in the API's format.
            logger.exception("The express lane failed; the view answers.")
        else:
            environ[FAILURE] = failure
        return None
    finally:
        cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS]).give_back()
