"""Payments are looked for by a word, an amount, days, places and people, and as a file."""

import csv
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from merchants.models import Role
from merchants.onboarding import open_store
from pos.charges import create_charge
from pos.models import Charge
from pos.queries import first_id_at
from pos.terminals import add_terminal
from tests import factories
from tests.flows.steps import open_dashboard
from tests.flows.taps import Finger
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
PAGE = "/dashboard/payments/"
_MOVE = "UPDATE pos_charge SET id = %s, created_at = %s WHERE id = %s"


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


def make(shop, amount_minor=480, *, at=None, **facts):
    """Make a charge, created at an instant: also its id is, by which days are found."""
    new = factories.plan_charge(shop, amount_minor=amount_minor, **facts)
    charge = create_charge(shop.till, new)
    if at is not None:
        low = int(charge.pk) & ((1 << 80) - 1)
        moved = type(charge.pk)(int=int(first_id_at(at)) | low)
        with as_owner() as cursor:
            cursor.execute(_MOVE, [moved, at, charge.pk])
        charge = Charge.objects.get(pk=moved)
    return charge


def find(browser, **asked):
    answer = browser.get(PAGE, asked)
    assert answer.status_code == 200
    return {charge.pk for charge in answer.context["charges"]}


@pytest.fixture
def noon(shop):
    zone = ZoneInfo(shop.merchant.time_zone)
    return timezone.now().astimezone(zone).replace(hour=12, minute=0, second=0, microsecond=0)


def test_a_payment_is_found_by_what_people_know_of_it(shop, customer, owner):
    coffee = make(shop, 480, reference="Table 7")
    make(shop, 1250, reference="Bar 12")
    claimed = factories.sell(shop, customer, amount_minor=990)

    for text in ("4.80", "4,80", "€4.80", "table 7", "TABLE"):
        assert find(owner, q=text) == {coffee.pk}, text
    code = coffee.short_code_grouped
    for text in (code, code.lower(), code.replace("-", ""), coffee.public_id):
        assert find(owner, q=text) == {coffee.pk}, text
    assert coffee.pk in find(owner, q=code[:6])
    assert find(owner, q=claimed.payer_name[:4].lower()) == {claimed.pk}
    assert find(owner, q="no such thing") == set()


def test_4_80_of_yesterday_is_found_in_three_taps(shop, owner, noon):
    yesterday = noon - timedelta(days=1)
    wanted = make(shop, 480, at=yesterday)
    make(shop, 1250, at=yesterday)
    make(shop, 480)
    finger = Finger(owner, "/dashboard/")

    finger.tap("Payments")
    finger.tap("Yesterday")
    finger.type("Search", "4.80")

    assert finger.taps == 3
    assert [charge.pk for charge in finger.answer.context["charges"]] == [wanted.pk]


def test_another_shop_s_payment_is_never_found(shop, owner):
    other = make(factories.open_shop(), 480)

    for text in (other.short_code, other.public_id, "4.80"):
        assert find(owner, q=text) == set()


def test_days_are_the_shop_s_and_both_included(shop, owner, noon):
    midnight = noon.replace(hour=0)
    yesterday = noon - timedelta(days=1)
    late = make(shop, at=midnight - timedelta(seconds=1))
    early = make(shop, at=midnight)
    day = {"since": yesterday.date().isoformat(), "until": yesterday.date().isoformat()}

    assert find(owner, **day) == {late.pk}
    assert find(owner, since=noon.date().isoformat()) == {early.pk}
    assert find(owner, until=yesterday.date().isoformat()) == {late.pk}
    assert find(owner, q="4.80", **day) == {late.pk}


def test_a_word_is_looked_for_lately_and_a_whole_code_ever(shop, owner, noon):
    old = make(shop, reference="Old", at=noon - timedelta(days=40))

    assert find(owner, q="Old") == set()
    assert "the last 31 days" in owner.get(PAGE, {"q": "Old"}).content.decode()
    since = (noon - timedelta(days=60)).date().isoformat()
    assert find(owner, q="Old", since=since) == {old.pk}
    assert find(owner, q=old.short_code) == {old.pk}


