"""Refunds: whole, in part, repeated, never more than was captured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext, ngettext

from foundation.idempotency import find_repeated
from ledger.posting import post_together
from ledger.transactions import in_one_transaction
from ledger.transfers import NewTransfer
from merchants.lines import record_line
from merchants.models import LineKind, MerchantBalance, SettlementLine
from merchants.queries import read_clock, sum_takings
from pos.cash_rounding import find_store_unit, round_to
from pos.errors import (
    RefundExceedsCaptured,
    RefundNotAllowed,
    RefundNotPossible,
    TipTooLarge,
)
from pos.models import Charge, Refund, RefundVat
from pos.principals import Principal
from pos.running import mark_running, telling_running
from pos.topics import topics_of
from pos.vat import list_refund_vat, list_vat, share_refund, subtract_vat, sum_vat
from relay.events import record_event
from relay.pages import tell_on_commit


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund to make; without an amount, all that is left."""

    amount_minor: int | None
    reason: str
    idempotency_key: str
    request_hash: bytes
    # How much of it is of the tip; None: what goods no longer cover.
    tip_minor: int | None = None


def refund_charge(charge_id: UUID, *, principal: Principal, new: NewRefund) -> Refund:
    """Refund some or all of a captured charge to its payer, or of a cashed one in cash.

    The same key with the same request returns the first refund. Locks the charge, which
    serializes its refunds, then the merchant's balance, so that takings cannot be settled
    between the check and the transfer.

    Raises:
        RefundNotAllowed: the principal has no right to refund.
        RefundNotPossible: not paid, outside the window, too many parts, or of cash and not
            asked for by a till.
        RefundExceedsCaptured: more than is left, of all or of the goods.
        TipTooLarge: more of the tip than is left of it.
        IdempotencyMismatch: the key came with another request before.
        StillRunning: a refund of this charge is still running; its outcome is unknown.
        RuntimeError: called inside a transaction.
    """
    with telling_running(lambda: charge_id):
        return _refund(charge_id, principal=principal, new=new)


@in_one_transaction
def _refund(charge_id: UUID, *, principal: Principal, new: NewRefund) -> Refund:
    mark_running(charge_id)
    charge = Charge.objects.select_for_update(no_key=True).get(pk=charge_id)
    known = find_repeated(
        charge.refunds.all(), key=new.idempotency_key, request_hash=new.request_hash
    )
    if known is not None:
        return known
    if not principal.may_refund:
        raise RefundNotAllowed
    if charge.is_cash and principal.terminal is None:
        raise RefundNotPossible(gettext("This sale was paid in cash. Refund it at a till."))
    amount_minor = _judge_refund(charge, new)
    earlier = list(charge.refunds.prefetch_related("vat"))
    tip_minor = _find_tip(charge, earlier, amount_minor=amount_minor, wanted=new.tip_minor)
    refund = Refund.objects.create(
        charge=charge,
        amount_minor=amount_minor,
        tip_minor=tip_minor,
        currency=charge.currency,
        rounding_minor=_round(charge, earlier, amount_minor),
        reason=new.reason,
        terminal=principal.terminal,
        cashier=principal.cashier,
        idempotency_key=new.idempotency_key,
        request_hash=new.request_hash,
    )
    _write_vat(charge, earlier, refund)
    _write_sums(charge, amount_minor)
    if not charge.is_cash:
        _post_refund(charge, refund)
    record_event(
        "charge.refunded",
        feed=charge.merchant_id,
        subject=charge.id,
        actor=principal.actor,
        facts={"refund": refund.public_id, "amount_minor": amount_minor},
    )
    tell_on_commit(*topics_of(charge))
    return refund


def _judge_refund(charge: Charge, new: NewRefund) -> int:
    if charge.captured_at is None:
        raise RefundNotPossible(gettext("Only a paid charge can be refunded."))
    if charge.captured_at < charge.read_at - timedelta(days=settings.REFUND_WINDOW_DAYS):
        raise RefundNotPossible(_say_too_old())
    if charge.refunds_count >= settings.REFUND_COUNT_MAX:
        raise RefundNotPossible(_say_too_often())
    amount_minor = charge.refundable_minor if new.amount_minor is None else new.amount_minor
    if not 0 < amount_minor <= charge.refundable_minor:
        raise RefundExceedsCaptured(charge.refundable_minor)
    return amount_minor


