"""The console's log as a file: whole, in order, and nobody else's."""

import csv
import json

import pytest

from console import log_file
from tests import factories
from tests.flows.steps import make_operator, open_console, open_dashboard

pytestmark = pytest.mark.django_db
FILE = "/console/log.csv"


@pytest.fixture
def operator(db):
    return open_console(make_operator())


def read(browser):
    answer = browser.get(FILE)
    assert answer["Content-Disposition"] == 'attachment; filename="console-log.csv"'
    return list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))


def test_the_whole_log_is_a_file(operator, monkeypatch):
    monkeypatch.setattr(log_file, "_READ_AT_ONCE", 1)
    shops = [factories.apply_as_shop() for _ in range(3)]
    for shop in shops:
        page = f"/console/applications/{shop.public_id}/"
        operator.post(f"{page}approve/", headers={"User-Agent": "=Tablet"})

    rows = read(operator)

    assert [row["subject"] for row in rows] == [str(shop.id) for shop in shops]
    assert {row["deed"] for row in rows} == {"application.approved"}
    assert {row["actor"] for row in rows} == {"Aoife Kelly"}
    # A spreadsheet that opens it runs nothing.
    assert {row["device"] for row in rows} == {"'=Tablet"}
    assert json.loads(rows[0]["before"]) == {"status": "applied"}
    assert json.loads(rows[0]["after"])["status"] == "approved"


def test_an_empty_log_has_its_titles(operator):
    assert read(operator) == []


def test_a_shop_s_owner_does_not_read_it(shop):
    owner = open_dashboard(factories.hire_person(shop, role="owner"))

    assert owner.get(FILE).status_code in {302, 403}
