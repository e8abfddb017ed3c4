"""The bank's pages: one plays its customers, the other looks behind its counter."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demo.bank.accounts import show_iban
from demo.bank.bank import Bank, open_bank
from demo.bank.branch import BankClosed
from demo.bank.epc import CodeRefused, EpcCode, read_code
from demo.bank.forms import MoodForm, TransferForm
from demo.bank.moods import Topic
from demo.bank.overview import (
    list_accounts,
    list_entries,
    list_files,
    list_messages,
    read_file,
    read_sent,
)
from demo.bank.transfers import FormUsed
from foundation.once import FormReused
from pos.errors import PicturesWait
from pos.pictures import read_seen
from qr.errors import PayloadInvalid
from qr.scanning import Symbology

_View = Callable[[HttpRequest, Bank], HttpResponseBase]


def with_bank(view: _View) -> Callable[[HttpRequest], HttpResponseBase]:
    """Open the bank while the view runs; without one there is no page."""

    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponseBase:
        with _open_bank() as bank:
            return view(request, bank)

    return opened


@require_http_methods(["GET", "POST"])
@never_cache
@with_bank
def send(request: HttpRequest, bank: Bank) -> HttpResponse:
    """Show the form of a transfer, filled from a code if one is given; send what it says."""
    if request.method != "POST":
        return _show_form(request, bank, code=request.GET.get("code", ""))
    form = TransferForm(bank, request.POST)
    if form.is_valid():
        try:
            number = bank.send_transfer(form.read_transfer(), mood=form.read_mood())
        except FormUsed:
            form.renew(FormReused())
        else:
            return redirect(f"{reverse('demo_bank')}?{urlencode({'sent': number})}")
    return _render_form(request, bank, form)


@require_POST
@never_cache
@with_bank
def read_picture(request: HttpRequest, bank: Bank) -> HttpResponse:
    """Fill the form from a picture of a code, as a banking app does with its camera."""
    picture = request.FILES.get("picture")
    refusal = gettext("There is no code of a transfer in this picture.")
    texts: list[str] = []
    try:
        if picture is not None:
            texts = list(read_seen(picture.read(), symbologies=[Symbology.QR]).texts)
    except PayloadInvalid as unread:
        refusal = gettext("This file cannot be read: %(why)s.") % {"why": unread}
    except PicturesWait as wait:
        refusal = str(wait)
    text = next((each for each in texts if each.startswith("BCD")), "")
    if text:
        return redirect(f"{reverse('demo_bank')}?{urlencode({'code': text})}#transfer")
    return _render_form(request, bank, TransferForm(bank), refusal=refusal)


@require_GET
@never_cache
@with_bank
def counter(request: HttpRequest, bank: Bank) -> HttpResponse:
    """Show the operator's account, the files that came, and the bank's moods."""
    operator = bank.branch.operator
    context = {
        "operator": operator,
        "iban": show_iban(operator.iban),
        "balance_minor": bank.balance_minor,
        "day": bank.day,
        "entries": list_entries(bank),
        "messages": list_messages(bank),
        "files": list_files(bank),
        "form": MoodForm(initial=bank.read_wishes()),
    }
    return render(request, "demo/bank_counter.html", context)


@require_GET
@never_cache
def download_file(_request: HttpRequest, number: int) -> HttpResponse:
    """Hand out a file of the bank, to be uploaded by hand."""
    with _open_bank() as bank:
        found = read_file(bank, number)
    if found is None:
        raise Http404
    name, content = found
    return HttpResponse(
        content,
        content_type="application/xml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
@never_cache
@with_bank
def end_day(request: HttpRequest, bank: Bank) -> HttpResponse:
    """End the bank's day that the page showed; a page that shows an earlier one ends none."""
    if request.POST.get("day") == str(bank.day):
        bank.end_day()
    return redirect("demo_bank_counter")


@require_POST
@never_cache
@with_bank
def choose_moods(request: HttpRequest, bank: Bank) -> HttpResponse:
    """Keep what the bank is to do badly next."""
    form = MoodForm(request.POST)
    if form.is_valid():
        for topic, mood in form.read_moods().items():
            bank.wish(Topic(topic), mood)
    return redirect("demo_bank_counter")


@contextmanager
def _open_bank() -> Iterator[Bank]:
    if not settings.DEMO_BANK:
        raise Http404
    try:
        with open_bank(Path(settings.DEMO_BANK)) as bank:
            yield bank
    except BankClosed as closed:
        raise Http404 from closed


def _show_form(request: HttpRequest, bank: Bank, *, code: str) -> HttpResponse:
    form, refusal = TransferForm(bank), ""
    try:
        if code:
            form = TransferForm(bank, initial=_fill(read_code(code)))
    except CodeRefused:
        refusal = gettext("This is no code of a transfer. Copy all of its lines.")
    return _render_form(request, bank, form, code=code, refusal=refusal)


def _render_form(
    request: HttpRequest, bank: Bank, form: TransferForm, *, code: str = "", refusal: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "code": code,
        "refusal": refusal,
        "sent": read_sent(bank, request.GET.get("sent", "")),
        "accounts": list_accounts(bank),
    }
    status = 422 if form.errors or refusal else 200
    return render(request, "demo/bank.html", context, status=status)


def _fill(code: EpcCode) -> dict[str, str]:
    amount = f"{code.amount_minor // 100}.{code.amount_minor % 100:02}"
    return {
        "payee": show_iban(code.iban),
        "payee_name": code.name,
        "amount": amount if code.amount_minor else "",
        "reference": code.reference,
        "remittance": code.remittance,
    }
