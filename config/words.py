"""The translated texts of a page's scripts."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_GET
from django.views.i18n import JavaScriptCatalog

# A browser that has them asks no more: other words have another address.
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Words:
    """A script with a language's texts, and a name of their version."""

    script: bytes
    version: str


@lru_cache
def write_words(language: str) -> Words:
    """Write a language's catalogue for scripts; once in a process."""
    with translation.override(language):
        script = JavaScriptCatalog().get(HttpRequest()).content
    return Words(script, sha256(script).hexdigest()[:12])


@require_GET
def show_words(_request: HttpRequest, language: str, version: str) -> HttpResponse:
    """Return a language's catalogue; its address names its version, so it may be kept."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    words = write_words(language)
    is_known = version == words.version
    return HttpResponse(
        words.script,
        content_type="text/javascript",
        headers={"Cache-Control": _FOR_EVER if is_known else "no-cache"},
    )
