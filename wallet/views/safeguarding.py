"""The page of where a customer's money is, and the proof that it is counted."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from banking.safeguard_proofs import find_share
from banking.safeguard_reports import find_newest_report
from banking.safeguard_sheet import lay_out
from wallet.access import wallet_only
from wallet.models import Wallet

_NAME = "proof.json"


@require_GET
@never_cache
@wallet_only
def safeguarding(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Show the newest report, and what it says of this wallet."""
    report = find_newest_report(wallet.currency)
    context: dict[str, Any] = {"sheet": None, "share": None}
    if report is not None:
        share = find_share(report, [wallet.account_id])
        context = {"sheet": lay_out(report), "share": share}
    return render(request, "wallet/safeguarding.html", context)


@require_GET
@never_cache
@wallet_only
def proof(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Send the proof that the newest report counts this wallet's money."""
    report = find_newest_report(wallet.currency)
    share = None if report is None else find_share(report, [wallet.account_id])
    if share is None:
        raise Http404
    disposition = {"Content-Disposition": f'attachment; filename="{_NAME}"'}
    return HttpResponse(share.write(), content_type="application/json", headers=disposition)
