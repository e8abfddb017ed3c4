"""Money that two operators move by hand: asked, agreed, posted once, and told to its owners."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from banking.adjustments import carry_out_agreed
from banking.models import Adjustment, Break
from banking.tasks import sweep_adjustments
from console.forms_adjustments import AdjustmentForm, RecoveryForm
from console.models import AuditEntry
from identity.models import User
from ledger.accounts import get_or_open_house_account
from ledger.models import Transfer
from ledger.queries import read_balance, sum_balance
from merchants.models import Role
from merchants.onboarding import hire
from merchants.queries import check_balance
from tests import factories
from tests.banking import bank
from tests.banking.samples import Ntry
from tests.banking.test_imports import bring, statement
from tests.flows.steps import (
    make_operator,
    open_console,
    open_dashboard,
    open_wallet,
    sign_id,
)
from tests.tiers import allow

pytestmark = pytest.mark.django_db
LIST = "/console/adjustments/"
REASON = "Charged twice on 3 May."


@pytest.fixture
def aoife(db):
    return open_console(make_operator())


@pytest.fixture
def brian(db):
    return open_console(make_operator("brian@operator.test", name="Brian Walsh"))


def plan(*, number=1, **typed):
    told = {
        "made_id": sign_id(AdjustmentForm, number),
        "debit": "fee_income",
        "credit": "wallet",
        "amount": "5",
        "currency": "EUR",
        "reason": REASON,
    }
    return told | typed


def ask(browser, **typed):
    return browser.post(f"{LIST}new/", plan(**typed))


def decide(browser, wish="agree"):
    page = f"{LIST}{Adjustment.objects.latest('id').public_id}/decide/"
    return browser.post(page, {"wish": wish})


def list_deeds():
    return list(AuditEntry.objects.order_by("id").values_list("deed", flat=True))


def test_two_operators_move_money_once_and_its_owner_reads_why(
    aoife, brian, customer, phone, proofs_hold
):
    wallet = customer.wallet
    assert ask(aoife, credit_name=wallet.public_id).status_code == 302
    assert decide(aoife).status_code == 409
    carry_out_agreed()
    assert read_balance(wallet.account_id) == 10_000

    assert decide(brian).status_code == 302
    for _ in range(2):
        sweep_adjustments()

    row = Adjustment.objects.get()
    transfer = Transfer.objects.get(pk=row.pk)
    assert (transfer.kind, transfer.amount_minor) == ("adjust", 500)
    assert (row.moved_minor, row.refusal) == (500, "")
    assert read_balance(wallet.account_id) == 10_500
    fees = get_or_open_house_account("fee_income", currency="EUR")
    assert sum_balance(fees) == -500
    assert list_deeds() == ["adjustment.asked", "adjustment.agreed"]
    assert REASON in open_wallet(customer).get("/wallet/").content.decode()
    [line, _] = phone.get("wallet/movements").json()["data"]
    assert (line["kind"], line["reason"], line["title"]) == (
        "adjust",
        REASON,
        "Corrected by hand",
    )
    assert "Moved" in brian.get(f"{LIST}{row.public_id}/").content.decode()
    proofs_hold()


def test_a_wallet_is_not_given_more_than_it_may_hold(aoife, brian, customer, proofs_hold):
    wallet = customer.wallet
    allow(balance=10_499)
    assert ask(aoife, credit_name=wallet.public_id).status_code == 409
    assert not Adjustment.objects.exists()

    allow(balance=10_500)
    assert ask(aoife, credit_name=wallet.public_id).status_code == 302
    decide(brian)
    allow(balance=10_499)
    carry_out_agreed()

    row = Adjustment.objects.get()
    assert (row.moved_minor, row.refusal) == (0, "over_limit")
    assert read_balance(wallet.account_id) == 10_000
    page = aoife.get(f"{LIST}{row.public_id}/").content.decode()
    assert "More than its wallet may hold" in page
    proofs_hold()


def test_of_suspense_only_what_was_adjusted_is_moved_and_no_break_s_money(
    aoife, brian, customer, proofs_hold
):
    bank.find_account()
    bring(statement(Ntry("50.00", bank="in1")))
    suspense = get_or_open_house_account("suspense", currency="EUR")
    name = customer.wallet.public_id
    out = {"debit": "suspense", "credit": "wallet", "credit_name": name}
    assert ask(aoife, **out).status_code == 409
    assert not Adjustment.objects.exists()

    ask(aoife, number=2, debit="wallet", debit_name=name, credit="suspense")
    decide(brian)
    carry_out_agreed()
    # Both are asked for while there is enough for one.
    for number in (3, 4):
        assert ask(aoife, number=number, **out).status_code == 302
        wish = Adjustment.objects.get(pk=uuid.UUID(int=number)).public_id
        assert brian.post(f"{LIST}{wish}/decide/", {"wish": "agree"}).status_code == 302
    carry_out_agreed()

    refusals = Adjustment.objects.order_by("id").values_list("moved_minor", "refusal")
    assert list(refusals) == [(500, ""), (500, ""), (0, "of_breaks")]
    assert sum_balance(suspense) == Break.objects.get().amount_minor == 5000
    assert read_balance(customer.wallet.account_id) == 10_000
    refused = Adjustment.objects.get(refusal="of_breaks").public_id
    page = aoife.get(f"{LIST}{refused}/").content.decode()
    assert "Suspense has no more than what breaks are of" in page
    proofs_hold()


def test_a_wallet_with_too_little_gives_nothing_and_it_says_so(
    aoife, brian, customer, settings, proofs_hold
):
    settings.ADJUSTMENT_MAX_MINOR = {"": 20_000}
    ask(
        aoife,
        debit="wallet",
        debit_name=customer.wallet.user.phone,
        credit="suspense",
        amount="100.01",
    )
    decide(brian)
    carry_out_agreed()

    row = Adjustment.objects.get()
    assert (row.moved_minor, row.refusal) == (0, "insufficient_funds")
    assert not Transfer.objects.filter(pk=row.pk).exists()
    assert read_balance(customer.wallet.account_id) == 10_000
    page = aoife.get(f"{LIST}{row.public_id}/").content.decode()
    assert "The wallet has too little. Nothing was moved." in page
    proofs_hold()


def test_a_shop_is_paid_by_its_next_settlement(aoife, brian, shop, customer, proofs_hold):
    factories.sell(shop, customer)
    factories.settle(shop)
    ask(aoife, credit="payable", credit_name=shop.merchant.public_id)
    decide(brian)
    carry_out_agreed()
    assert check_balance(factories.balance_of(shop)).ok
    proofs_hold()

    settlement = factories.settle(shop)

    assert (settlement.adjusted_minor, settlement.sales_count) == (500, 0)
    assert (settlement.payout_minor, settlement.closing_minor) == (500, 0)
    assert check_balance(factories.balance_of(shop)).ok
    owner = open_dashboard(factories.hire_person(shop, role=Role.OWNER))
    assert REASON in owner.get("/dashboard/settlements/").content.decode()
    page = owner.get(f"/dashboard/settlements/{settlement.public_id}/").content.decode()
    assert "Adjusted" in page
    proofs_hold()


def test_what_is_taken_from_a_shop_is_taken_off_its_payout(
    aoife, brian, shop, customer, proofs_hold
):
    ask(aoife, debit="payable", debit_name=shop.merchant.public_id, credit="fee_income")
    decide(brian)
    carry_out_agreed()
    factories.sell(shop, customer, amount_minor=2000)

    settlement = factories.settle(shop)

    # 2000 less 12 of fees and 500.
    assert (settlement.adjusted_minor, settlement.payout_minor) == (-500, 1488)
    proofs_hold()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "1000.01"}, "One adjustment moves €1,000.00 at most."),
        ({"amount": "0"}, "Type more than zero."),
        ({"amount": ""}, "Type the amount."),
        ({"credit_name": "nobody@mail.test"}, "Nobody of this name has money in EUR"),
        ({"credit_name": ""}, "Nobody of this name has money in EUR"),
        ({"debit": "safeguard"}, "Choose whose money it is."),
        ({"credit": "fee_income"}, "Choose two different accounts."),
        ({"reason": " "}, "Type the reason"),
        ({"debit": "payable", "debit_name": "mr_0"}, "Nobody of this name has money"),
    ],
)
def test_what_cannot_be_moved_says_why(aoife, customer, typed, words):
    answer = ask(aoife, **{"credit_name": customer.wallet.public_id} | typed)

    assert answer.status_code in {409, 422}
    assert words in answer.content.decode()
    assert not Adjustment.objects.exists()


def test_the_same_form_twice_asks_once(aoife, customer):
    for _ in range(2):
        assert ask(aoife, credit_name=customer.wallet.public_id).status_code == 302
    # With anything else in it, also another reason, it has asked for something else.
    for other in ({"amount": "6"}, {"reason": "Another reason, which nobody has read"}):
        told = ask(aoife, credit_name=customer.wallet.public_id, **other)
        assert told.status_code == 409

    assert Adjustment.objects.count() == 1
    assert list_deeds() == ["adjustment.asked"]


def test_what_was_withdrawn_is_not_agreed_to(aoife, brian, customer):
    ask(aoife, credit_name=customer.wallet.public_id)
    decide(aoife, wish="withdraw")

    assert decide(brian).status_code == 409
    carry_out_agreed()
    assert read_balance(customer.wallet.account_id) == 10_000
    assert "Withdrawn" in aoife.get(LIST).content.decode()


def test_nobody_moves_their_own_money_or_their_shop_s(aoife, brian, shop):
    person = User.objects.get(name="Brian Walsh")
    own = factories.open_customer(name="Walsh Brian").wallet
    hire(shop.merchant, person, role=Role.ACCOUNTANT)
    for number, typed in enumerate(
        (
            {"credit_name": own.public_id},
            {"credit": "payable", "credit_name": shop.merchant.public_id},
        )
    ):
        assert ask(brian, number=2 * number, **typed).status_code == 409
        assert ask(aoife, number=2 * number + 1, **typed).status_code == 302
        assert decide(brian).status_code == 409
    assert not Adjustment.objects.filter(agreed_at__isnull=False).exists()


def test_the_database_keeps_what_was_agreed(aoife, customer):
    ask(aoife, credit_name=customer.wallet.public_id)
    row = Adjustment.objects.get()
    for facts in (
        {"agreed_by": row.asked_by, "agreed_at": row.asked_at},
        {"moved_minor": 500, "carried_out_at": row.asked_at},
        {"moved_minor": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Adjustment.objects.update(**facts)


@pytest.mark.parametrize(
    ("spent", "moved", "borne"), [(0, 3000, 0), (8000, 2000, 1000), (10_000, 0, 3000)]
)
def test_a_top_up_that_the_bank_took_back_is_taken_back_as_far_as_there_is_money(
    aoife, brian, shop, customer, proofs_hold, spent, moved, borne
):
    bank.find_account()
    if spent:
        factories.sell(shop, customer, amount_minor=spent)
    bring(statement(Ntry("30.00", bank="back", sign="DBIT", reversal="true")))
    row = Break.objects.get()
    page = f"/console/breaks/{row.public_id}/"
    typed = {
        "made_id": sign_id(RecoveryForm, 1),
        "address": customer.wallet.user.phone,
        "recovery_reason": "Your bank took the transfer back.",
    }
    assert aoife.post(f"{page}recover/", typed).status_code == 302
    assert aoife.post(f"{page}recover/", typed).status_code == 302
    assert decide(aoife).status_code == 409
    assert "Take it back from a customer" not in aoife.get(page).content.decode()

    decide(brian)
    for _ in range(2):
        sweep_adjustments()

    row.refresh_from_db()
    adjustment = Adjustment.objects.get()
    assert (row.decision, row.carried_out_at is None) == ("recover", False)
    assert (adjustment.moved_minor, adjustment.refusal) == (moved, "")
    assert read_balance(customer.wallet.account_id) == 10_000 - spent - moved
    kinds = Transfer.objects.filter(pk__in=[row.pk, adjustment.pk])
    sums = dict(kinds.values_list("kind", "amount_minor"))
    assert sums == {
        kind: minor for kind, minor in (("adjust", moved), ("bear", borne)) if minor
    }
    assert sum_balance(get_or_open_house_account("suspense", currency="EUR")) == 0
    proofs_hold()


def test_a_break_that_somebody_has_borne_meanwhile_is_not_taken_back(
    aoife, brian, customer, proofs_hold
):
    bank.find_account()
    bring(statement(Ntry("30.00", bank="back", sign="DBIT", reversal="true")))
    page = f"/console/breaks/{Break.objects.get().public_id}/"
    typed = {
        "made_id": sign_id(RecoveryForm, 1),
        "address": customer.wallet.public_id,
        "recovery_reason": "Taken back.",
    }
    aoife.post(f"{page}recover/", typed)
    brian.post(f"{page}bear/", {"note": ""})

    assert decide(brian).status_code == 409
    sweep_adjustments()

    assert Adjustment.objects.get().agreed_at is None
    assert read_balance(customer.wallet.account_id) == 10_000
    proofs_hold()
