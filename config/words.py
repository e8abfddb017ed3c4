"""What the scripts of a page say, in a language that is not the one they are written in."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_GET
from django.views.i18n import JavaScriptCatalog

_show = JavaScriptCatalog.as_view()


@require_GET
def show_words(request: HttpRequest, language: str) -> HttpResponse:
    """Answer with a language's catalogue; the address names it, so that it may be kept."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        words = _show(request)
    assert isinstance(words, HttpResponse)
    return words
