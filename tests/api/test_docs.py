"""The API's description is complete, and true of what the API answers."""

from html.parser import HTMLParser
from io import StringIO

import pytest
from django.core.management import call_command
from django.http import Http404
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.exceptions import ValidationError
from rest_framework.views import APIView

from api import shapes as api_shapes
from api.docs import list_codes, read_api
from api.problems import STATUSES
from api.schema import OPERATIONS
from identity.errors import SignInRefused
from tests import factories
from tests.conftest import Api


class Anchors(HTMLParser):
    """Collects where a page can be entered, and where it leads within itself."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.tags = [], set(), set()

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.tags.add(tag)
        self.ids += [facts["id"]] if "id" in facts else []
        if facts.get("href", "").startswith("#"):
            self.links.add(facts["href"][1:])


@pytest.fixture
def page(client):
    response = client.get("/api/docs/")
    assert response.status_code == 200
    anchors = Anchors()
    anchors.feed(response.text)
    return anchors


def test_every_view_of_the_api_is_described():
    described = {path.replace("{reference}", "<str:reference>") for _, path in OPERATIONS}

    routes = {
        f"/{pattern.pattern}"
        for resolver in get_resolver().url_patterns
        for pattern in getattr(resolver, "url_patterns", [])
        if issubclass(getattr(pattern.callback, "cls", object), APIView)
    }

    assert routes == described


def test_the_schema_is_valid_openapi():
    validate_schema(SchemaGenerator().get_schema(request=None, public=True))


def test_every_link_within_the_page_leads_somewhere(page):
    assert page.links <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_every_code_and_operation_has_an_address_of_its_own(page):
    assert {each.code for each in list_codes()} <= set(page.ids)
    assert {operation.name for operation in OPERATIONS.values()} <= set(page.ids)


def test_the_page_runs_no_script(page):
    assert "script" not in page.tags


def test_every_refusal_of_the_table_is_some_operations():
    refused = {refusal for operation in OPERATIONS.values() for refusal in operation.refusals}
    refused -= {Http404, ValidationError}

    # Signing in is done on a page, not by the API.
    assert set(STATUSES) - refused == {SignInRefused}


def test_a_body_that_is_no_json_is_named_for_what_it_is():
    operations = [each for _, group in read_api()["groups"] for each in group]

    [reading] = [each for each in operations if each.name == "read_scanned_picture"]

    kinds = [(field.name, field.kind) for field in reading.fields]
    assert kinds == [("body", "image/jpeg"), ("body", "image/png"), ("body", "image/webp")]
    assert (reading.answer.shape, reading.body) == ("PictureTexts", "")


def test_every_shape_is_of_use():
    named = {shape.name for shape in read_api()["shapes"]}

    assert {"Charge", "WholeCharge", "Claim", "Payment", "Refund", "Wallet"} <= named


@pytest.mark.django_db
def test_answers_have_exactly_the_fields_described(till, phone, shop):
    item = factories.make_item(shop)
    order = {"lines": [{"item": item.public_id, "quantity": 2}]}
    charge = till.post("charges", order).json()
    scan = phone.post("wallet/scans", {"payload": charge["link"]}).json()
    claim = phone.post("wallet/claims", {"payload": charge["link"]}).json()
    payment = phone.post("wallet/payments", {"claim": claim["id"]}).json()
    refund = till.post(f"charges/{charge['id']}/refunds", {}).json()
    codes = phone.get("wallet/payment_codes").json()
    another = till.post("charges", order).json()
    code = {"code": codes["data"][0]["code"]}
    collected = till.post(f"charges/{another['id']}/collect", code).json()
    codes = phone.get("wallet/payment_codes").json()
    call_command("close_settlements", "--now", stdout=StringIO())
    server = Api(shop.key)
    settlements = server.get("settlements").json()
    settlement = settlements["data"][0]
    lines = server.get(f"settlements/{settlement['id']}/lines").json()

    for answer, shape in [
        (charge, api_shapes.ChargeSerializer()),
        (till.get(f"charges/{charge['id']}").json(), api_shapes.WholeChargeSerializer()),
        (till.get("charges").json(), api_shapes.CHARGE_PAGE),
        (scan["charge"], api_shapes.PayerChargeSerializer()),
        (claim, api_shapes.ClaimSerializer()),
        (payment, api_shapes.PaymentSerializer()),
        (phone.get("wallet/transactions").json(), api_shapes.PAYMENT_PAGE),
        (phone.get("wallet/movements").json(), api_shapes.MOVEMENT_PAGE),
        (phone.get("wallet").json(), api_shapes.WalletSerializer()),
        (collected, api_shapes.CollectedChargeSerializer()),
        (codes, api_shapes.PAYMENT_CODES),
        (codes["data"][0], api_shapes.PAYMENT_CODE),
        (codes["last_use"], api_shapes.CodeUseSerializer()),
        (settlements, api_shapes.SETTLEMENT_PAGE),
        (settlement, api_shapes.SettlementSerializer()),
        (lines, api_shapes.SETTLEMENT_LINE_PAGE),
        (lines["data"][0], api_shapes.SettlementLineSerializer()),
        (till.get(f"refunds/{refund['id']}").json(), api_shapes.RefundSerializer()),
        (refund, api_shapes.RefundSerializer()),
        (till.get(f"charges/{charge['id']}/refunds").json(), api_shapes.REFUND_PAGE),
    ]:
        assert set(answer) == set(shape.fields), shape


@pytest.mark.django_db
def test_a_problem_names_its_place_on_the_page(till, page):
    problem = till.post("charges", {"amount": {"amount_minor": -1, "currency": "EUR"}}).json()

    assert set(problem) <= set(api_shapes.PROBLEM.fields)
    assert problem["type"] == "/api/docs/#request_invalid"
    assert "request_invalid" in page.ids
