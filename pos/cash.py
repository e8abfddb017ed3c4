"""Cash: a charge that the cashier takes cash for, and cash that goes in and out of a drawer.

Nothing of it touches a wallet, the ledger or a settlement.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from foundation.once import FormReused
from ledger.transactions import retry_clashes
from pos.cash_rounding import find_store_unit, round_cash
from pos.closing_sums import read_totals, select_unclosed
from pos.closings import find_last
from pos.drawer_refusals import DrawerRefused
from pos.errors import (
    CashNotTaken,
    ChargeNotCashable,
    GivenTooLittle,
)
from pos.models import CashMovement, Charge, ChargeStatus, DueReceipt, MovementKind, Terminal
from pos.moves import move
from pos.principals import Principal
from pos.topics import topics_of
from pos.transitions import CASH, END_LEASE
from relay.jobs import enqueue_on_commit
from relay.pages import tell_on_commit


@retry_clashes
def cash_charge(charge_id: UUID, *, principal: Principal, given_minor: int | None) -> Charge:
    """Take cash for an open charge; None was given exactly. Again, it is returned unchanged.

    One conditional UPDATE decides between the cashier and a payer who claims it.

    Raises:
        CashNotTaken: the store takes none, or it is not the till that made the sale who asks:
            its closing counts the cash.
        ChargeNotCashable: it is not open; says what it is.
        GivenTooLittle: less than it costs.
    """
    if principal.terminal is None or not principal.store.takes_cash:
        raise CashNotTaken
    unit_minor = find_store_unit(principal.store)
    with transaction.atomic():
        # A claim that is over by the clock may not have been swept yet. Its tip goes with it,
        # so what is due is looked at afterwards.
        move(END_LEASE, charge_id, actor="clock")
        charge = Charge.objects.get(pk=charge_id)
        if charge.terminal_id != principal.terminal.id:
            raise CashNotTaken
        due_minor = round_cash(charge.amount_minor, unit_minor)
        given = due_minor if given_minor is None else given_minor
        if charge.status != ChargeStatus.CASHED and given < due_minor:
            raise GivenTooLittle(due_minor, charge.currency)
        cashed = move(
            CASH,
            charge_id,
            actor=principal.actor,
            amount=charge.amount_minor,
            given=given,
            rounding=due_minor - charge.amount_minor,
        )
        if cashed is not None:
            DueReceipt.objects.create(charge_id=cashed.id)
            tell_on_commit(*topics_of(cashed))
            enqueue_on_commit("pos.issue_receipts")
            return cashed
    truth = Charge.objects.get(pk=charge_id)
    if truth.status != ChargeStatus.CASHED or given_minor not in {None, truth.given_minor}:
        raise ChargeNotCashable(truth.status_now)
    return truth


@retry_clashes
@transaction.atomic
def move_cash(
    principal: Principal,
    kind: MovementKind,
    *,
    movement_id: UUID,
    amount_minor: int,
    reason: str,
) -> CashMovement:
    """Record cash put into the drawer or taken out; the same form sent again moves it once.

    Locks the till, so that what is taken out was in it.

    Raises:
        DrawerRefused: more is taken out than is in it, or it has its float already.
        FormReused: the form moved something else.
    """
    assert principal.terminal is not None, "a till's page asks"
    assert principal.cashier is not None, "an unlocked one"
    terminal = Terminal.objects.select_for_update(no_key=True, of=["self"]).get(
        pk=principal.terminal.pk
    )
    known = CashMovement.objects.filter(pk=movement_id).first()
    if known is not None:
        if (known.terminal_id, known.kind, known.amount_minor) != (
            terminal.id,
            kind,
            amount_minor,
        ):
            raise FormReused
        return known
    _judge(terminal, kind, amount_minor)
    return CashMovement.objects.create(
        id=movement_id,
        terminal=terminal,
        store=principal.store,
        cashier=principal.cashier,
        kind=kind,
        amount_minor=amount_minor,
        currency=principal.store.currency,
        reason=reason,
    )


def _judge(terminal: Terminal, kind: MovementKind, amount_minor: int) -> None:
    totals = read_totals(select_unclosed(terminal, find_last(terminal)))
    if kind == MovementKind.FLOAT and totals.float_minor:
        raise DrawerRefused(gettext("This drawer has its float already. Use Paid in."))
    if kind == MovementKind.OUT and amount_minor > totals.expected_minor:
        raise DrawerRefused(gettext("There is less than that in the drawer."))
