"""Several bankers and operators at once: each amount counts once, and one decision holds.

In a currency of their own, because what they commit stays.
"""

import uuid
from functools import partial

import pytest
from django.db import connection, transaction

from banking import booking, breaks, imports, inbox
from banking.errors import BreakDecided
from banking.expectations import expect
from banking.models import Break, Entry
from ledger.queries import read_balance
from tests import factories
from tests.banking import bank
from tests.banking.samples import Camt, Ntry, Tx
from tests.ledger.sessions import let_others_act, read_pid, wait_until_waited_for
from wallet.models import Tier
from wallet.redemptions import lock_unfrozen

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
NZD = "NZD"
ROUNDS = 4


def sweep():
    """Do what the banker does; a lost race is done again by its next sweep."""
    imports.read_waiting_files()
    booking.book_entries()


def write(entries, *, kind="053"):
    total = sum(int(float(entry.amount) * 100) for entry in entries)
    return Camt(
        kind=kind,
        iban=bank.find_account(NZD).iban,
        currency=NZD,
        opening="0.00",
        closing=f"{total / 100:.2f}",
        entries=tuple(map(str, entries)),
    ).write()


def pay_in(reference="", amount="10.00"):
    tx = Tx(amount=amount, reference=reference, currency=NZD)
    return Ntry(amount, currency=NZD, bank=uuid.uuid4().hex[:12], txs=(tx,))


def test_bankers_at_once_count_each_amount_once(crowd):
    customer = factories.open_customer(currency=NZD)
    account_id = customer.wallet.account_id
    by = bank.make_user()
    for _ in range(ROUNDS):
        before = read_balance(account_id)
        announced = [
            expect(uuid.uuid4(), credit_account_id=account_id, currency=NZD, amount_minor=1000)
            for _ in range(6)
        ]
        entries = [pay_in(each.reference) for each in announced]
        # An advice, a statement and one that overlaps it.
        files = [
            write(entries[:2], kind="054"),
            write(entries[:4]),
            write(entries),
        ]
        for content in files:
            inbox.keep_upload(content, name="race.xml", by=by)

        crowd.act([sweep] * 6)
        sweep()

        assert read_balance(account_id) == before + 6000
        assert not Entry.objects.filter(currency=NZD, posted_at=None).exists()


def test_of_two_decisions_one_holds(crowd):
    first, second = factories.open_customer(currency=NZD), factories.open_customer(currency=NZD)
    for _ in range(ROUNDS):
        inbox.keep_upload(write([pay_in()]), name="race.xml", by=bank.make_user())
        sweep()
        row = Break.objects.filter(currency=NZD, decision="").latest("id")
        before = [read_balance(each.wallet.account_id) for each in (first, second)]

        decided = crowd.act(
            [
                partial(
                    breaks.credit,
                    Break.objects.get(pk=row.pk),
                    account_id=each.wallet.account_id,
                    by=bank.make_user(),
                )
                for each in (first, second)
            ],
            refusals=(BreakDecided,),
        )
        crowd.act([breaks.carry_out_decisions] * 4)

        assert sum(isinstance(each, BreakDecided) for each in decided) == 1
        after = [read_balance(each.wallet.account_id) for each in (first, second)]
        assert sorted(b - a for a, b in zip(before, after, strict=True)) == [0, 1000]


def test_what_is_entered_while_room_is_measured_passes_no_limit(crowd):
    customer = factories.open_customer(currency=NZD, balance_minor=50_000, tier=Tier.START)
    wallet, by = customer.wallet, bank.make_user()
    announced = expect(
        uuid.uuid4(), credit_account_id=wallet.account_id, currency=NZD, amount_minor=30_000
    )
    bank.find_account(NZD)
    for_both = [write([pay_in(announced.reference, "300.00")]) for _ in range(2)]
    inbox.keep_upload(for_both[0], name="race.xml", by=by)
    imports.read_waiting_files()

    with transaction.atomic():
        lock_unfrozen(wallet)
        booking_first = crowd.start(booking.book_entries)
        wait_until_waited_for(read_pid(connection))
        with let_others_act() as meanwhile:
            keep = partial(inbox.keep_upload, for_both[1], name="race.xml", by=by)
            meanwhile(keep).result(30)
            meanwhile(imports.read_waiting_files).result(30)
    booking_first.result(30)
    sweep()

    assert read_balance(wallet.account_id) == 80_000
    assert Break.objects.filter(suggested_account=wallet.account_id).count() == 1
