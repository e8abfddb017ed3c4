"""The OpenAPI file: generated once per process, cached, and served as it is."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

_FORMS: tuple[type[BaseRenderer], ...] = (
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
)
# The generator keeps its state in a module: two at once would disturb each other.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class File:
    """The description in one format, and the ETag of its text."""

    text: bytes
    tag: str


class DescriptionView(APIView):
    """The OpenAPI file, as YAML or JSON, for everybody."""

    schema = None
    permission_classes = []

    def get_renderers(self) -> list[BaseRenderer]:
        """Return the file's formats; refusals have the API's own format."""
        is_file = self.request.method in {"GET", "HEAD"}
        return [form() for form in (_FORMS if is_file else (JSONRenderer,))]

    def get(self, request: Request) -> HttpResponseBase:
        """Answer the file, or that it is still the one the caller has."""
        form = request.accepted_renderer
        file = read_files()[form.format]
        answer = HttpResponse(file.text, content_type=form.media_type)
        answer["ETag"] = file.tag
        answer["Cache-Control"] = "no-cache"
        patch_vary_headers(answer, ["Accept"])
        same = get_conditional_response(request._request, file.tag, None, answer)  # noqa: SLF001  DRF's name for Django's request
        return same or answer

    def handle_exception(self, exc: Exception) -> Response:
        """Refuse as JSON."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


def read_schema() -> dict[str, Any]:
    """Return the description; callers wait while the first one generates it."""
    with _ONE_AT_A_TIME:
        return _make_schema()


def read_files() -> dict[str, File]:
    """Return the description's text by format, `yaml` and `json`."""
    with _ONE_AT_A_TIME:
        return _make_files()


@lru_cache(maxsize=1)
def _make_schema() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(  # type: ignore[no-untyped-call]  # as it is
        request=None, public=True
    )
    return schema


@lru_cache(maxsize=1)
def _make_files() -> dict[str, File]:
    schema = _make_schema()
    files = {}
    for form in (OpenApiYamlRenderer(), OpenApiJsonRenderer()):
        text = form.render(schema, renderer_context={})
        files[form.format] = File(text, f'"{hashlib.sha256(text).hexdigest()[:32]}"')
    return files
