"""A receipt for a receipt printer, to anybody who has its address: shown, and downloaded."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from merchants.access import activate_time_zone
from merchants.sellers import find_seller
from pos.forms_slips import SlipForm
from pos.models import Charge
from pos.print.receipt_slips import compose_receipt
from pos.print.slips import Code, Cut, Feed, Line, Slip, is_picture
from pos.print.typesetter import PagesFailed
from pos.print.written_slips import draft_slip, write_slip
from pos.queries import list_refunds
from pos.views.receipts import find_receipt
from qr.image import draw_modules

_USUAL = {"printer": "epson", "columns": "48"}


@require_GET
@never_cache
def slip(request: HttpRequest, token: str) -> HttpResponse:
    """Show the slip as the chosen printer prints it, and the letters that it lacks."""
    charge = find_receipt(token)
    if not charge.receipt_number:
        return redirect("pos:receipt", token=token)
    activate_time_zone(charge.store.time_zone)
    form = _read_form(request)
    model, columns = form.read_model(), form.cleaned_data["columns"]
    draft = draft_slip(_compose(charge, form), columns=columns, model=model)
    context = {
        "charge": charge,
        "token": token,
        "form": form,
        "columns": columns,
        "bands": [
            _show(band) | {"is_picture": isinstance(band, Line) and is_picture(band, model)}
            for band in draft.bands
        ],
        "draft": draft,
        "chosen": {"printer": model.key, "columns": columns},
        "is_copy": form.cleaned_data["copy"],
        "said": request.GET.get("said", ""),
    }
    return render(request, "pos/slip.html", context)


@require_GET
@never_cache
def slip_file(request: HttpRequest, token: str) -> HttpResponse:
    """Return what is sent to the printer, or go back to the page, which says why not."""
    charge = find_receipt(token)
    page = reverse("pos:slip", kwargs={"token": token})
    if not charge.receipt_number:
        return redirect(page)
    form = _read_form(request)
    model, columns = form.read_model(), form.cleaned_data["columns"]
    try:
        written = write_slip(_compose(charge, form), columns=columns, model=model)
    except PagesFailed:
        return redirect(f"{page}?said=no_file")
    name = f"receipt-{charge.short_code_grouped}.bin"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(written, content_type="application/octet-stream", headers=disposition)


def _compose(charge: Charge, form: SlipForm) -> Slip:
    copied_at = timezone.now() if form.cleaned_data["copy"] else None
    seller = find_seller(charge.store.merchant)
    return compose_receipt(charge, list_refunds(charge), seller, copied_at=copied_at)


def _read_form(request: HttpRequest) -> SlipForm:
    form = SlipForm(request.GET if "printer" in request.GET else _USUAL)
    if not form.is_valid():
        # No page of ours leads there.
        raise Http404
    return form


def _show(band: object) -> dict[str, object]:
    match band:
        case Line():
            return {"line": band}
        case Code():
            side, path = draw_modules(band.text)
            return {"side": side, "path": path}
        case Feed():
            return {"feed": band.lines}
        case Cut():
            return {"cut": True}
    return {}
