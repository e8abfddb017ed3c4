"""The till's part of the express lane: create a charge, and look at it."""

import re
from typing import Any

from foundation.express import Answered, Asked
from foundation.fields import is_plain
from foundation.idempotency import hash_request
from identity.bearer import digest_secret
from ledger.money import AMOUNT_MINOR_MAX
from pos.charges import create_charge_by_token
from pos.errors import NotFound
from pos.openings import NewCharge
from pos.queries import find_charge_seen_by, read_reference
from pos.serializers import ChargeSerializer, WholeChargeSerializer
from pos.vat import list_vat

_CURRENCY = re.compile(r"[A-Z]{3}")
_TEXTS = {"reference": 64, "description": 140}


def create_by_token(asked: Asked) -> Answered:
    """Create a charge of an amount, at a till with a token of its own."""
    amount_minor, currency, texts = _read_charge(asked.body)
    if not (amount_minor and asked.key):
        return None
    new = NewCharge(
        amount_minor=amount_minor,
        currency=currency,
        reference=texts["reference"],
        description=texts["description"],
        lines=(),
        idempotency_key=asked.key,
        request_hash=hash_request("create charge", body=asked.body),
    )
    charge = create_charge_by_token(digest_secret(asked.secret), new)
    return None if charge is None else (201, ChargeSerializer.show(charge))


def show_by_token(asked: Asked) -> Answered:
    """Show a charge without lines to a till with a token of its own."""
    try:
        charge_id = read_reference("ch", asked.reference)
    except NotFound:
        return None
    charge = find_charge_seen_by(digest_secret(asked.secret), charge_id)
    return (
        None
        if charge is None
        else (200, WholeChargeSerializer.show(charge, lines=[], vat=list_vat(charge, [])))
    )


def _read_charge(body: dict[str, Any]) -> tuple[int, str, dict[str, str]]:
    # The amount is 0 where the body has another form.
    texts = {name: body.get(name, "") for name in _TEXTS}
    amount_minor, currency = _read_amount(body.get("amount"))
    is_known = body.keys() <= {"amount", *_TEXTS} and all(
        _is_simple(text, most=_TEXTS[name]) for name, text in texts.items()
    )
    return (amount_minor, currency, texts) if is_known else (0, "", {})


def _read_amount(amount: Any) -> tuple[int, str]:  # noqa: ANN401  whatever JSON holds
    if type(amount) is not dict or amount.keys() != {"amount_minor", "currency"}:
        return 0, ""
    amount_minor, currency = amount["amount_minor"], amount["currency"]
    is_known = (
        type(amount_minor) is int
        and type(currency) is str
        and _CURRENCY.fullmatch(currency) is not None
    )
    is_possible = is_known and 0 < amount_minor <= AMOUNT_MINOR_MAX
    return (amount_minor, currency) if is_possible else (0, "")


def _is_simple(text: object, *, most: int) -> bool:
    return type(text) is str and len(text) <= most and text == text.strip() and is_plain(text)
