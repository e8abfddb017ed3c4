"""Prove that a refusal left everything as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from foundation.model_sql import list_fields
from ledger.models import Account, Transfer
from merchants.models import Settlement, SettlementLine
from pos.models import Charge, Receipt, Refund
from relay.models import Event
from wallet.models import Claim, Payment

_COUNTED = [
    Transfer,
    Event,
    Charge,
    Refund,
    Receipt,
    Claim,
    Payment,
    Settlement,
    SettlementLine,
]


@contextmanager
def nothing_changes(*charges: Charge) -> Iterator[None]:
    """Check that no row is written and that these charges stay as they are."""
    before = _photograph(charges)
    yield
    assert _photograph(charges) == before


def _photograph(charges: tuple[Charge, ...]) -> dict[str, Any]:
    counts: dict[str, Any] = {
        model.__name__: model._default_manager.count() for model in _COUNTED
    }
    ids = [charge.id for charge in charges]
    payers = [charge.payer_account_id for charge in charges if charge.payer_account_id]
    stored = Charge.objects.values(*list_fields(Charge))
    return counts | {
        "charges": list(stored.filter(pk__in=ids).order_by("pk")),
        "payers": list(Account.objects.filter(pk__in=payers).order_by("pk").values()),
    }
