"""The chart of accounts: normal sides, limits, the house's own accounts."""

import pytest

from ledger.accounts import find_house_account, open_account
from ledger.chart import AccountKind
from ledger.errors import CurrencyUnknown
from ledger.models import Account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "side", "may_go_negative"),
    [
        (AccountKind.SAFEGUARD, "debit", True),
        (AccountKind.RECEIVABLE, "debit", True),
        (AccountKind.TAKINGS, "credit", True),
        (AccountKind.PAYABLE, "credit", True),
        (AccountKind.FEE_INCOME, "credit", True),
        (AccountKind.WALLET, "credit", False),
    ],
)
def test_each_kind_grows_on_its_side(kind, side, may_go_negative):
    account = Account.objects.get(pk=open_account(kind, currency="KWD"))

    assert (account.normal_side, account.may_go_negative) == (side, may_go_negative)
    assert (account.currency, account.balance_minor) == ("KWD", 0)


def test_the_house_has_one_account_of_a_kind_and_currency():
    first = find_house_account(AccountKind.FEE_INCOME, currency="EUR")

    assert find_house_account(AccountKind.FEE_INCOME, currency="EUR") == first
    assert find_house_account(AccountKind.FEE_INCOME, currency="JPY") != first
    assert find_house_account(AccountKind.SAFEGUARD, currency="EUR") != first


@pytest.mark.parametrize("opening", [open_account, find_house_account])
def test_no_account_is_opened_in_an_unknown_currency(opening):
    with pytest.raises(CurrencyUnknown):
        opening(AccountKind.SAFEGUARD, currency="ZZZ")

    assert not Account.objects.filter(currency="ZZZ").exists()


def test_an_account_names_itself(wallet):
    assert str(Account.objects.get(pk=wallet)) == f"wallet EUR {wallet}"
