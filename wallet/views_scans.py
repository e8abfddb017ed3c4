"""The scanner: a code is looked for through the camera, or in a picture.

Without script the form takes a picture, which phones offer to take with the camera.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pos.errors import SigningKeyWithdrawn
from pos.models import Charge, StaticCode
from qr.errors import PayloadInvalid
from qr.links import encode_token
from qr.scanning import read_picture
from wallet.access import wallet_only
from wallet.errors import (
    CodeForeign,
    CodeMistyped,
    CodeNotSeen,
    CodesSeveral,
    CodeUnknown,
    TooManyTries,
)
from wallet.models import Wallet
from wallet.scans import choose_seen, find_scanned
from wallet.sightings import describe_foreign


@require_http_methods(["GET", "POST"])
@never_cache
@wallet_only
def scan(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Go where the code leads that the camera saw, or say what else was seen."""
    error, sighting, text = "", None, ""
    if request.method == "POST":
        try:
            text = choose_seen(_read_texts(request))
            return redirect(find_page(find_scanned(wallet, text)))
        except (CodeForeign, CodeMistyped):
            sighting = describe_foreign(text)
        except PayloadInvalid as refusal:
            error = f"This file cannot be read: {refusal}. Nothing was taken."
        except (
            CodeNotSeen,
            CodesSeveral,
            CodeUnknown,
            TooManyTries,
            SigningKeyWithdrawn,
        ) as refusal:
            error = str(refusal)
    context = {"error": error, "sighting": sighting}
    status = 422 if error or sighting else 200
    return render(request, "wallet/scan.html", context, status=status)


def find_page(found: Charge | StaticCode) -> str:
    """Give the address of the page on which this is paid."""
    if isinstance(found, StaticCode):
        return reverse("wallet:static", args=[encode_token(found.id).lower()])
    return reverse("wallet:pay", args=[encode_token(found.token).lower()])


def _read_texts(request: HttpRequest) -> list[str]:
    picture = request.FILES.get("picture")
    if picture is not None:
        return read_picture(picture.read())
    return request.POST.getlist("text")
