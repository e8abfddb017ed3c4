"""A wallet's limits, under payments, decisions and withdrawals of the same moment."""

from collections import Counter
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection, transaction

from banking import breaks, inbox
from banking.breaks import _carry_out
from banking.errors import DecisionUnfit
from banking.models import Break
from console.identities import decline_wish, grant_wish
from console.models import AuditEntry, Operator
from identity.errors import OwnRequest
from ledger.queries import read_balance
from tests import factories
from tests.banking import bank
from tests.flows.steps import make_operator
from tests.ledger.sessions import read_pid, wait_until_waited_for
from tests.owners import as_owner
from tests.races.test_money_in import NZD, pay_in, sweep, write
from wallet.errors import IdentityAsked, IdentityDecided, WalletLimitReached
from wallet.identity_requests import ask_for_tier, withdraw
from wallet.models import IdentityRequest, Payment, Tier, Wallet
from wallet.tiers import find_limits, measure_rooms

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
FACTS = factories.plan_facts()


def test_payments_at_once_do_not_pass_the_limit_of_a_day(crowd, without_pin):
    shop = factories.open_shop()
    customer = factories.open_customer(balance_minor=100_000, tier=Tier.START)
    claims = [
        factories.claim(customer, factories.make_charge(shop, amount_minor=4_000))
        for _ in range(20)
    ]

    answers = crowd.act(
        [partial(factories.confirm, customer, claim, pin="") for claim in claims],
        refusals=(WalletLimitReached,),
    )

    # Twelve times 40.00 fit into the 500.00 of a day.
    paid = [answer for answer in answers if isinstance(answer, Payment)]
    assert len(paid) == 12
    assert len(answers) - len(paid) == 8
    assert sorted(each.paid_total_minor for each in paid) == list(range(4_000, 48_001, 4_000))
    customer.wallet.refresh_from_db()
    assert customer.wallet.paid_minor == 48_000
    assert read_balance(customer.wallet.account_id) == 100_000 - 48_000


def test_a_payment_that_waited_for_a_migration_sees_the_limits(crowd, without_pin):
    shop = factories.open_shop()
    customer = factories.open_customer(balance_minor=100_000, tier=Tier.START)
    claim = factories.claim(customer, factories.make_charge(shop, amount_minor=4_000))

    with as_owner() as cursor:
        # To a snapshot of before, the table that this writes anew is empty.
        cursor.execute("ALTER TABLE wallet_tierlimit ALTER COLUMN tier TYPE varchar(7)")
        cursor.execute("ALTER TABLE wallet_tierlimit ALTER COLUMN tier TYPE varchar(8)")
        paying = crowd.start(partial(factories.confirm, customer, claim, pin=""))
        wait_until_waited_for(read_pid(connection))

    assert paying.result(timeout=60).amount_minor == 4_000


def test_credits_at_once_do_not_fill_the_same_room(crowd):
    bank.find_account(NZD)
    operator = bank.make_user()
    for _ in range(4):
        customer = factories.open_customer(currency=NZD, balance_minor=50_000, tier=Tier.START)
        account_id = customer.wallet.account_id
        inbox.keep_upload(
            write([pay_in(amount="300.00") for _ in range(4)]), name="race.xml", by=operator
        )
        sweep()
        rows = list(Break.objects.filter(currency=NZD, decision="").order_by("-id")[:4])
        for row in rows:
            breaks.credit(row, account_id=account_id, by=operator)

        # Each banker begins with another one.
        crowd.act([partial(_carry_out, row.pk) for row in rows], refusals=(DecisionUnfit,))
        breaks.carry_out_decisions()

        # Of 1,000.00 there was room for one.
        assert read_balance(account_id) == 80_000
        decided = Break.objects.filter(pk__in=[row.pk for row in rows])
        assert Counter(decided.values_list("decision", flat=True)) == {"credit": 1, "": 3}


def test_a_tier_that_rises_while_room_is_measured_still_has_a_limit(crowd):
    customer = factories.open_customer(currency=NZD, balance_minor=50_000, tier=Tier.START)
    wallet = customer.wallet

    with transaction.atomic():
        Wallet.objects.filter(pk=wallet.pk).update(tier=Tier.KNOWN)
        measuring = crowd.start(transaction.atomic(partial(measure_rooms, [wallet.account_id])))
        wait_until_waited_for(read_pid(connection))

    wallet.refresh_from_db()
    most_minor = find_limits(wallet).balance_max_minor
    assert most_minor is not None
    assert measuring.result(timeout=30) == {wallet.account_id: most_minor - 50_000}


def test_of_two_forms_at_once_one_asks(crowd):
    customer = factories.open_customer(tier=Tier.START)

    ask = partial(ask_for_tier, customer.wallet, FACTS)
    answers = crowd.act(
        [partial(ask, request_id=uuid4()) for _ in range(8)], refusals=(IdentityAsked,)
    )

    counted = Counter(map(type, answers))
    assert counted == {IdentityRequest: 1, IdentityAsked: 7}


def test_the_same_form_many_times_at_once_asks_once(crowd):
    customer = factories.open_customer(tier=Tier.START)

    ask = partial(ask_for_tier, customer.wallet, FACTS, request_id=uuid4())
    answers = crowd.act([ask] * 8)

    assert len({each.pk for each in answers}) == 1


def test_of_decisions_and_a_withdrawal_at_once_one_counts(crowd):
    operators = [
        Operator.objects.select_related("user").get(
            pk=make_operator(f"{uuid4().hex}@operator.test", name=f"Operator {uuid4()}").pk
        )
        for _ in range(4)
    ]
    for _ in range(6):
        customer = factories.open_customer(tier=Tier.START)
        wish = ask_for_tier(customer.wallet, FACTS, request_id=uuid4())
        wishes = [
            IdentityRequest.objects.select_related("user").get(pk=wish.pk) for _ in range(4)
        ]

        crowd.act(
            [
                partial(grant_wish, wishes[0], by=operators[0], device=""),
                partial(decline_wish, wishes[1], by=operators[1], device="", reason="No."),
                partial(grant_wish, wishes[2], by=operators[2], device=""),
                partial(withdraw, customer.wallet.user_id),
            ],
            refusals=(IdentityDecided, OwnRequest),
        )

        wish.refresh_from_db()
        logged = list(AuditEntry.objects.filter(subject=wish.pk).values_list("deed", flat=True))
        wanted = {"withdrawn": [], "granted": ["identity.granted"]}
        assert logged == wanted.get(wish.status, ["identity.declined"])
        tier = Wallet.objects.get(pk=customer.wallet.pk).tier
        assert tier == (Tier.KNOWN if wish.status == "granted" else Tier.START)
