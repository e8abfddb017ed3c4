"""A settlement is downloaded in each of its forms, as far as it fits."""

import pytest

from merchants.models import Role
from tests import factories
from tests.flows.steps import open_dashboard

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.mark.parametrize(
    ("ending", "begin"),
    [("json", b'{"settlement": {"form": 2, "settlement": "se_'), ("xlsx", b"PK")],
)
def test_other_forms_are_downloaded_under_its_number(owner, shop, customer, ending, begin):
    factories.sell(shop, customer, amount_minor=1000)
    settlement = factories.settle(shop)

    answer = owner.get(f"/dashboard/settlements/{settlement.public_id}.{ending}")

    assert b"".join(answer.streaming_content).startswith(begin)
    name = f"settlement-0001-EUR.{ending}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_settlement_too_large_for_a_workbook_offers_none(owner, shop, customer, monkeypatch):
    factories.sell(shop, customer, amount_minor=1000)
    address = f"/dashboard/settlements/{factories.settle(shop).public_id}"
    assert ".xlsx" in owner.get(f"{address}/").content.decode()

    monkeypatch.setattr("merchants.reports.workbook._LINES_MAX", 0)

    assert ".xlsx" not in owner.get(f"{address}/").content.decode()
    assert owner.get(f"{address}.xlsx").status_code == 404