def _round(charge: Charge, earlier: Sequence[Refund], amount_minor: int) -> int:
    if not charge.is_cash:
        return 0
    # What was handed back in all is rounded, so that all refunds hand back what was taken.
    handed_minor = sum(each.amount_minor + each.rounding_minor for each in earlier)
    upto_minor = charge.refunded_minor + amount_minor
    in_all_minor = charge.cash_minor
    if upto_minor < charge.amount_minor:
        nearest_minor = round_to(upto_minor, find_store_unit(charge.store))
        in_all_minor = min(max(nearest_minor, handed_minor), charge.cash_minor)
    return in_all_minor - handed_minor - amount_minor


def _find_tip(
    charge: Charge, earlier: Sequence[Refund], *, amount_minor: int, wanted: int | None
) -> int:
    tip_left_minor = charge.tip_minor - sum(each.tip_minor for each in earlier)
    goods_left_minor = charge.refundable_minor - tip_left_minor
    tip_minor = max(0, amount_minor - goods_left_minor) if wanted is None else wanted
    if tip_minor > min(tip_left_minor, amount_minor):
        raise TipTooLarge(min(tip_left_minor, amount_minor), charge.currency)
    if amount_minor - tip_minor > goods_left_minor:
        raise RefundExceedsCaptured(goods_left_minor + tip_minor)
    return tip_minor


def _write_vat(charge: Charge, earlier: Sequence[Refund], refund: Refund) -> None:
    sale = list_vat(charge, charge.lines.all())
    if not sale:
        return
    left = subtract_vat(sale, sum_vat(list_refund_vat(each) for each in earlier))
    goods_left_minor = charge.goods_minor - sum(each.goods_minor for each in earlier)
    shares = share_refund(refund.goods_minor, left, goods_left_minor=goods_left_minor)
    RefundVat.objects.bulk_create(RefundVat(refund=refund, **row._asdict()) for row in shares)


def _say_too_old() -> str:
    days = settings.REFUND_WINDOW_DAYS
    words = ngettext(
        "The sale is older than %(days)s day.", "The sale is older than %(days)s days.", days
    )
    return words % {"days": days}


def _say_too_often() -> str:
    times = settings.REFUND_COUNT_MAX
    words = ngettext(
        "A sale can be refunded %(times)s time.",
        "A sale can be refunded %(times)s times.",
        times,
    )
    return words % {"times": times}


def _write_sums(charge: Charge, amount_minor: int) -> None:
    charge.refunded_minor += amount_minor
    charge.refunds_count += 1
    charge.version += 1
    charge.save(update_fields=["refunded_minor", "refunds_count", "version"])


def _post_refund(charge: Charge, refund: Refund) -> None:
    balance = MerchantBalance.objects.select_for_update(no_key=True).get(
        merchant_id=charge.merchant_id, currency=charge.currency
    )
    is_short = sum_takings(balance, charge.store_id) < refund.amount_minor
    post_together(
        [
            NewTransfer(
                id=refund.id,
                debit_account_id=balance.receivable_account_id
                if is_short
                else charge.takings_account_id,
                credit_account_id=_payer_account(charge),
                amount_minor=refund.amount_minor,
                currency=refund.currency,
                kind="refund",
                reference=charge.public_id,
            )
        ]
    )
    line = SettlementLine(
        id=refund.id,
        store_id=charge.store_id,
        kind=LineKind.REFUND,
        charge_id=charge.id,
        short_code=charge.short_code,
        reference=charge.reference,
        amount_minor=refund.amount_minor,
        fee_minor=0,
        tip_minor=refund.tip_minor,
        is_receivable=is_short,
        at=read_clock(),
    )
    record_line(line, merchant_id=charge.merchant_id, currency=charge.currency)


def _payer_account(charge: Charge) -> UUID:
    assert charge.payer_account_id is not None, "a captured charge has a payer, by constraint"
    return charge.payer_account_id
