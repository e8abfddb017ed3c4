"""The dashboard's accounting: how the shop's books are kept, and journals for its program."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from merchants.access import Staff, bookkeepers_only, keeps_books, staff_only, whole_merchant
from merchants.errors import JournalRefused
from merchants.forms_accounting import BookForm, JournalForm
from merchants.journals.books import PURPOSES, change_book, find_book, list_books, read_accounts
from merchants.journals.files import JournalFile, make_file
from merchants.journals.formats import FORMATS, Format
from merchants.journals.vouchers import (
    find_settled_until,
    read_period_vouchers,
    read_settlement_vouchers,
)
from merchants.models import Book, MerchantBalance, Settlement
from merchants.queries import find_settlement

_SETTLEMENTS_OFFERED = 60
_MOVES_SHOWN = 8
_ASKED = {"settlement", "first", "last"}
_TEXTS_SHOWN = 5
FormatView = Callable[[HttpRequest, Staff, Format], HttpResponseBase]


def of_format(view: FormatView) -> Callable[[HttpRequest, Staff, str], HttpResponseBase]:
    """Find the format by its key, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, reference: str) -> HttpResponseBase:
        if reference not in FORMATS:
            raise Http404
        return view(request, staff, FORMATS[reference])

    return guarded


@require_GET
@never_cache
@staff_only
@whole_merchant
def accounting(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the programs for which there are journals, those that are set up first."""
    books = list_books(staff.merchant_id)
    formats = sorted(FORMATS.values(), key=lambda each: each.key not in books)
    context = {
        "merchant": staff.merchant,
        "settlement": find_settlement(staff.merchant_id, request.GET.get("settlement", "")),
        "formats": [(each, books.get(each.key)) for each in formats],
    }
    return render(request, "merchants/accounting.html", context)


@require_GET
@never_cache
@staff_only
@whole_merchant
@of_format
def book(request: HttpRequest, staff: Staff, chosen: Format) -> HttpResponse:
    """Show the accounts of a program, and the journal of some days or of a settlement."""
    return _show(request, staff, chosen)


@require_POST
@never_cache
@staff_only
@whole_merchant
@bookkeepers_only
@of_format
def change(request: HttpRequest, staff: Staff, chosen: Format) -> HttpResponse:
    """Keep how the shop keeps its books in a program."""
    form = _make_form(staff, chosen, request.POST)
    if not form.is_valid():
        return _show(request, staff, chosen, form=form, status=422)
    change_book(staff.merchant, chosen, form.read_book(), by=staff.user)
    return redirect("merchants:book", reference=chosen.key)


@require_GET
@never_cache
@staff_only
@whole_merchant
@of_format
def journal(request: HttpRequest, staff: Staff, chosen: Format) -> HttpResponse:
    """Download a journal; what stands against it is shown on the page of the program."""
    kept = find_book(staff.merchant_id, chosen)
    if kept is None:
        return _show(request, staff, chosen, status=422)
    choice = _Choice(request, staff, kept)
    if choice.file is None:
        return _show(request, staff, chosen, status=422)
    return HttpResponse(
        choice.file.content,
        content_type=choice.file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{choice.file.name}"'},
    )


class _Choice:
    """What somebody asks a journal of, and the file or the refusal that comes of it."""

    def __init__(self, request: HttpRequest, staff: Staff, kept: Book) -> None:
        self.balance = (
            MerchantBalance.objects.select_related("merchant")
            .filter(merchant_id=staff.merchant_id, currency=kept.currency)
            .first()
        )
        self.settlements = _list_settlements(self.balance)
        asked: QueryDict | dict[str, str] = request.GET
        if not _ASKED & set(asked):
            asked = self._suggest()
        self._offer(find_settlement(staff.merchant_id, asked.get("settlement", "")))
        self.form = JournalForm(asked, settlements=self.settlements)
        self.query = urlencode({name: asked.get(name, "") for name in self.form.fields})
        self.file: JournalFile | None = None
        self.refusal = ""
        if self.settlements and self.form.is_valid():
            try:
                self.file = self._make(kept)
            except JournalRefused as refusal:
                self.refusal = str(refusal)

    @property
    def settled_until(self) -> date | None:
        """Return the last day of which everything is settled."""
        return find_settled_until(self.balance) if self.balance else None

    def _offer(self, settlement: Settlement | None) -> None:
        # One that is too old for the list may be asked for all the same.
        is_ours = settlement is not None and settlement.balance == self.balance
        if settlement is not None and is_ours and settlement not in self.settlements:
            self.settlements.append(settlement)

    def _suggest(self) -> dict[str, str]:
        day = self.settlements[0].period.last_day if self.settlements else timezone.localdate()
        last = day.replace(day=monthrange(day.year, day.month)[1])
        return {"first": day.replace(day=1).isoformat(), "last": last.isoformat()}

    def _make(self, kept: Book) -> JournalFile:
        settlement = self.form.read_settlement()
        if settlement is not None:
            vouchers = read_settlement_vouchers(settlement)
            return make_file(kept, vouchers, currency=settlement.currency)
        assert self.balance is not None, "there is a settlement of it"
        first, last = self.form.read_days()
        vouchers = read_period_vouchers(self.balance, first=first, last=last)
        currency = self.balance.currency
        return make_file(kept, vouchers, currency=currency, days=(first, last))


def _list_settlements(balance: MerchantBalance | None) -> list[Settlement]:
    if balance is None:
        return []
    latest = balance.settlements.select_related("balance__merchant").order_by("-number")
    return list(latest[:_SETTLEMENTS_OFFERED])


def _make_form(staff: Staff, chosen: Format, typed: QueryDict | None = None) -> BookForm:
    kept = find_book(staff.merchant_id, chosen)
    accounts = read_accounts(kept) if kept else {}
    return BookForm(typed, chosen=chosen, book=kept, accounts=accounts)


def _show(
    request: HttpRequest,
    staff: Staff,
    chosen: Format,
    *,
    form: BookForm | None = None,
    status: int = 200,
) -> HttpResponse:
    kept = find_book(staff.merchant_id, chosen)
    context = {
        "merchant": staff.merchant,
        "format": chosen,
        "book": kept,
        "form": form or _make_form(staff, chosen),
        "keeps_books": keeps_books(staff),
        "accounts": [
            (label, account)
            for purpose, label in PURPOSES.items()
            if kept and (account := read_accounts(kept).get(purpose))
        ],
        **(_show_choice(_Choice(request, staff, kept)) if kept else {}),
    }
    return render(request, "merchants/book.html", context, status=status)


def _show_choice(choice: _Choice) -> dict[str, Any]:
    shown: dict[str, Any] = {"choice": choice}
    if choice.file is not None:
        written = choice.file.journal
        moves = [
            {
                "voucher": voucher,
                "move": move,
                "debit": written.number(move.debit),
                "credit": written.number(move.credit),
            }
            for voucher in written.vouchers
            for move in voucher.moves
        ]
        shown |= {
            "moves": moves[:_MOVES_SHOWN],
            "moves_count": len(moves),
            "changed": list(choice.file.changed.items())[:_TEXTS_SHOWN],
            "changed_count": len(choice.file.changed),
        }
    return shown
