"""The bank has what is owed, and what differs is named."""

import pytest
from django.core import mail

from banking import safeguarding
from banking.models import SafeguardCheck
from tests.banking import bank
from tests.banking.samples import Camt, Ntry
from tests.banking.test_imports import bring

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(db):
    return bank.find_account()


def state(*entries, opening, closing, day="2026-11-27"):
    return bring(
        Camt(
            opening=opening, closing=closing, day=day, entries=tuple(map(str, entries))
        ).write()
    )


def check():
    return safeguarding.check_safeguarding("EUR")


def test_without_a_statement_there_is_nothing_to_compare():
    found = check()

    assert (found.bank_minor, found.difference_minor) == (None, None)


def test_what_the_bank_has_is_what_is_owed():
    state(Ntry("10.00", bank="1"), opening="0.00", closing="10.00")

    found = check()

    assert (found.bank_minor, found.suspense_minor, found.difference_minor) == (1000, 1000, 0)
    assert safeguarding.find_causes("EUR") == []


def test_the_money_of_customers_counts(customer):
    # 100.00 by hand before the first statement.
    state(Ntry("10.00", bank="1"), opening="100.00", closing="110.00")

    found = check()

    assert (found.wallets_minor, found.difference_minor) == (10000, 0)
    assert safeguarding.find_causes("EUR") == []


def test_what_was_booked_after_the_balance_s_day_is_left_out():
    state(Ntry("10.00", bank="1"), opening="0.00", closing="10.00")
    bring(Camt(kind="054", entries=(str(Ntry("5.00", bank="2", day="2026-11-28")),)).write())

    found = check()

    assert (found.later_minor, found.suspense_minor, found.difference_minor) == (500, 1500, 0)


def test_a_missing_statement_is_named():
    state(Ntry("10.00", bank="1"), opening="0.00", closing="10.00")
    state(opening="25.00", closing="25.00", day="2026-11-29")

    assert check().difference_minor == 1500
    [cause] = safeguarding.find_causes("EUR")
    assert "statement is missing" in cause.words
    assert (cause.amount_minor, str(cause.day)) == (1500, "2026-11-29")


def test_a_statement_that_repeats_an_earlier_one_is_no_gap():
    first, second = Ntry("10.00", bank="1"), Ntry("4.00", bank="2", day="2026-11-28")
    state(first, opening="0.00", closing="10.00")
    # Of both days.
    state(first, second, opening="0.00", closing="14.00", day="2026-11-28")

    assert check().difference_minor == 0
    assert safeguarding.find_causes("EUR") == []


def test_an_entry_that_only_an_advice_told_of_is_named():
    bring(Camt(kind="054", entries=(str(Ntry("5.00", bank="2")),)).write())
    state(opening="0.00", closing="0.00")

    assert check().difference_minor == -500
    [cause] = safeguarding.find_causes("EUR")
    assert "no statement has it" in cause.words
    assert cause.amount_minor == -500


def test_money_that_was_there_before_is_named():
    state(opening="70.00", closing="70.00")

    assert check().difference_minor == 7000
    [cause] = safeguarding.find_causes("EUR")
    assert "Before the first statement" in cause.words
    assert cause.amount_minor == 7000


def test_a_difference_raises_the_alarm(settings, caplog):
    settings.ADMINS = [("a", "admin@operator.test")]
    state(opening="70.00", closing="70.00")

    safeguarding.check_every_currency()

    assert "Safeguarding does not hold" in caplog.text
    [letter] = mail.outbox
    assert "€70.00" in letter.body
    assert SafeguardCheck.objects.count() == 1


def test_no_difference_raises_none(settings):
    settings.ADMINS = [("a", "admin@operator.test")]
    state(Ntry("10.00", bank="1"), opening="0.00", closing="10.00")

    safeguarding.check_every_currency()

    assert mail.outbox == []
    assert safeguarding.list_checks("EUR", count_max=5)[0].difference_minor == 0
