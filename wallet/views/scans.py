"""The pages for codes: typed or pasted, seen by the camera, or in a picture.

Without script the scanner's form takes a picture, which phones offer to take with the camera.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pos.errors import SigningKeyWithdrawn
from pos.models import Charge, CounterCode
from pos.pictures import read_seen
from qr.charge_codes import make_guid
from qr.errors import PayloadInvalid
from qr.links import encode_token
from qr.recognition import LENGTH_MAX
from qr.scanning import Seen, Symbology
from wallet.access import wallet_only
from wallet.errors import (
    CodeForeign,
    CodeInParts,
    CodeMistyped,
    CodeNotSeen,
    CodesSeveral,
    CodeUnknown,
    TooManyTries,
)
from wallet.models import Wallet
from wallet.scan_results import describe_foreign
from wallet.scans import choose_seen, record_scan

_CODE_CUT_SHORT = _("Type all eight letters and digits of the code. Nothing was taken.")
_NO_CODE = {"text", "empty"}
_TYPED_LENGTH_MAX = 20


@require_http_methods(["GET", "POST"])
@never_cache
@wallet_only
def code(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Take a short code, or the text of any code, typed or pasted."""
    typed, error, result = _unfold(request.POST.get("code", "")), "", None
    if request.method == "POST":
        try:
            return redirect(find_page(record_scan(wallet, typed)))
        except CodeForeign:
            result = describe_foreign(typed)
            error = result.detail
            if result.kind in _NO_CODE and len(typed) <= _TYPED_LENGTH_MAX:
                result, error = None, str(_CODE_CUT_SHORT)
        except (CodeMistyped, CodeUnknown, TooManyTries, SigningKeyWithdrawn) as refusal:
            error = str(refusal)
    context = {
        "code": typed[:LENGTH_MAX],
        "error": error,
        "result": result,
        "length_max": LENGTH_MAX,
        "short_max": _TYPED_LENGTH_MAX,
    }
    return render(request, "wallet/code.html", context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@wallet_only
def scan(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Redirect to the scanned code's page, or show what else was seen."""
    error, result, text = "", None, ""
    if request.method == "POST":
        try:
            seen = _read_seen(request)
            text = choose_seen(seen.texts, parts=seen.parts)
            return redirect(find_page(record_scan(wallet, text)))
        except (CodeForeign, CodeMistyped):
            result = describe_foreign(text)
        except PayloadInvalid as refusal:
            words = gettext("This file cannot be read: %(why)s. Nothing was taken.")
            error = words % {"why": refusal}
        except (
            CodeInParts,
            CodeNotSeen,
            CodesSeveral,
            CodeUnknown,
            TooManyTries,
            SigningKeyWithdrawn,
        ) as refusal:
            error = str(refusal)
    context = {
        "error": error,
        "result": result,
        "host": settings.PUBLIC_HOST,
        "charge_guid": make_guid(settings.PUBLIC_HOST),
    }
    status = 422 if error or result else 200
    return render(request, "wallet/scan.html", context, status=status)


def find_page(found: Charge | CounterCode) -> str:
    """Return the address of the page on which this is paid."""
    if isinstance(found, CounterCode):
        return reverse("wallet:static", args=[encode_token(found.id).lower()])
    return reverse("wallet:pay", args=[encode_token(found.token).lower()])


def _read_seen(request: HttpRequest) -> Seen:
    picture = request.FILES.get("picture")
    if picture is not None:
        return read_seen(picture.read(), symbologies=[Symbology.QR])
    return Seen([_unfold(text) for text in request.POST.getlist("text")])


def _unfold(text: str) -> str:
    # A form sends every line end as CR LF, which would count in the bytes of a bank's code.
    return text.replace("\r\n", "\n")
