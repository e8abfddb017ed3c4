"""Money that two operators move by hand: asked, agreed or withdrawn, each step logged."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banking import adjustments
from banking.adjustments import NewAdjustment
from banking.models import Adjustment, Break
from console.audit import record_deed
from console.errors import OwnMoney
from console.models import AuditEntry, Operator
from console.money_in import find_by_reference
from foundation.paging import Page, cut_page
from identity.models import User
from identity.persons import are_one_person
from ledger.chart import AccountKind
from ledger.money import format_number
from ledger.queries import describe_accounts
from merchants.models import Merchant, MerchantBalance, StaffMember
from qr.errors import PayloadInvalid
from qr.references import decode_reference, encode_reference
from wallet.models import Wallet

PAGE_SIZE = 50
_ASKED = "adjustment.asked"
_NAMES: dict[str, Promise] = {
    AccountKind.FEE_INCOME: _("Our own fees"),
    AccountKind.SUSPENSE: _("Money of nobody (suspense)"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """Whose an account is: a customer, a shop, or the operator's own."""

    kind: str
    wallet: Wallet | None = None
    shop: Merchant | None = None

    @property
    def name(self) -> str:
        """Return the name for people."""
        if self.wallet is not None:
            return self.wallet.user.name
        if self.shop is not None:
            return self.shop.name
        return str(_NAMES.get(self.kind, self.kind))


@transaction.atomic
def ask_to_adjust(
    new: NewAdjustment, *, adjustment_id: UUID, by: Operator, device: str
) -> Adjustment:
    """Ask a second operator to move money; sent again, return the same wish.

    Raises:
        OwnMoney: it is the operator's own, or their shop's.
        AdjustmentUnfit, AdjustmentAlready, BreakDecided, FormReused: as
            `banking.adjustments`.
    """
    people = list_people([new.debit_account_id, new.credit_account_id])
    if any(are_one_person(each, by.user) for each in people):
        raise OwnMoney
    wish = adjustments.ask(new, adjustment_id=adjustment_id, by=by.user)
    if not AuditEntry.objects.filter(subject=wish.id, deed=_ASKED).exists():
        _log(_ASKED, wish, by=by, device=device)
    return wish


@transaction.atomic
def agree_to_adjust(wish: Adjustment, *, by: Operator, device: str) -> None:
    """Agree that money is moved, as the second operator.

    Raises:
        OwnRequest, DecidedMeanwhile, BreakDecided: as `banking.adjustments`.
    """
    people = list_people([wish.debit_account_id, wish.credit_account_id])
    adjustments.agree(wish, by=by.user, about=people)
    _log("adjustment.agreed", wish, by=by, device=device)


@transaction.atomic
def withdraw_adjustment(wish: Adjustment, *, by: Operator, device: str) -> None:
    """Withdraw the wish to move money, or decline it.

    Raises:
        DecidedMeanwhile: as `banking.adjustments`.
    """
    adjustments.withdraw(wish, by=by.user)
    _log("adjustment.withdrawn", wish, by=by, device=device)


def list_people(account_ids: Iterable[UUID]) -> list[User]:
    """List the people whose money these accounts are: customers, and those of shops."""
    ids = list(account_ids)
    owners = User.objects.filter(
        pk__in=Wallet.objects.filter(account__in=ids).values("user_id")
    )
    shops = MerchantBalance.objects.filter(payable_account__in=ids).values("merchant_id")
    staff = StaffMember.objects.filter(merchant__in=shops, is_active=True)
    return [*owners, *User.objects.filter(pk__in=staff.values("user_id"))]


def find_adjustment(reference: str) -> Adjustment | None:
    """Find an adjustment by its public reference."""
    return find_by_reference(_list_all(), "aj", reference)


def find_recovery(row: Break) -> Adjustment | None:
    """Return the latest wish to take a break's money back from a wallet."""
    about = Adjustment.objects.filter(about=row, withdrawn_at=None)
    return about.order_by("-asked_at").first()


def list_decided(*, after: str) -> Page[Adjustment]:
    """Return one page of the adjustments that were agreed to or withdrawn, the newest first.

    Raises:
        DoesNotExist: the cursor is not one of ours.
    """
    decided = _list_all().exclude(agreed_at=None, withdrawn_at=None).order_by("-id")
    if after:
        try:
            decided = decided.filter(pk__lt=decode_reference("aj", after))
        except PayloadInvalid:
            raise Adjustment.DoesNotExist from None
    return cut_page(decided, size=PAGE_SIZE, cursor=lambda row: encode_reference("aj", row.id))


def find_sides(rows: Iterable[Adjustment]) -> dict[UUID, Side]:
    """Return whose the accounts of adjustments are, by the account."""
    ids = {each for row in rows for each in (row.debit_account_id, row.credit_account_id)}
    wallets = Wallet.objects.filter(account__in=ids).select_related("user")
    balances = MerchantBalance.objects.filter(payable_account__in=ids)
    customers = {wallet.account_id: wallet for wallet in wallets}
    shops = {each.payable_account_id: each for each in balances.select_related("merchant")}
    return {
        account_id: Side(
            facts.kind,
            wallet=customers.get(account_id),
            shop=shops[account_id].merchant if account_id in shops else None,
        )
        for account_id, facts in describe_accounts(ids).items()
    }


def _list_all() -> QuerySet[Adjustment]:
    people = ("asked_by", "agreed_by", "withdrawn_by", "about")
    return Adjustment.objects.select_related(*people)


def _log(deed: str, wish: Adjustment, *, by: Operator, device: str) -> None:
    sides = find_sides([wish])
    names = [sides[each].name for each in (wish.debit_account_id, wish.credit_account_id)]
    record_deed(
        deed,
        wish.id,
        by=by,
        device=device,
        after={
            "what": wish.public_id,
            "total": f"{format_number(wish.amount_minor, wish.currency)} {wish.currency}",
            "person": " → ".join(names),
            "reason": wish.reason,
        },
    )
