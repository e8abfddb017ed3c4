"""PINs: six digits, five tries, never stored as they are."""

from uuid import UUID

import pytest
from argon2 import PasswordHasher
from django.db import connection, transaction

from identity import pins
from identity.errors import PinLocked, PinWrong
from identity.models import User
from identity.pins import check_pin, is_pin_of, set_pin
from identity.tries import find_lock
from tests import factories
from tests.clocks import let_pin_lock_end
from tests.scripts import ARABIC, SCRIPTS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("costly_pins")]
PIN, WRONG = "482915", "000000"
SCOPE = "till:1"


@pytest.fixture
def user():
    user = User.objects.create(name="Li Wei", email="li@mail.test")
    set_pin(user, PIN)
    return user


def count(user):
    return factories.count_tries(user)


def fail(user, times):
    for _ in range(times):
        with pytest.raises((PinWrong, PinLocked)):
            check_pin(user.id, WRONG, scope=SCOPE)


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", "12345a", " 123456", "123456\n", "\u00b2" * 6, "12 456"]
)
def test_a_pin_has_six_digits(user, pin):
    before = user.pin_hash

    with pytest.raises(ValueError, match="six digits"):
        set_pin(user, pin)

    assert User.objects.get(pk=user.pk).pin_hash == before


def test_a_pin_is_the_same_in_the_digits_of_any_script(user):
    for digits in SCRIPTS.values():
        check_pin(user.id, PIN.translate(digits), scope=SCOPE)
    set_pin(user, "123456".translate(ARABIC))

    check_pin(user.id, "123456", scope=SCOPE)


def test_a_pin_is_nowhere_in_the_database(user):
    with connection.cursor() as cursor:
        cursor.execute("SELECT u::text FROM identity_user u WHERE id = %s", [user.id])
        (row,) = cursor.fetchone()

    assert "$argon2id$v=19$m=19456,t=2,p=1$" in row
    assert PIN not in row


def test_the_same_pin_is_kept_differently_each_time(user):
    first = user.pin_hash
    set_pin(user, PIN)

    assert user.pin_hash != first
    check_pin(user.id, PIN, scope=SCOPE)


def test_a_hash_is_worth_nothing_without_the_pepper(user, settings):
    settings.PIN_PEPPER = "another"

    with pytest.raises(PinWrong):
        check_pin(user.id, PIN, scope=SCOPE)


def test_the_right_pin_forgets_wrong_tries(user):
    fail(user, 4)

    check_pin(user.id, PIN, scope=SCOPE)

    assert count(user) == 0


@pytest.mark.parametrize("tries", [1, 2, 3, 4])
def test_each_wrong_try_is_counted_and_told(user, tries):
    fail(user, tries - 1)

    with pytest.raises(PinWrong) as refusal:
        check_pin(user.id, WRONG, scope=SCOPE)

    assert refusal.value.tries_left == 5 - tries
    left = "1 try left" if tries == 4 else f"{5 - tries} tries left"
    assert str(refusal.value) == f"The PIN is not right. {left}."
    assert count(user) == tries


def test_the_fifth_locks_and_no_pin_is_looked_at(user):
    fail(user, 5)

    fail(user, 3)
    with pytest.raises(PinLocked) as refusal:
        check_pin(user.id, PIN, scope=SCOPE)

    assert count(user) == 9
    assert refusal.value.until == find_lock(user.id, scope=SCOPE)


def test_after_the_lock_there_are_five_tries_again(user):
    fail(user, 5)
    let_pin_lock_end(user.id)

    fail(user, 4)
    check_pin(user.id, PIN, scope=SCOPE)

    assert count(user) == 0


def test_a_second_lock_is_as_long_as_the_first(user):
    fail(user, 5)
    let_pin_lock_end(user.id)
    fail(user, 5)

    with pytest.raises(PinLocked):
        check_pin(user.id, PIN, scope=SCOPE)


def test_a_new_pin_ends_the_lock(user):
    fail(user, 5)

    set_pin(user, "111222")
    check_pin(user.id, "111222", scope=SCOPE)

    assert count(user) == 0


def test_who_has_no_pin_gets_in_with_none():
    user = User.objects.create(name="Nora Byrne")

    for pin in ("", PIN):
        with pytest.raises(PinWrong):
            check_pin(user.id, pin, scope=SCOPE)


def test_a_check_whose_count_could_be_rolled_back_is_refused(user):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        check_pin(user.id, WRONG, scope=SCOPE)

    assert count(user) == 0


def test_nobody_s_pin_is_never_right(user):
    assert not is_pin_of(UUID(int=7), "decoy")
    assert not is_pin_of(User.objects.create(name="Nora Byrne").id, "decoy")


def test_a_hash_of_a_heavier_profile_is_right_and_made_anew(user, monkeypatch):
    heavier = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
    with monkeypatch.context() as patch:
        patch.setattr(pins, "_hasher", heavier)
        set_pin(user, PIN)
    assert "m=65536,t=3,p=4" in user.pin_hash

    check_pin(user.id, PIN, scope=SCOPE)

    user.refresh_from_db()
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in user.pin_hash
    check_pin(user.id, PIN, scope=SCOPE)


def test_tries_at_one_place_lock_no_other(user):
    fail(user, 5)

    check_pin(user.id, PIN, scope="till:2")
    with pytest.raises(PinLocked):
        check_pin(user.id, PIN, scope=SCOPE)
