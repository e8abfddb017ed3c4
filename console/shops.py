"""Read-only queries of the console about shops."""

from dataclasses import dataclass

from banking.models import FileStatus, Order, OrderKind, OrderStatus
from console.money_in import find_by_reference
from foundation.paging import Page, cut_page
from ledger.queries import sum_balance
from ledger.typed import write_percent
from merchants.fee_rules import list_rules
from merchants.fees import find_fee, list_coming_rules, list_methods, list_tiers
from merchants.models import (
    Application,
    FeeRule,
    Merchant,
    MerchantBalance,
    Role,
    Settlement,
    StaffMember,
    Store,
)
from merchants.payouts import find_hold
from merchants.queries import find_payout_account, list_merchant_balances, preview_settlement
from qr.errors import PayloadInvalid
from qr.references import decode_reference, encode_reference

PAGE_SIZE = 50
_ORDERS_SHOWN = 20
_RULES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Owed:
    """What a shop is owed in a currency: settled and on its account, and not settled yet."""

    currency: str
    payable_minor: int
    unsettled_minor: int


def list_shops(*, after: str) -> Page[Merchant]:
    """Return one page of the shops, the newest first.

    Raises:
        DoesNotExist: the cursor is not one of ours.
    """
    shops = Merchant.objects.order_by("-id")
    if after:
        try:
            shops = shops.filter(pk__lt=decode_reference("mr", after))
        except PayloadInvalid:
            raise Merchant.DoesNotExist from None
    return cut_page(shops, size=PAGE_SIZE, cursor=lambda shop: encode_reference("mr", shop.id))


def find_shop(reference: str) -> Merchant | None:
    """Find a shop by its public reference."""
    return find_by_reference(Merchant.objects.all(), "mr", reference)


def find_fee_rule(merchant: Merchant, reference: str) -> FeeRule | None:
    """Find one of a shop's fee rules."""
    rules = FeeRule.objects.filter(merchant=merchant).select_related("merchant", "asked_by")
    return find_by_reference(rules, "fr", reference)


def describe_shop(merchant: Merchant) -> dict[str, object]:
    """Return what the page of a shop shows."""
    working = StaffMember.objects.filter(merchant=merchant, is_active=True)
    people = working.select_related("user")
    fee = find_fee(merchant.id)
    return {
        "application": Application.objects.filter(merchant=merchant).order_by("-id").first(),
        "stores": Store.objects.filter(merchant=merchant).order_by("name", "id"),
        "owners": people.filter(role=Role.OWNER).order_by("user__name", "id"),
        "people_count": people.count(),
        "fee": fee,
        "percent": write_percent(fee.mdr_bps),
        "methods": list_methods(merchant.id),
        "tiers": list_tiers(merchant.id),
        "coming": [_write(rule) for rule in list_coming_rules(merchant.id)],
        "rules": [_write(rule) for rule in list_rules(merchant.id, count_max=_RULES_SHOWN)],
        "account": find_payout_account(merchant.id),
        "hold": find_hold(merchant.id),
        "owed": [_owe(balance) for balance in list_merchant_balances(merchant.id)],
        "orders": _list_orders(merchant),
    }


def find_first_currency(merchant: Merchant, *, default: str) -> str:
    """Return the currency of a shop's first balance."""
    balances = MerchantBalance.objects.filter(merchant=merchant).order_by("id")
    return balances.values_list("currency", flat=True).first() or default


def list_unstoppable(merchant: Merchant) -> list[Order]:
    """List a shop's payouts that are in a released run, which a hold does not stop."""
    accounts = MerchantBalance.objects.filter(merchant=merchant).values("payable_account_id")
    waiting = Order.objects.filter(source_account_id__in=accounts, status=OrderStatus.PENDING)
    released = waiting.filter(file__status=FileStatus.RELEASED)
    return list(released.order_by("-id")[:_ORDERS_SHOWN])


def _write(rule: FeeRule) -> tuple[FeeRule, str]:
    return rule, write_percent(rule.mdr_bps)


def _owe(balance: MerchantBalance) -> Owed:
    preview = preview_settlement(balance)
    return Owed(
        currency=balance.currency,
        payable_minor=sum_balance(balance.payable_account_id),
        unsettled_minor=preview.sales_minor - preview.refunds_minor - preview.fees_minor,
    )


def _list_orders(merchant: Merchant) -> list[Order]:
    settlements = Settlement.objects.filter(balance__merchant=merchant).order_by("-id")
    recent = list(settlements.values_list("id", flat=True)[:_ORDERS_SHOWN])
    orders = Order.objects.filter(kind=OrderKind.PAYOUT, subject__in=recent)
    return list(orders.order_by("-id")[:_ORDERS_SHOWN])
