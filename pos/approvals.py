"""A manager's leave for a discount above the cashier's cap, by PIN at the cashier's till."""

from identity.pins import check_pin
from identity.tries import at_till
from merchants.access import can_manage
from merchants.models import StaffMember, Store
from pos.models import Approval
from pos.principals import Principal
from pos.terminals import find_cashiers


def list_allowers(store: Store) -> list[StaffMember]:
    """List who may allow more than a cashier may give, by name."""
    return [person for person in find_cashiers(store) if can_manage(person)]


def approve_discounts(
    till: Principal, *, manager: StaffMember, pin: str, most_bps: int
) -> Approval:
    """Record that a manager allows the discounts of one sale; the till stays the cashier's.

    Raises:
        PinWrong: says how many tries are left.
        PinLocked: five wrong tries of this manager at this till.
    """
    assert till.terminal is not None, "an approval is given at a till"
    assert till.cashier is not None, "an approval is given to somebody"
    check_pin(manager.user_id, pin, scope=at_till(till.terminal.id))
    return Approval.objects.create(
        terminal=till.terminal, cashier=till.cashier, manager=manager, most_bps=most_bps
    )
