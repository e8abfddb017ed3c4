"""Answers in the API's own format, even if the Accept header does not allow it.

A browser's EventSource accepts `text/event-stream` only, but a refusal is JSON all the same;
RFC 9110 (12.4.1) lets a server disregard the header.
"""

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AnswerAnyway(DefaultContentNegotiation):
    """Choose by the Accept header; if nothing matches, take the first format."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return a renderer and its media type; never a 406."""
        chosen: tuple[BaseRenderer, str]
        try:
            chosen = super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            first = next(iter(renderers))
            chosen = first, first.media_type
        return chosen
