"""Wallets in the console: found, frozen by one operator, unfrozen by two."""

import pytest
from django.db import IntegrityError, transaction

from console.models import AuditEntry, FreezeLift, Operator
from identity.factors import keep_app
from tests.flows.steps import APP_SECRET, make_operator, open_console
from tests.owners import as_owner
from wallet.freezing import freeze
from wallet.models import Wallet

pytestmark = pytest.mark.django_db
LIST = "/console/wallets/"


@pytest.fixture
def first(db):
    return open_console(make_operator())


@pytest.fixture
def second(db):
    return open_console(make_operator("brian@operator.test", name="Brian Walsh"))


@pytest.fixture
def page(customer):
    return f"{LIST}{customer.wallet.public_id}/"


@pytest.fixture
def frozen(first, page):
    first.post(f"{page}freeze/", {"reason": "The phone was stolen."})
    return page


@pytest.fixture
def asked(first, frozen):
    first.post(f"{frozen}lift/", {"reason": "It was found."})
    return frozen


def read_state():
    return Wallet.objects.get().frozen_by


def list_deeds():
    return list(AuditEntry.objects.order_by("id").values_list("deed", flat=True))


def test_a_wallet_is_found_by_phone_e_mail_and_reference(first, customer, page):
    user = customer.wallet.user
    for wanted in (user.phone, user.email.upper(), customer.wallet.public_id):
        assert first.get(LIST, {"q": f" {wanted} "})["Location"] == page


@pytest.mark.parametrize(
    "wanted", ["x", "+353", "nobody@mail.test", "wl_" + "0" * 26, "\0", "🙂"]
)
def test_what_is_no_wallet_s_is_said(first, customer, wanted):
    answer = first.get(LIST, {"q": wanted})

    assert (answer.status_code, "No wallet has this." in answer.content.decode()) == (200, True)


def test_an_operator_freezes_with_a_reason_that_is_logged(first, page):
    assert first.post(f"{page}freeze/", {"reason": " "}).status_code == 422
    assert read_state() == ""

    first.post(f"{page}freeze/", {"reason": "The phone was stolen."})
    first.post(f"{page}freeze/", {"reason": "Again."})

    entry = AuditEntry.objects.get()
    assert read_state() == "operator"
    assert (entry.deed, entry.subject) == ("wallet.frozen", Wallet.objects.get().id)
    assert (entry.before, entry.after["frozen_by"]) == ({}, "operator")
    log = first.get("/console/log/").content.decode()
    assert "The phone was stolen." in log
    assert "Li Wei" in log


def test_an_owner_s_freeze_becomes_the_operator_s(first, customer, page):
    freeze(customer.wallet)

    first.post(f"{page}freeze/", {"reason": "Fraud."})

    assert read_state() == "operator"
    assert AuditEntry.objects.get().before == {"frozen_by": "owner"}


def test_nobody_lifts_a_freeze_alone(first, asked):
    answer = first.post(f"{asked}lift/decide/", {"wish": "grant"})

    assert answer.status_code == 409
    assert "Another operator has to decide." in answer.content.decode()
    assert read_state() == "operator"
    assert FreezeLift.objects.get().granted_at is None


def test_a_second_operator_lifts_it(first, second, asked):
    assert "frozen wallet waits" in second.get("/console/").content.decode()

    second.post(f"{asked}lift/decide/", {"wish": "grant"})

    lift = FreezeLift.objects.get()
    assert read_state() == ""
    assert (str(lift.asked_by), str(lift.granted_by)) == ("Aoife Kelly", "Brian Walsh")
    assert list_deeds() == ["wallet.frozen", "wallet.lift_asked", "wallet.unfrozen"]


def test_a_wish_is_withdrawn_and_may_be_made_again(first, second, asked):
    second.post(f"{asked}lift/decide/", {"wish": "withdraw"})
    assert read_state() == "operator"

    second.post(f"{asked}lift/", {"reason": "It was found indeed."})
    first.post(f"{asked}lift/decide/", {"wish": "grant"})

    assert read_state() == ""
    assert FreezeLift.objects.count() == 2


def test_a_second_wish_and_one_for_a_wallet_that_pays_are_refused(second, asked, another):
    twice = second.post(f"{asked}lift/", {"reason": "Me too."})
    pays = second.post(f"{LIST}{another.wallet.public_id}/lift/", {"reason": "Why not."})

    assert "Somebody has asked for this already." in twice.content.decode()
    assert "No operator has frozen this wallet." in pays.content.decode()
    assert (twice.status_code, pays.status_code, FreezeLift.objects.count()) == (409, 409, 1)


def test_nobody_unfreezes_their_own_wallet(first, asked, customer):
    with as_owner():
        Operator.objects.create(user=customer.wallet.user)
    keep_app(customer.wallet.user, APP_SECRET)
    owner = open_console(customer.wallet.user)

    assert owner.post(f"{asked}lift/decide/", {"wish": "grant"}).status_code == 409
    assert read_state() == "operator"
    first.post(f"{asked}lift/decide/", {"wish": "withdraw"})
    answer = owner.post(f"{asked}lift/", {"reason": "Mine."})
    assert (answer.status_code, FreezeLift.objects.count()) == (409, 1)


def test_the_table_wants_two_people(asked):
    lift = FreezeLift.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        FreezeLift.objects.update(granted_by=lift.asked_by)


def test_a_decision_on_nothing_changes_nothing(second, frozen):
    assert second.post(f"{frozen}lift/decide/", {"wish": "grant"})["Location"] == frozen
    assert read_state() == "operator"


@pytest.mark.parametrize("reference", ["x", "wl_" + "0" * 26])
def test_an_unknown_wallet_is_unknown(first, customer, reference):
    assert first.get(f"{LIST}{reference}/").status_code == 404
    assert first.get(f"{LIST}{customer.wallet.user.email}/").status_code == 404


def test_another_sign_in_of_the_same_operator_is_no_second_person(first, asked):
    again = open_console(make_operator("aoife+two@operator.test", name="Somebody Else"))
    answer = again.post(f"{asked}lift/decide/", {"wish": "grant"})

    assert answer.status_code == 409
    assert read_state() == "operator"
