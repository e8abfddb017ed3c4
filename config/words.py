"""The translated texts of a page's scripts."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_GET
from django.views.i18n import JavaScriptCatalog

_show = JavaScriptCatalog.as_view()


@require_GET
def show_words(request: HttpRequest, language: str) -> HttpResponse:
    """Return a language's catalogue; the address names the language, so it may be cached."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        words = _show(request)
    assert isinstance(words, HttpResponse)
    return words
