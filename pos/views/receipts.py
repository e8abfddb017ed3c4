"""Receipts: to anybody who has a receipt's address, as a page, as PDF, and its proof."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from ledger.inclusion import find_seal, prove_transfer
from merchants.access import activate_time_zone
from merchants.sellers import find_seller
from pos.models import Charge
from pos.print import receipts
from pos.print.typesetter import PagesFailed
from pos.queries import find_by_receipt, list_refunds
from pos.vat import list_vat
from qr.errors import PayloadInvalid
from qr.links import decode_token


@require_GET
@never_cache
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Show a receipt to anybody who has its address."""
    charge = find_receipt(token)
    activate_time_zone(charge.store.time_zone)
    lines = list(charge.lines.all())
    context = {
        "charge": charge,
        "token": token,
        "receipt": getattr(charge, "receipt", None),
        "refunds": list_refunds(charge),
        "lines": lines,
        "store": charge.store,
        "merchant": charge.store.merchant,
        "seller": find_seller(charge.store.merchant),
        "vat": list_vat(charge, lines),
        "seal": find_seal(charge.id),
        "said": request.GET.get("said", ""),
    }
    return render(request, "pos/receipt.html", context)


@require_GET
@never_cache
def receipt_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Return the receipt as PDF, or go back to its page, which says why there is none."""
    charge = find_receipt(token)
    page = reverse("pos:receipt", kwargs={"token": token})
    if not charge.receipt_number:
        return redirect(page)
    seller = find_seller(charge.store.merchant)
    try:
        slip = receipts.draw_receipt(charge, list_refunds(charge), seller)
    except PagesFailed:
        return redirect(f"{page}?said=no_pdf")
    name = f"receipt-{charge.short_code_grouped}.pdf"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(slip, content_type="application/pdf", headers=disposition)


@require_GET
@never_cache
def receipt_proof(request: HttpRequest, token: str) -> HttpResponse:
    """Return the proof that the receipt's payment is in the sealed books."""
    charge = find_receipt(token)
    proof = prove_transfer(charge.id)
    if proof is None:
        raise Http404
    name = f"proof-{charge.short_code_grouped}.json"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(proof, content_type="application/json", headers=disposition)


def find_receipt(token: str) -> Charge:
    """Find the charge whose receipt an address names, or answer 404."""
    try:
        charge = find_by_receipt(decode_token(token))
    except PayloadInvalid:
        charge = None
    if charge is None:
        raise Http404
    return charge
