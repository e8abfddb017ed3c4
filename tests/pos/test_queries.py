"""Questions the till asks: status by the clock, refunds, the day."""

import pytest

from merchants.queries import find_next_midnight, read_clock
from pos.models import Charge
from pos.queries import filter_status, list_charges, sum_today
from pos.timeline import list_timeline
from relay.events import record_event
from tests import factories
from tests.clocks import let_expire, let_lease_end
from tests.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def each(shop, customer, another):
    """One charge in every state, whether or not a sweep has written it down."""
    names = "open claimed lapsed captured canceled expired lapsed_expired".split()  # noqa: SIM905
    charges = {name: factories.make_charge(shop) for name in names if name != "captured"}
    charges["captured"] = factories.sell(shop, customer)
    for name in ("claimed", "lapsed", "lapsed_expired"):
        factories.claim(another, charges[name])
    let_lease_end(charges["lapsed"])
    let_expire(charges["expired"])
    let_expire(charges["lapsed_expired"])
    Api(shop.token).post(f"charges/{charges['canceled'].public_id}/cancel")
    return charges


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("open", ["open", "lapsed"]),
        ("claimed", ["claimed"]),
        ("captured", ["captured"]),
        ("canceled", ["canceled"]),
        ("expired", ["expired", "lapsed_expired"]),
        ("refunded", []),
    ],
)
def test_a_status_is_what_the_clock_says(shop, each, status, names):
    found = {charge.id for charge in filter_status(list_charges(shop.till), status)}

    assert found == {each[name].id for name in names}
    if status != "refunded":
        shown = {charge.id for charge in Charge.objects.all() if charge.status_now == status}
        assert shown == found


def test_refunded_charges_are_found(shop, each):
    factories.refund(shop, each["captured"], amount_minor=1)

    (found,) = filter_status(list_charges(shop.till), "refunded")

    assert found.id == each["captured"].id


@pytest.mark.parametrize("status", ["", "paid", "'; DROP TABLE"])
def test_any_other_word_keeps_all(shop, each, status):
    assert filter_status(list_charges(shop.till), status).count() == len(each)


def test_a_charge_in_hand_knows_what_it_is(each):
    statuses = {name: charge.status_now for name, charge in each.items() if name != "canceled"}

    assert statuses == {
        "open": "open",
        "claimed": "open",
        "lapsed": "open",
        "captured": "captured",
        "expired": "expired",
        "lapsed_expired": "expired",
    }


def test_the_day_counts_sales_less_refunds(shop, each):
    factories.refund(shop, each["captured"], amount_minor=80)

    today = sum_today(shop.store)

    until = today.pop("until")
    assert today == {"count": 1, "amount_minor": 400, "currency": "EUR"}
    assert until == find_next_midnight(shop.store.time_zone, now=read_clock())


def test_a_refund_is_found_by_its_store_and_its_merchant(shop, each):
    refund = factories.refund(shop, each["captured"], amount_minor=80)

    shown = [
        Api(secret).get(f"refunds/{refund.public_id}").json()
        for secret in (shop.token, shop.key)
    ]

    assert shown[0] == shown[1]
    assert shown[0]["id"] == refund.public_id
    assert shown[0]["amount"] == {"amount_minor": 80, "currency": "EUR"}


def test_the_timeline_names_who_did_what(shop, customer, each):
    charge = Charge.objects.get(pk=each["claimed"].pk)
    record_event("charge.weighed", feed=shop.merchant.id, subject=charge.id, actor="mr_x")
    charge.payer_name = ""

    moments = [(moment.label, moment.who) for moment in list_timeline(charge, [])]

    assert moments == [
        ("Charge created", "Till 1"),
        ("Customer scanned the code", "Customer"),
        ("charge.weighed", "Merchant's server"),
    ]


def test_things_name_themselves(shop, customer, each):
    item = factories.make_item(shop)
    refund = factories.refund(shop, each["captured"], amount_minor=80)

    assert str(each["open"]) == f"{each['open'].public_id} open"
    assert str(refund) == f"{refund.public_id} of {each['captured'].id}"
    assert (str(item), item.currency, str(shop.terminal)) == ("Flat white", "EUR", "Till 1")