def test_store_till_cashier_and_state_narrow_it(shop, customer, owner):
    store = open_store(shop.merchant, name="Second", currency="EUR")
    second = factories.Shop(
        shop.merchant, store, add_terminal(store, name="Till 9"), token="", key=""
    )
    here, there = make(shop), make(second)
    paid = factories.sell(shop, customer)

    assert find(owner, store=store.id) == {there.pk}
    assert find(owner, till=shop.terminal.id) == {here.pk, paid.pk}
    assert find(owner, till=shop.terminal.id, status="captured") == {paid.pk}
    nora = factories.hire_person(shop, role=Role.CASHIER)
    assert find(owner, cashier=nora.id) == set()


def test_what_was_found_in_days_is_added_up(shop, customer, owner, noon):
    sale = factories.sell(shop, customer, amount_minor=1000)
    factories.sell(shop, customer, amount_minor=250)
    factories.refund(shop, sale, amount_minor=300)
    make(shop, 480)
    today = noon.date().isoformat()

    answer = owner.get(PAGE, {"since": today, "until": today})

    (found,) = answer.context["sums"]
    assert (found.count, found.amount_minor, found.refunded_minor) == (2, 1250, 300)
    assert owner.get(PAGE).context["sums"] == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"since": "30.2.2026"}, "Choose the first day"),
        ({"until": "x"}, "Choose the last day"),
        ({"since": "2026-11-30", "until": "2026-11-29"}, "The last day is before the first"),
        ({"q": "x" * 81}, "Type up to 80 letters"),
        ({"q": "a\x00b"}, "Type up to 80 letters"),
        ({"till": "nonsense"}, "Choose one of these"),
        ({"store": "0192f0c1-7e2a-7000-8000-000000000000"}, "Choose one of these"),
    ],
)
def test_what_cannot_be_read_is_named_beside_its_field(owner, asked, told):
    answer = owner.get(PAGE, asked)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert owner.get("/dashboard/payments.csv", asked).status_code == 404


def test_the_file_has_exactly_what_the_page_finds(shop, customer, owner, noon):
    paid = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, paid, amount_minor=250)
    make(shop, 480, reference="=1+1")
    today = noon.date().isoformat()

    answer = owner.get(
        "/dashboard/payments.csv", {"since": today, "until": today, "status": "captured"}
    )
    whole = owner.get("/dashboard/payments.csv", headers={"Accept-Language": "de"})

    (row,) = csv.DictReader(b"".join(answer).decode().splitlines())
    assert (row["charge"], row["amount"], row["refunded"]) == (paid.public_id, "10.00", "-2.50")
    assert (row["status"], row["payer"]) == ("captured", paid.payer_name)
    text = b"".join(whole).decode()
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}Payment;Code;Time")
    assert "10,00" in text
    assert "'=1+1" in text


def test_somebody_of_one_store_finds_only_its_payments(shop, customer):
    store = open_store(shop.merchant, name="Second", currency="EUR")
    make(shop)
    hired = factories.hire_person(shop, role=Role.MANAGER)
    hired.store = store
    hired.save(update_fields=["store"])
    manager = open_dashboard(hired)

    assert find(manager) == set()
    assert find(manager, q="4.80") == set()
    assert manager.get(PAGE, {"store": shop.store.id}).status_code == 422


def test_older_ones_keep_what_was_looked_for(shop, owner, monkeypatch):
    monkeypatch.setattr("pos.queries.PAGE_SIZE", 1)
    for _ in range(60):
        make(shop, 480)
    make(shop, 990)

    first = owner.get(PAGE, {"q": "4.80"})

    more = first.content.decode().split('aria-label="More"')[1].split('href="')[1]
    address = more.split('"')[0].replace("&amp;", "&")
    assert "q=4.80" in address
    second = owner.get(PAGE + address)
    pks = [charge.pk for page in (first, second) for charge in page.context["charges"]]
    assert len(pks) == len(set(pks)) == 60
