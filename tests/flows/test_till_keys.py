"""A till's key changes at each unlocking; a copy of it is noticed, and the shop is told."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from identity.bearer import digest_secret
from merchants.models import Role
from pos.models import TerminalToken
from pos.terminals import offer_pairing, pair_terminal, revoke_terminal
from pos.till_keys import change_key
from tests import factories
from tests.flows.steps import open_browser, open_dashboard, unlock

pytestmark = pytest.mark.django_db
COOKIE = "tessera_till"


@pytest.fixture
def cashier(shop):
    return factories.hire_person(shop)


@pytest.fixture
def tablet(shop):
    """A device that was just paired."""
    browser = open_browser()
    browser.cookies[COOKIE] = pair_terminal(offer_pairing(shop.terminal))
    return browser


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


def copy(browser):
    other = open_browser()
    other.cookies[COOKIE] = browser.cookies[COOKIE].value
    return other


def let_grace_end():
    """Date back by a minute when the new key was given and first used."""
    ago = Now() - timedelta(seconds=61)
    TerminalToken.objects.exclude(used_at=None).update(used_at=ago)
    TerminalToken.objects.exclude(rotated_at=None).update(rotated_at=ago)


def sells(browser):
    """Whether the device may charge."""
    return browser.get("/api/v1/charges").status_code == 200


def is_till(browser):
    """Whether the device's key speaks for the till; all others are sent to pair."""
    return browser.get("/till/desk/").status_code == 200


def test_an_unlocking_changes_the_key(tablet, cashier):
    before = tablet.cookies[COOKIE].value

    answer = unlock(tablet, cashier)

    key = tablet.cookies[COOKIE].value
    assert answer.cookies[COOKIE]["httponly"]
    assert key != before
    assert bytes(TerminalToken.objects.get(is_device=True).digest) == digest_secret(key)
    assert sells(tablet)


def test_a_wrong_pin_changes_nothing(tablet, cashier):
    assert COOKIE not in unlock(tablet, cashier, "000000").cookies


def test_a_copied_key_is_refused_and_the_shop_is_told(shop, tablet, cashier, owner):
    unlock(tablet, cashier)
    assert sells(tablet)
    thief = copy(tablet)
    assert sells(thief), "as long as the key is the same, nobody can tell the two apart"
    assert "used on two devices" not in owner.get("/dashboard/tills/").text
    unlock(tablet, cashier)
    assert sells(tablet)
    let_grace_end()

    assert not sells(thief)

    assert not is_till(thief)
    assert is_till(tablet)
    assert not sells(tablet), "locked: whoever goes on needs a PIN"
    assert "used on two devices" in owner.get("/dashboard/tills/").text
    unlock(tablet, cashier)
    assert sells(tablet)
    assert not sells(thief)
    assert sells(tablet), "a key that is no longer any key locks nobody out"


def test_whoever_was_quicker_the_other_one_shows_it(tablet, cashier, owner):
    thief = copy(tablet)
    unlock(thief, cashier)
    assert sells(thief)
    let_grace_end()

    assert not is_till(tablet)

    assert not sells(thief)
    assert "used on two devices" in owner.get("/dashboard/tills/").text


def test_a_new_pairing_takes_the_word_back(shop, tablet, cashier, owner):
    thief = copy(tablet)
    unlock(tablet, cashier)
    assert is_till(tablet)
    let_grace_end()
    assert not is_till(thief)

    again = open_browser()
    again.cookies[COOKIE] = pair_terminal(offer_pairing(shop.terminal))

    assert "used on two devices" not in owner.get("/dashboard/tills/").text
    assert not is_till(tablet)
    assert is_till(again)


def test_requests_under_way_may_still_bring_the_old_key(tablet, cashier):
    late = copy(tablet)
    unlock(tablet, cashier)

    assert sells(tablet)
    assert sells(late)


def test_an_answer_that_was_lost_leaves_the_till_a_till(tablet, cashier):
    before = copy(tablet)
    unlock(tablet, cashier)
    let_grace_end()

    assert sells(before), "the new key was never seen again, so nobody has it"
    assert unlock(before, cashier).cookies[COOKIE].value
    assert sells(before)
    assert not is_till(tablet), "what was lost is no key"


def test_of_two_unlockings_at_once_one_gives_a_key_and_both_go_on(shop, tablet, cashier):
    tab = copy(tablet)

    first, second = unlock(tablet, cashier), unlock(tab, cashier)

    assert COOKIE in first.cookies
    assert COOKIE not in second.cookies
    assert sells(tablet)
    assert sells(tab)


def test_an_unpaired_till_gets_no_key(shop, tablet):
    revoke_terminal(shop.terminal)

    assert change_key(shop.terminal, tablet.cookies[COOKIE].value) is None
    assert not is_till(tablet)


def test_an_integration_s_token_never_changes(shop):
    assert change_key(shop.terminal, shop.token) is None
