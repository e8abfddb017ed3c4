"""The dashboard's stores and printed codes, and in public the keys those are checked with."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from pos.models import StaticCode
from pos.sheets import SheetSize, draw_sheet
from pos.signing import list_public_keys
from qr.signed import write_jwk

_KEYS_LIFE_S = 3600


@require_GET
def publish_keys(_request: HttpRequest) -> HttpResponse:
    """Publish the keys of printed codes as JSON Web Keys (RFC 7517)."""
    keys = [write_jwk(key) for key in list_public_keys().values()]
    answer = JsonResponse({"keys": keys}, content_type="application/jwk-set+json")
    answer["Cache-Control"] = f"public, max-age={_KEYS_LIFE_S}"
    # Everybody may check a code, from any page.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def answer_sheet(code: StaticCode, size: SheetSize) -> HttpResponse:
    """Answer a printed code's page as PDF."""
    answer = HttpResponse(draw_sheet(code, size), content_type="application/pdf")
    name = f"tessera-{code.short_code}-{size}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
