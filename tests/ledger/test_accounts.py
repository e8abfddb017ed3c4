"""The chart of accounts: normal sides, limits, the house's own accounts."""

import pytest
from django.db import IntegrityError, connection, transaction

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.errors import CurrencyUnknown
from ledger.models import Account
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
OPEN = """
    INSERT INTO ledger_account (id, kind, currency, normal_side, may_go_negative)
    VALUES (gen_random_uuid(), %s, 'EUR', %s, %s)
"""
UNCHARTED = {
    "a wallet without a bottom": ["wallet", "credit", True],
    "a wallet of the other side": ["wallet", "debit", False],
    "takings with a bottom": ["takings", "credit", False],
    "takings of the other side": ["takings", "debit", True],
    "a safeguard of the other side": ["safeguard", "credit", True],
    "a kind that there is not": ["gold", "credit", True],
}
CHANGES = [
    "UPDATE ledger_account SET id = gen_random_uuid()",
    "UPDATE ledger_account SET kind = 'takings', may_go_negative = true",
    "UPDATE ledger_account SET currency = 'USD'",
    "UPDATE ledger_account SET normal_side = 'debit'",
    "UPDATE ledger_account SET may_go_negative = true",
    "UPDATE ledger_account SET balance_minor = 1, currency = 'USD' WHERE false",
    "DELETE FROM ledger_account",
    "TRUNCATE ledger_account CASCADE",
]


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
    first = get_or_open_house_account(AccountKind.FEE_INCOME, currency="EUR")

    assert get_or_open_house_account(AccountKind.FEE_INCOME, currency="EUR") == first
    assert get_or_open_house_account(AccountKind.FEE_INCOME, currency="JPY") != first
    assert get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR") != first


def test_an_account_that_the_house_has_is_not_opened_again():
    first = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")

    with pytest.raises(IntegrityError, match="one_of_the_house"), transaction.atomic():
        open_account(AccountKind.SAFEGUARD, currency="EUR")

    assert get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR") == first


@pytest.mark.parametrize("account", UNCHARTED.values(), ids=UNCHARTED)
def test_an_account_that_the_chart_does_not_have_is_never_opened(account):
    before = Account.objects.count()

    with (
        pytest.raises(IntegrityError, match="chart has no account"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(OPEN, account)

    assert Account.objects.count() == before


@pytest.mark.parametrize("change", CHANGES)
def test_an_account_stays_what_it_was_opened_as(wallet, change):
    before = Account.objects.filter(pk=wallet).values().get()

    with (
        pytest.raises(IntegrityError, match="stays what it was opened as"),
        as_owner() as cursor,
    ):
        cursor.execute(change)

    assert Account.objects.filter(pk=wallet).values().get() == before


@pytest.mark.parametrize("opening", [open_account, get_or_open_house_account])
def test_no_account_is_opened_in_an_unknown_currency(opening):
    with pytest.raises(CurrencyUnknown):
        opening(AccountKind.SAFEGUARD, currency="ZZZ")

    assert not Account.objects.filter(currency="ZZZ").exists()


def test_an_account_names_itself(wallet):
    assert str(Account.objects.get(pk=wallet)) == f"wallet EUR {wallet}"
