"""The API's description is complete, and true of what the API answers."""

from html.parser import HTMLParser
from io import StringIO

import pytest
from django.core.management import call_command
from django.http import Http404
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator
from rest_framework.exceptions import ValidationError
from rest_framework.views import APIView

from api.description import read_files, read_schema
from api.docs import list_codes, read_api
from api.schema import EVERYWHERE, describe_problems
from foundation.refusals import list_problems, list_refused
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


def list_routes():
    return {
        f"/{pattern.pattern}": pattern.callback.cls
        for resolver in get_resolver().url_patterns
        for pattern in getattr(resolver, "url_patterns", [])
        if issubclass(getattr(pattern.callback, "cls", object), APIView)
    }


def list_operations():
    paths = read_schema()["paths"]
    return [operation for methods in paths.values() for operation in methods.values()]


def test_every_view_of_the_api_is_described():
    described = {
        path.replace("{reference}", "<str:reference>") for path in read_schema()["paths"]
    }

    assert set(list_routes()) == described


def test_every_operation_is_named_by_us_and_once():
    names = [operation["operationId"] for operation in list_operations()]

    # The framework's own names begin with the path.
    assert [name for name in names if name.startswith(("v1_", "api_"))] == []
    assert len(names) == len(set(names))


def test_what_an_operation_makes_or_shows_is_described():
    """A view that forgets to name its answer is described as any object at all."""
    vague = [
        (operation["operationId"], status)
        for operation in list_operations()
        for status, answer in operation["responses"].items()
        for content in answer.get("content", {}).values()
        if set(content["schema"]) - {"type", "format"} != {"$ref"}
        and content["schema"]["type"] != "string"
    ]

    assert vague == []


def test_the_schema_is_valid_openapi_3_1():
    schema = read_schema()

    assert schema["openapi"].startswith("3.1.")
    # By the OpenAPI Initiative's own schema, which leaves the objects to JSON Schema.
    validate_schema(schema)
    for described in schema["components"]["schemas"].values():
        Draft202012Validator.check_schema(described)


def test_nothing_is_left_of_openapi_3_0():
    """A `nullable` is read by no validator of 3.1, and says nothing there."""
    assert "nullable" not in read_files()["json"].text.decode()


def test_every_link_within_the_page_leads_somewhere(page):
    assert page.links <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_every_code_and_operation_has_an_address_of_its_own(page):
    assert {each.code for each in list_codes()} <= set(page.ids)
    assert {operation["operationId"] for operation in list_operations()} <= set(page.ids)


def test_the_page_runs_no_script(page):
    assert "script" not in page.tags


def test_every_refusal_is_some_operations():
    refused = {
        refusal
        for view in list_routes().values()
        for method in ("get", "post", "delete")
        if hasattr(view, method)
        for refusal in list_refused(getattr(view, method))
    }
    problems = list_problems()

    everywhere = {kind for kind, told in problems.items() if told.code in EVERYWHERE}
    # Signing in is done on a page, not by the API.
    assert set(problems) - refused - everywhere == {SignInRefused}
    assert refused - set(problems) == {Http404, ValidationError}


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
    shapes = read_schema()["components"]["schemas"]

    for answer, shape in [
        (charge, "Charge"),
        (till.get(f"charges/{charge['id']}").json(), "WholeCharge"),
        (till.get("charges").json(), "ChargePage"),
        (scan["charge"], "PayerCharge"),
        (claim, "Claim"),
        (payment, "Payment"),
        (phone.get("wallet/transactions").json(), "PaymentPage"),
        (phone.get("wallet/movements").json(), "MovementPage"),
        (phone.get("wallet").json(), "Wallet"),
        (collected, "CollectedCharge"),
        (codes, "PaymentCodes"),
        (codes["data"][0], "PaymentCode"),
        (codes["last_use"], "CodeUse"),
        (settlements, "SettlementPage"),
        (settlement, "Settlement"),
        (lines, "SettlementLinePage"),
        (lines["data"][0], "SettlementLine"),
        (till.get(f"refunds/{refund['id']}").json(), "Refund"),
        (refund, "Refund"),
        (till.get(f"charges/{charge['id']}/refunds").json(), "RefundPage"),
    ]:
        assert set(answer) == set(shapes[shape]["properties"]), shape


@pytest.mark.django_db
def test_a_problem_names_its_place_on_the_page(till, page):
    problem = till.post("charges", {"amount": {"amount_minor": -1, "currency": "EUR"}}).json()

    assert set(problem) <= set(describe_problems()().fields)
    assert problem["type"] == "/api/docs/#request_invalid"
    assert "request_invalid" in page.ids
