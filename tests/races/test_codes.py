"""One payment code at two tills at once, and one wish sent twice: one of them is paid."""

from collections import Counter
from functools import partial

import pytest
from django.db import connection, transaction

from ledger.queries import read_balance
from pos.principals import act_for_terminal
from pos.terminals import add_terminal
from tests import factories
from tests.ledger.sessions import let_others_act, read_pid, wait_until_waited_for
from tests.paycodes import show_code
from tests.races.crowd import late, stagger
from wallet.collection import collect_charge
from wallet.errors import PaymentCodeUnknown, PaymentCodeUsed, TooManyTries
from wallet.models import Payment, PaymentCodeMiss, PaymentCodeUse
from wallet.payment_codes import (
    _LOCK_AS_MISS,
    _MISSES,
    NewUse,
    _lock_guesses,
    redeem_code,
    revoke_codes,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
ROUNDS = 50


def collect(shop, charge, code, *, key):
    return collect_charge(shop.till, NewUse(code, charge, key, b"test"))


def test_of_two_tills_with_one_code_one_is_paid(crowd, without_pin):
    shops = [factories.open_shop() for _ in range(2)]
    winners = Counter[int]()

    for number in range(ROUNDS):
        customer = factories.open_customer()
        code = show_code(customer)
        charges = [factories.make_charge(shop) for shop in shops]
        jobs = [
            partial(collect, shop, charge, code, key=f"{number}")
            for shop, charge in zip(shops, charges, strict=True)
        ]
        answers = crowd.act(stagger(jobs, round_number=number), refusals=(PaymentCodeUsed,))

        paid = [place for place, use in enumerate(answers) if isinstance(use, PaymentCodeUse)]
        assert len(paid) == 1
        assert Payment.objects.get(wallet=customer.wallet).charge == charges[paid[0]]
        assert read_balance(customer.wallet.account_id) == 10_000 - 480
        winners[paid[0]] += 1

    assert set(winners) == {0, 1}


def test_one_wish_sent_ten_times_is_paid_once_and_every_answer_is_the_same(crowd, without_pin):
    shop = factories.open_shop()

    for number in range(10):
        customer = factories.open_customer()
        charge, code = factories.make_charge(shop), show_code(customer)
        jobs = [partial(collect, shop, charge, code, key=f"{number}")] * 10
        answers = crowd.act(jobs)

        assert {(use.pk, use.outcome) for use in answers} == {(answers[0].pk, "captured")}
        assert Payment.objects.filter(charge=charge).count() == 1


def test_two_codes_of_two_wallets_for_one_sale_are_paid_once(crowd, without_pin):
    shop = factories.open_shop()

    for number in range(20):
        people = [factories.open_customer() for _ in range(2)]
        charge = factories.make_charge(shop)
        jobs = [
            partial(collect, shop, charge, show_code(person), key=f"{number} {place}")
            for place, person in enumerate(people)
        ]
        answers = crowd.act(jobs, refusals=(Exception,))

        assert sum(isinstance(answer, PaymentCodeUse) for answer in answers) == 1
        assert sum(read_balance(each.wallet.account_id) for each in people) == 20_000 - 480


def test_guesses_at_the_same_moment_are_counted_each(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    code, charge = show_code(customer), factories.make_charge(shop)
    wrong = f"{code[:-1]}{(int(code[-1]) + 1) % 10}"
    jobs = [
        partial(redeem_code, shop.till, NewUse(wrong, charge, f"{number}", b"test"))
        for number in range(40)
    ]

    answers = crowd.act(jobs, refusals=(PaymentCodeUnknown, TooManyTries))

    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"PaymentCodeUnknown": 10, "TooManyTries": 30}
    assert PaymentCodeMiss.objects.filter(principal_id=shop.terminal.id).count() == 10


def test_guesses_from_all_of_a_merchant_s_tills_at_once_are_counted_together(crowd):
    shop = factories.open_shop()
    tills = [
        act_for_terminal(add_terminal(shop.store, name=f"Till {number}"))
        for number in range(2, 42)
    ]
    charge = factories.make_charge(shop)
    jobs = [
        partial(redeem_code, till, NewUse(f"77{place:016}", charge, "one", b"test"))
        for place, till in enumerate(tills)
    ]

    answers = crowd.act(jobs, refusals=(PaymentCodeUnknown, TooManyTries))

    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"PaymentCodeUnknown": 30, "TooManyTries": 10}
    assert PaymentCodeMiss.objects.filter(merchant=shop.merchant).count() == 30


def test_a_guess_that_hits_is_behind_the_misses_before_it(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    charge, code = factories.make_charge(shop), show_code(customer)
    tills = [
        act_for_terminal(add_terminal(shop.store, name=f"Till {number}"))
        for number in range(2, 5)
    ]
    for number in range(29):
        PaymentCodeMiss.objects.create(
            merchant=shop.merchant, principal_id=tills[number % 3].id
        )
    hit = partial(redeem_code, shop.till, NewUse(code, charge, "hit", b"test"))

    with transaction.atomic():
        # The thirtieth miss, counted and not yet written down.
        _lock_guesses(shop.till, _LOCK_AS_MISS)
        _MISSES.add(shop.merchant.id, by=shop.till.id)
        waiting = crowd.start(hit, refusals=(TooManyTries,))
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.2)

    assert isinstance(waiting.result(timeout=10), TooManyTries)
    assert not PaymentCodeUse.objects.filter(wallet=customer.wallet).exists()


def test_a_code_is_used_before_it_is_revoked_or_not_at_all(crowd):
    shop = factories.open_shop()
    firsts = Counter[str]()

    for number in range(40):
        customer = factories.open_customer()
        new = NewUse(show_code(customer), factories.make_charge(shop), f"{number}", b"test")
        redeem = partial(redeem_code, shop.till, new)
        # Later from round to round: it comes before, while and after the code is used.
        revoke = late(partial(revoke_codes, customer.wallet), number / 1000)
        use, _ = crowd.act([redeem, revoke], refusals=(PaymentCodeUnknown,))

        used = isinstance(use, PaymentCodeUse)
        assert PaymentCodeUse.objects.filter(wallet=customer.wallet).count() == used
        firsts["used" if used else "revoked"] += 1
        PaymentCodeMiss.objects.filter(merchant=shop.merchant).delete()

    assert set(firsts) == {"used", "revoked"}


def test_a_code_that_is_being_stopped_is_not_used_meanwhile(committed):
    shop, customer = factories.open_shop(), factories.open_customer()
    new = NewUse(show_code(customer), factories.make_charge(shop), "stopped", b"test")

    with let_others_act() as meanwhile:
        with transaction.atomic():
            revoke_codes(customer.wallet)
            use = meanwhile(partial(redeem_code, shop.till, new))
            wait_until_waited_for(read_pid(connection))

        with pytest.raises(PaymentCodeUnknown):
            use.result(timeout=10)
    assert not PaymentCodeUse.objects.filter(wallet=customer.wallet).exists()
