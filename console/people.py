"""Read-only queries of the console about people and sales."""

from dataclasses import dataclass

from django.utils import timezone

from banking.models import Order
from console.models import Operator
from console.money_in import find_by_reference
from identity.models import DashboardSession, Session, User
from ledger.queries import Posting, list_postings, read_balance
from merchants.models import StaffMember
from pos.models import Charge
from pos.places import list_paths
from pos.queries import list_refunds
from pos.timeline import list_timeline
from wallet.models import Payment, Wallet

_ORDERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Holding:
    """A wallet, and what it holds in minor units."""

    wallet: Wallet
    balance_minor: int


def find_person(reference: str) -> User | None:
    """Find a person by their public reference."""
    return find_by_reference(User.objects.all(), "us", reference)


def describe_person(person: User) -> dict[str, object]:
    """Return what the page of a person shows."""
    now = timezone.now()
    wallets = list(Wallet.objects.filter(user=person).order_by("id"))
    phones = Session.objects.filter(user=person, ended_at=None, expires_at__gt=now)
    browsers = DashboardSession.objects.filter(user_id=person.id, expire_date__gt=now)
    orders = Order.objects.filter(source_account__in=[each.account_id for each in wallets])
    jobs = StaffMember.objects.filter(user=person).select_related("merchant", "store")
    return {
        "holdings": [Holding(each, read_balance(each.account_id)) for each in wallets],
        "jobs": jobs.order_by("merchant__name", "id"),
        "sessions_count": phones.count() + browsers.count(),
        "is_operator": Operator.objects.filter(pk=person.pk, is_active=True).exists(),
        "orders": orders.order_by("-id")[:_ORDERS_SHOWN],
    }


def find_sale(reference: str) -> Charge | None:
    """Find a charge by its public reference."""
    charges = Charge.objects.select_related(*list_paths(), "cashier__user")
    return find_by_reference(charges, "ch", reference)


def describe_sale(charge: Charge) -> dict[str, object]:
    """Return what the page of a charge shows."""
    refunds = list_refunds(charge)
    payments = Payment.objects.filter(charge=charge).select_related("wallet__user")
    transfers: list[Posting] = list_postings([charge.id, *(each.id for each in refunds)])
    return {
        "refunds": refunds,
        "timeline": list_timeline(charge, refunds),
        "transfers": transfers,
        "payment": payments.first(),
    }
