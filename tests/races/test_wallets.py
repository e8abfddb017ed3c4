"""One wallet, many payments at once: never below zero, never past its allowances."""

from collections import Counter
from functools import partial

import pytest

from identity.errors import ChecksWait, PinLocked, PinWrong
from identity.pins import check_pin
from ledger.errors import InsufficientFunds
from ledger.queries import read_balance, sum_balance
from pos.models import ChargeStatus
from qr.links import encode_short_code
from tests import factories
from tests.races.crowd import late
from wallet.errors import CodeUnknown, PinRequired, TooManyTries, WalletFrozen
from wallet.freezing import freeze
from wallet.models import Attempt, Payment, ShortCodeMiss
from wallet.scans import record_scan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


def test_of_a_hundred_spends_the_wallet_pays_what_it_holds(crowd, without_pin):
    shop, customer = (
        factories.open_shop(),
        factories.open_customer(balance_minor=40 * 480 + 479),
    )
    account_id = customer.wallet.account_id
    charges = [factories.make_charge(shop) for _ in range(100)]
    claims = [factories.claim(customer, charge) for charge in charges]

    answers = crowd.act(
        [partial(factories.confirm, customer, claim, pin="") for claim in claims],
        refusals=(InsufficientFunds,),
    )

    assert Counter(type(answer) for answer in answers) == {Payment: 40, InsufficientFunds: 60}
    assert read_balance(account_id) == sum_balance(account_id) == 479
    # Every payment saw a balance of its own: they came one after the other.
    balances = sorted(a.balance_after_minor for a in answers if isinstance(a, Payment))
    assert balances == [479 + 480 * step for step in range(40)]
    for charge in charges:
        charge.refresh_from_db()
    assert Counter(charge.status for charge in charges) == {
        ChargeStatus.CAPTURED: 40,
        ChargeStatus.CLAIMED: 60,
    }


def test_a_freeze_amid_payments_lets_each_be_made_whole_or_not_at_all(crowd, without_pin):
    for _ in range(5):
        shop, customer = factories.open_shop(), factories.open_customer()
        claims = [factories.claim(customer, factories.make_charge(shop)) for _ in range(9)]
        *claims, last = claims
        payments = [partial(factories.confirm, customer, claim, pin="") for claim in claims]

        *answers, _ = crowd.act(
            [*payments, late(partial(freeze, customer.wallet), 0.004)], refusals=(WalletFrozen,)
        )

        counted = Counter(map(type, answers))
        assert counted[Payment] + counted[WalletFrozen] == len(claims)
        assert read_balance(customer.wallet.account_id) == 10_000 - 480 * counted[Payment]
        with pytest.raises(WalletFrozen):
            factories.confirm(customer, last)


def test_the_allowance_without_pin_is_never_exceeded(crowd, settings):
    shop, customer = factories.open_shop(), factories.open_customer()
    claims = [
        factories.claim(customer, factories.make_charge(shop, amount_minor=100))
        for _ in range(20)
    ]

    answers = crowd.act(
        [partial(factories.confirm, customer, claim, pin="") for claim in claims],
        refusals=(PinRequired,),
    )

    allowed = settings.NO_PIN_COUNT_MAX
    assert Counter(type(a) for a in answers) == {Payment: allowed, PinRequired: 20 - allowed}
    customer.wallet.refresh_from_db()
    assert (customer.wallet.no_pin_count, customer.wallet.no_pin_minor) == (5, 500)
    assert read_balance(customer.wallet.account_id) == 10_000 - 500
    assert Attempt.objects.filter(claim__in=claims, reason="pin_required").count() == 15


def test_the_sum_without_pin_is_never_exceeded(crowd, settings):
    settings.NO_PIN_COUNT_MAX = 0
    shop, customer = factories.open_shop(), factories.open_customer(balance_minor=50_000)
    claims = [
        factories.claim(customer, factories.make_charge(shop, amount_minor=2_400))
        for _ in range(20)
    ]

    answers = crowd.act(
        [partial(factories.confirm, customer, claim, pin="") for claim in claims],
        refusals=(PinRequired,),
    )

    # Four times 24.00 fit into 100.00.
    assert Counter(type(answer) for answer in answers) == {Payment: 4, PinRequired: 16}
    assert read_balance(customer.wallet.account_id) == 50_000 - 4 * 2_400


def test_of_fifty_wrong_pins_at_once_five_are_looked_at(crowd):
    customer = factories.open_customer()
    user_id = customer.wallet.user_id

    answers = crowd.act(
        [partial(check_pin, user_id, f"{guess:06}", scope="till:1") for guess in range(50)],
        refusals=(PinWrong, PinLocked),
    )

    # Four are told how many tries are left; the fifth locks, and so the rest find it.
    tries_left = sorted(a.tries_left for a in answers if isinstance(a, PinWrong))
    assert tries_left == [1, 2, 3, 4]
    assert sum(isinstance(answer, PinLocked) for answer in answers) == 46
    with pytest.raises(PinLocked):
        check_pin(user_id, factories.PIN, scope="till:1")
    check_pin(user_id, factories.PIN, scope="till:2")


def test_the_right_pin_many_times_at_once_is_no_wrong_try(crowd):
    customer = factories.open_customer()

    check = partial(check_pin, customer.wallet.user_id, factories.PIN, scope="till:1")
    answers = crowd.act([check] * 20, refusals=(ChecksWait,))

    # On a busy machine the last ones wait too long; nobody is told that the PIN is wrong.
    assert None in answers
    assert factories.count_tries(customer.wallet.user) == 0


def test_of_sixty_guesses_at_once_ten_are_looked_at(crowd):
    wallet = factories.open_customer().wallet

    answers = crowd.act(
        [partial(record_scan, wallet, encode_short_code(guess)) for guess in range(60)],
        refusals=(CodeUnknown, TooManyTries),
    )

    assert Counter(type(answer) for answer in answers) == {CodeUnknown: 10, TooManyTries: 50}
    assert ShortCodeMiss.objects.filter(wallet=wallet).count() == 10


def test_the_right_code_many_times_at_once_is_no_guess(crowd):
    wallet, charge = (
        factories.open_customer().wallet,
        factories.make_charge(factories.open_shop()),
    )

    answers = crowd.act([partial(record_scan, wallet, charge.short_code)] * 20)

    assert answers == [charge] * 20
    assert not ShortCodeMiss.objects.filter(wallet=wallet).exists()
