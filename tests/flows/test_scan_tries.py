"""How many codes a wallet may mistype: each miss is kept for a day and counted for a minute."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F

from qr.links import encode_link, encode_short_code
from tests import factories
from tests.flows.steps import scan
from tests.flows.test_scans import UNKNOWN_LINK
from tests.snapshots import nothing_changes
from wallet.models import ShortCodeMiss
from wallet.scans import record_scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


def let_misses_age(**durations):
    ShortCodeMiss.objects.update(missed_at=F("missed_at") - timedelta(**durations))


def test_ten_wrong_short_codes_in_a_minute_are_too_many(phone, charge):
    for number in range(10):
        assert scan(phone, encode_short_code(number)).status_code == 404

    with nothing_changes(charge):
        eleventh = scan(phone, encode_short_code(10))
        right = phone.post("wallet/claims", {"payload": charge.short_code})

    assert eleventh.status_code == 429
    assert (right.status_code, right.json()["code"]) == (429, "too_many_tries")
    assert right["Retry-After"] == "60"
    assert ShortCodeMiss.objects.count() == 10


def test_a_link_is_read_also_after_ten_misses(phone, charge):
    for number in range(10):
        scan(phone, encode_short_code(number))

    answer = scan(phone, encode_link("http://pay.test", charge.token))

    assert answer.status_code == 200


def test_a_day_old_misses_are_forgotten_with_the_next(phone, another):
    for number in range(3):
        scan(phone, encode_short_code(number))
    let_misses_age(hours=25)
    theirs = ShortCodeMiss.objects.create(wallet=another.wallet)

    scan(phone, encode_short_code(9))

    assert ShortCodeMiss.objects.exclude(pk=theirs.pk).count() == 1


def test_misses_of_this_day_are_kept(phone):
    scan(phone, encode_short_code(0))
    let_misses_age(hours=23)

    scan(phone, encode_short_code(1))

    assert ShortCodeMiss.objects.count() == 2


def test_a_guess_that_could_be_rolled_back_is_refused(customer, charge):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        record_scan(customer.wallet, charge.short_code)


def test_links_that_lead_nowhere_are_no_guesses(phone):
    for _ in range(11):
        scan(phone, UNKNOWN_LINK)

    assert not ShortCodeMiss.objects.exists()


def test_a_minute_later_codes_are_read_again(phone, charge):
    for number in range(10):
        scan(phone, encode_short_code(number))
    let_misses_age(seconds=61)

    assert scan(phone, charge.short_code).status_code == 200


def test_each_wallet_has_its_own_tries(phone, another_phone, charge):
    for number in range(10):
        scan(phone, encode_short_code(number))

    assert scan(another_phone, charge.short_code).status_code == 200
