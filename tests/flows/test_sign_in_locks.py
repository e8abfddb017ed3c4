"""Wrong tries lock the place where they are made, and tell of it only who is no stranger."""

import re

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity.models import Tries, User
from identity.pins import check_pin
from identity.tries import at_till
from merchants.models import Role
from tests import factories
from tests.clocks import let_pin_lock_end
from tests.flows.steps import open_browser, sign_in

pytestmark = pytest.mark.django_db
DASHBOARD = "/dashboard/sign-in/"
REFUSED = "This sign-in is not right. Check the number or e-mail and the PIN."
LOCKED = "This sign-in is locked after 5 wrong tries. Try again in 30 minutes."
PASSWORD = "a long password"


@pytest.fixture
def phone_number(customer):
    return customer.wallet.user.phone


@pytest.fixture
def owner(shop):
    return factories.hire_person(shop, role=Role.OWNER, password=PASSWORD).user


def enter(email, password, browser=None):
    form = {"email": email, "password": password}
    return (browser or open_browser()).post(DASHBOARD, form)


def lock(login, browser=None):
    for _ in range(5):
        sign_in(login, "000000", browser=browser)


def test_the_right_pin_is_told_of_the_lock_and_a_wrong_one_nothing(phone_number):
    lock(phone_number)

    right, wrong = sign_in(phone_number, factories.PIN), sign_in(phone_number, "000000")

    assert (right.status_code, right.context["error"]) == (403, LOCKED)
    until = right.context["locked_until"]
    assert f"{until:%H:%M} UTC" in right.text
    assert (wrong.status_code, wrong.context["error"]) == (403, REFUSED)
    assert wrong.context["locked_until"] is None
    assert "tessera_wallet" not in right.cookies


def test_a_lock_takes_three_more_guesses_and_then_none(phone_number):
    lock(phone_number)
    for _ in range(3):
        sign_in(phone_number, "000000")

    assert sign_in(phone_number, factories.PIN).context["error"] == REFUSED
    user = User.objects.get(phone=phone_number)
    let_pin_lock_end(user.id)
    assert sign_in(phone_number, factories.PIN).status_code == 302


def test_a_device_of_one_s_own_is_not_locked_by_strangers(phone_number):
    mine = open_browser()
    assert sign_in(phone_number, factories.PIN, browser=mine).status_code == 302
    mine.post("/wallet/sign-out/")

    lock(phone_number)

    assert sign_in(phone_number, factories.PIN, browser=mine).status_code == 302


def test_a_device_of_one_s_own_is_told_of_its_own_lock_whatever_is_tried(phone_number):
    mine = open_browser()
    sign_in(phone_number, factories.PIN, browser=mine)

    lock(phone_number, mine)

    for pin in ("000000", factories.PIN):
        assert sign_in(phone_number, pin, browser=mine).context["error"] == LOCKED
    assert sign_in(phone_number, factories.PIN).status_code == 302


def test_a_device_knows_only_who_signed_in_on_it(phone_number, another):
    mine = open_browser()
    sign_in(another.wallet.user.phone, factories.PIN, browser=mine)

    lock(phone_number)

    assert sign_in(phone_number, "000000", browser=mine).context["error"] == REFUSED
    assert sign_in(another.wallet.user.phone, factories.PIN, browser=mine).status_code == 302


@pytest.mark.parametrize("note", ["", "x", "W10:1", "a:b:c"])
def test_a_forged_note_of_a_device_is_that_of_a_stranger(phone_number, note):
    forger = open_browser()
    forger.cookies["tessera_device"] = note

    lock(phone_number, forger)

    assert sign_in(phone_number, "000000", browser=forger).context["error"] == REFUSED


def test_wrong_sign_ins_at_the_wallet_leave_a_cashier_at_the_till(shop):
    cashier = factories.hire_person(shop, role=Role.CASHIER)

    lock(cashier.user.email)

    check_pin(cashier.user_id, factories.PIN, scope=at_till(shop.terminal.id))
    assert sign_in(cashier.user.email or "", "000000").context["error"] == REFUSED


def test_the_dashboard_counts_passwords_in_the_same_way(owner):
    mine = open_browser()
    assert enter(owner.email, PASSWORD, mine).status_code == 302
    *_, wrong = [enter(owner.email, "wrong") for _ in range(5)]

    right = enter(owner.email, PASSWORD)

    assert (wrong.status_code, wrong.context["error"]) == (
        403,
        "E-mail or password is not right.",
    )
    assert (right.status_code, right.context["error"]) == (403, LOCKED)
    assert "_auth_user_id" not in open_browser().session
    assert enter(owner.email, PASSWORD, mine).status_code == 302
    assert enter("nobody@shop.test", "wrong").context["error"] == wrong.context["error"]


def test_a_password_of_django_s_own_profile_is_right_and_made_anew(owner):
    heavy = Argon2PasswordHasher()
    User.objects.filter(pk=owner.pk).update(password=heavy.encode(PASSWORD, heavy.salt()))

    assert enter(owner.email, PASSWORD).status_code == 302

    owner.refresh_from_db()
    assert "$m=19456,t=2,p=1$" in owner.password
    assert enter(owner.email, PASSWORD).status_code == 302


def test_a_number_without_a_wallet_asks_the_database_the_same(phone_number):
    asked = []
    for login in ("+353870000000", phone_number) * 7:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            sign_in(login, "000000")
        asked.append([re.sub(r"'[^']*'(::uuid)?|\d+", "?", each["sql"]) for each in queries])

    unknown, known = asked[::2], asked[1::2]

    assert unknown == known
    assert len(asked[0]) > 3


@pytest.mark.slow
def test_logins_nobody_has_leave_few_rows():
    for number in range(30):
        sign_in(f"nobody-{number % 3}@mail.test", "000000")

    assert Tries.objects.count() <= 3
