"""The languages that a page offers, and where its scripts' words are."""

from django import template
from django.conf import settings
from django.urls import reverse

from config.languages import find_cookie
from config.words import write_words

register = template.Library()


@register.simple_tag(takes_context=True)
def list_languages(context: template.Context) -> list[tuple[str, str]]:
    """Return the languages that this page can be changed to, each with its own name.

    What came of a form has no address to come back to, and offers none.
    """
    request = context.get("request")
    if request is None or request.method != "GET" or not find_cookie(request.path_info):
        return []
    return list(settings.LANGUAGES)


@register.simple_tag
def words_address(language: str) -> str:
    """Return the address of a language's catalogue for scripts, which names its version too."""
    return reverse("words", args=[language, write_words(language).version])
