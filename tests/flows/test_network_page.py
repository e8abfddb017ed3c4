"""A limited network's twelve months: by country, equal to the ledger, and told in time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from console import network_values
from console.models import NetworkCount, NetworkValue
from console.network_values import (
    LIMIT_MINOR,
    CountryValue,
    count_values,
    list_countries_of,
    list_near,
)
from console.tasks import count_network_values
from ledger.models import Transfer
from merchants.models import Licence, Organisation, StoreAddress
from tests import factories
from tests.flows.steps import make_operator, open_console
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
PAGE, CSV = "/console/network/", "/console/network.csv"


@pytest.fixture
def aoife(db):
    return open_console(make_operator())


@pytest.fixture
def network(db):
    """An organisation in Dublin that is a limited network."""
    return found(Licence.LIMITED_NETWORK)


def found(licence):
    facts = factories.ORGANISATION.write_facts() | {"licence": licence}
    with as_owner():
        return Organisation.objects.create(**facts)


def put(shop, country):
    parts = {"street": "Rue", "town": "Lyon", "country": country}
    StoreAddress.objects.create(store=shop.store, **parts)


def show(country, **values):
    """Keep a count of one country, in cents."""
    count = NetworkCount.objects.create(since=timezone.now(), until=timezone.now())
    for currency, value_minor in values.items():
        NetworkValue.objects.create(
            count=count,
            country=country,
            currency=currency,
            month="2026-11-01",
            payments_count=1,
            value_minor=value_minor,
        )
    return count


def age(shop, **ago):
    """Make a shop's sales older, as the tables' owner can who may do without triggers."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_transfer DISABLE TRIGGER USER")
        Transfer.objects.filter(credit_account_id=shop.store.takings_account_id).update(
            posted_at=timezone.now() - timedelta(**ago)
        )
        cursor.execute("ALTER TABLE ledger_transfer ENABLE TRIGGER USER")


def test_countries_are_those_of_the_stores_and_equal_the_ledger(network, customer):
    here, there, plain = (factories.open_shop() for _ in range(3))
    put(there, "FR")
    put(plain, "IE")
    krona = factories.open_shop(currency="SEK")
    swede = factories.open_customer(currency="SEK")
    sold = factories.sell(here, customer, amount_minor=1000)
    factories.refund(here, sold, amount_minor=400)
    factories.sell(there, customer, amount_minor=250)
    factories.sell(plain, customer, amount_minor=30)
    factories.sell(krona, swede, amount_minor=700)

    count = count_values()
    assert count is not None

    ireland, france = list_countries_of(count)
    assert (ireland.country, ireland.value_minor, ireland.payments_count) == ("IE", 1030, 3)
    assert (france.country, france.value_minor, dict(france.others)) == ("FR", 250, {})
    assert dict(ireland.others) == {"SEK": 700}
    captured = Transfer.objects.filter(kind="capture").values_list("currency")
    ledger = dict(captured.annotate(Sum("amount_minor")))
    kept = count.values.values_list("currency")
    assert dict(kept.annotate(Sum("value_minor"))) == ledger == {"EUR": 1280, "SEK": 700}


def test_twelve_months_are_days_of_the_organisation(network, customer, monkeypatch):
    old, young = factories.open_shop(), factories.open_shop()
    factories.sell(old, customer, amount_minor=1000)
    factories.sell(young, customer, amount_minor=20)
    age(old, days=367)
    age(young, days=363)

    count = count_values()
    assert count is not None

    assert [each.value_minor for each in list_countries_of(count)] == [20]
    zone = ZoneInfo("Europe/Dublin")
    for until, since in (
        (datetime(2026, 11, 30, 9, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=zone)),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), datetime(2025, 7, 2, tzinfo=zone)),
        (datetime(2028, 2, 29, 9, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=zone)),
    ):
        assert network_values._find_beginning(until, zone=zone) == since


@pytest.mark.parametrize(
    ("value_minor", "percent", "is_near", "is_over"),
    [
        (0, 0, False, False),
        (79_999_999, 79, False, False),
        (80_000_000, 80, True, False),
        (LIMIT_MINOR, 100, True, False),
        (LIMIT_MINOR + 1, 100, True, True),
    ],
)
def test_the_operator_is_told_at_four_fifths(value_minor, percent, is_near, is_over):
    each = CountryValue("IE", value_minor=value_minor)

    assert (each.percent, each.is_near, each.is_over) == (percent, is_near, is_over)


def test_the_warning_is_on_every_page_that_should_have_it(network, aoife):
    assert "Not counted yet" in aoife.get(PAGE).content.decode()
    show("FR", EUR=80_000_000, SEK=900_000_000)

    page = aoife.get(PAGE).content.decode()

    assert "France has reached 80 % of the limit" in page
    assert "€800,000.00" in page
    assert "SEK" in page
    assert "1 country is near the million euro" in aoife.get("/console/").content.decode()
    jobs = aoife.get("/console/jobs/").content.decode()
    assert "Countries near the limit of a limited network</dt><dd>1 " in jobs
    assert "Limited network" in aoife.get("/console/safeguarding/").content.decode()
    show("FR", EUR=LIMIT_MINOR + 1)
    assert "France is over the limit" in aoife.get(PAGE).content.decode()
    show("FR", EUR=79_999_999)
    assert list_near() == []
    assert "near the million" not in aoife.get("/console/").content.decode()


def test_it_is_counted_by_night_and_now_and_each_count_stays(network, aoife, shop, customer):
    factories.sell(shop, customer, amount_minor=480)

    count_network_values()
    factories.sell(shop, customer, amount_minor=20)
    assert aoife.post(PAGE).status_code == 302

    first, last = NetworkCount.objects.order_by("id")
    assert [list_countries_of(each)[0].value_minor for each in (first, last)] == [480, 500]
    assert "€5.00" in aoife.get(PAGE).content.decode()
    file = aoife.get(CSV)
    rows = file.content.decode().split("\r\n")
    assert rows[0] == "since,until,country,currency,month,payments,value"
    assert rows[1].split(",")[2:4] == ["IE", "EUR"]
    assert rows[1].split(",")[5:] == ["2", "5.00"]
    assert rows[2:] == [""]


@pytest.mark.parametrize("licence", [None, Licence.E_MONEY])
def test_others_have_no_such_limit(licence, aoife, shop, customer):
    if licence:
        found(licence)
    factories.sell(shop, customer)

    count_network_values()
    aoife.post(PAGE)

    assert not NetworkCount.objects.exists()
    assert "is no limited network" in aoife.get(PAGE).content.decode()
    assert "Limited network" not in aoife.get("/console/safeguarding/").content.decode()
    assert "limited network</dt>" not in aoife.get("/console/jobs/").content.decode()
    assert aoife.get(CSV).status_code == 404
