"""In which language a page is shown: the till's, the phone's, or what the browser asks for."""

from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers
from django.utils.translation import activate, get_language, get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST

from identity.languages import keep_language
from wallet.access import read_next
from wallet.authentication import read_wallet

PHONE_COOKIE = "tessera_language"
# The till's own: a demo has both in one browser, and a shop's tablet is no customer's phone.
TILL_COOKIE = "tessera_till_language"
_TILL = "/till/"
_PHONE = ("/p/", "/P/", "/s/", "/S/", "/r/", "/wallet/")
_API = "/api/v1/"
_COOKIE_LIFE_S = 365 * 24 * 3600
Answer = Callable[[HttpRequest], HttpResponseBase]


def speak(answer: Answer) -> Answer:
    """Show each page in the language that was chosen for it, and say so in its head."""

    def begin(request: HttpRequest) -> HttpResponseBase:
        activate_language(request)
        response = answer(request)
        response.headers.setdefault("Content-Language", get_language() or "en")
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    return begin


def activate_language(request: HttpRequest) -> None:
    """Speak the request's language from here on: the thread's is still the last request's."""
    activate(choose_language(request))


def choose_language(request: HttpRequest) -> str:
    """Return the language chosen on this till or phone, else what the browser asks for first.

    The API takes what its caller accepts: scripts name the language of their page; programs
    name none, and are answered in English.
    """
    cookie = find_cookie(request.path_info)
    is_for_all = bool(cookie) or request.path_info.startswith(_API)
    offered = list(dict(settings.LANGUAGES)) if is_for_all else settings.STAFF_LANGUAGES
    return next(_list_wanted(request, cookie, offered), settings.LANGUAGE_CODE)


def find_cookie(path: str) -> str:
    """Return the name of the cookie with a page's language; empty where there is no choice."""
    if path.startswith(_TILL):
        return TILL_COOKIE
    return PHONE_COOKIE if path.startswith(_PHONE) else ""


@require_POST
def change_language(request: HttpRequest) -> HttpResponse:
    """Show the till, or the wallet and pay page, of this browser in another language."""
    back, language = read_next(request), request.POST.get("language", "")
    response = redirect(back or "front")
    cookie = find_cookie(back)
    if not cookie or language not in dict(settings.LANGUAGES):
        return response
    wallet = read_wallet(request) if cookie == PHONE_COOKIE else None
    if wallet is not None:
        keep_language(wallet.user, language)
    response.set_cookie(
        cookie,
        language,
        max_age=_COOKIE_LIFE_S,
        httponly=True,
        secure=settings.IS_SECURE,
        samesite="Lax",
    )
    return response


def _list_wanted(request: HttpRequest, cookie: str, offered: Iterable[str]) -> Iterator[str]:
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    for tag in [request.COOKIES.get(cookie, ""), *(tag for tag, _ in accepted)]:
        try:
            language = get_supported_language_variant(tag)
        except LookupError:
            continue
        if language in offered:
            yield language
