"""Whatever is sent, the answer is a problem that names the field, and nothing is written."""

import json
from collections import defaultdict
from typing import Any

import pytest

from tests import factories
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
NO_TEXT = [None, 17, 4.8, True, [], ["x"], {}, {"a": 1}]
NO_NUMBER: list[Any] = [None, "480", "", 4.8, 480.0, 4e2, True, False, [], {}, [480]]
WRONG_NUMBER = [0, -1, -480, 10**12, 10**18, 10**19, 10**30, -(10**30)]
UNSPEAKABLE = ["\x00", "a\x00b", "a\nb", "a\tb", "\x1b[31m", "\u202e", "\ud800", "a\u2028b"]
NO_LINES: list[Any] = [None, 1, "x", {}, True]
NO_LINE: list[Any] = [None, 1, "x", [], True]
NOT_PLAIN = [*NO_TEXT, *UNSPEAKABLE]
NO_CURRENCY = [*NOT_PLAIN, "", "E", "EURO", "ZZZ", "XAU", "€€€", "123", "E R"]


def amount_of(amount_minor=480, currency="EUR"):
    return {"amount": {"amount_minor": amount_minor, "currency": currency}}


def line_of(item="it_" + "0" * 26, quantity=1):
    return {"lines": [{"item": item, "quantity": quantity}]}


AMOUNTS = [
    *((amount_of(value), "amount.amount_minor") for value in (*NO_NUMBER, *WRONG_NUMBER)),
    *((amount_of(currency=value), "amount.currency") for value in NO_CURRENCY),
    ({"amount": {}}, "amount.amount_minor"),
    ({"amount": {"amount_minor": 480}}, "amount.currency"),
    ({"amount": {"currency": "EUR"}}, "amount.amount_minor"),
    *(({"amount": value}, "amount") for value in (None, 480, "4.80", [], [480], True)),
]
CHARGES = [
    *AMOUNTS,
    ({}, "amount"),
    ({"lines": []}, "amount"),
    *(({"lines": value}, "lines") for value in NO_LINES),
    *(({"lines": [value]}, "lines.0") for value in NO_LINE),
    ({"lines": [{}]}, "lines.0.item"),
    *((line_of(item=value), "lines.0.item") for value in (*NOT_PLAIN, "", "x" * 41)),
    *((line_of(quantity=value), "lines.0.quantity") for value in (*NO_NUMBER, 0, -1, 1000)),
    ({"lines": line_of()["lines"] * 201}, "lines"),
    *((amount_of() | {"reference": v}, "reference") for v in (*NOT_PLAIN, "x" * 65)),
    *((amount_of() | {"description": v}, "description") for v in (*NOT_PLAIN, "x" * 141)),
    *((amount_of() | {"store": v}, "store") for v in (*NOT_PLAIN, "", "x" * 41, "x")),
]
REFUNDS = [
    *AMOUNTS,
    *(({"reason": v}, "reason") for v in (*NOT_PLAIN, "x" * 141)),
]
# Line ends and what is invisible may stand in a code; what JSON cannot carry may not.
SCANS = [
    ({}, "payload"),
    *(({"payload": v}, "payload") for v in (*NO_TEXT, "\x00", "a\x00b", "\ud800", "x" * 7090)),
]
PAYLOADS = [
    ({}, "payload"),
    *(({"payload": v}, "payload") for v in (*NOT_PLAIN, "", " ", "x" * 1201)),
]
CLAIMS = [
    *PAYLOADS,
    *(({"payload": "0" * 8} | body, field) for body, field in AMOUNTS),
]
CONFIRMATIONS = [
    ({}, "claim"),
    *(({"claim": v}, "claim") for v in (*NOT_PLAIN, "", "x" * 41)),
    *(
        ({"claim": "cl_" + "0" * 26, "pin": v}, "pin")
        for v in (*NOT_PLAIN, "12345", "1234567", "abcdef", "\u00b2" * 6, "-12345")
    ),
]
BODIES = {
    "charges": CHARGES,
    "charges/{paid}/refunds": REFUNDS,
    "wallet/scans": SCANS,
    "wallet/claims": CLAIMS,
    "wallet/payments": CONFIRMATIONS,
}
WRONG: dict[tuple[str, str], list[Any]] = defaultdict(list)
for _path, _cases in BODIES.items():
    for _body, _field in _cases:
        WRONG[_path, _field].append(_body)
NO_JSON = {
    "cut": b'{"amount": {"amount_minor": 480',
    "not JSON": b"amount=480",
    "NaN": b'{"amount": {"amount_minor": NaN, "currency": "EUR"}}',
    "Infinity": b'{"amount": {"amount_minor": Infinity, "currency": "EUR"}}',
    "a list": b"[]",
    "a list of bodies": b'[{"amount": {"amount_minor": 480, "currency": "EUR"}}]',
    "a number": b"480",
    "a text": b'"480"',
    "null": b"null",
    "true": b"true",
    "not UTF-8": b'{"payload": "\xff\xfe"}',
    "endless digits": b'{"amount": {"amount_minor": ' + b"9" * 5000 + b"}}",
    "deep": b"[" * 100_000,
    "deep and closed": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
}


@pytest.fixture
def world(shop, customer):
    return {
        "paid": factories.sell(shop, customer, amount_minor=1000),
        "open": factories.make_charge(shop),
    }


def assert_problem(answer, statuses):
    assert answer.status_code in statuses, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert {"type", "title", "code", "detail"} <= set(problem)
    return problem


@pytest.mark.parametrize(("path", "field"), WRONG)
def test_a_wrong_field_is_named(till, phone, world, path, field):
    api = phone if path.startswith("wallet") else till
    address = path.format(paid=world["paid"].public_id)

    with nothing_changes(*world.values()):
        for body in WRONG[path, field]:
            problem = assert_problem(api.post(address, json.dumps(body)), {400})
            assert problem["code"] == "request_invalid"
            named = [error["field"] for error in problem["errors"]]
            assert any(f"{name}.".startswith(f"{field}.") for name in named), (body, named)


@pytest.mark.parametrize("path", BODIES)
def test_what_is_no_json_object_is_refused(till, phone, world, path):
    api = phone if path.startswith("wallet") else till
    address = path.format(paid=world["paid"].public_id)

    with nothing_changes(*world.values()):
        for raw in NO_JSON.values():
            assert_problem(send(api, address, raw, "application/json"), {400})


@pytest.mark.parametrize("path", sorted({*BODIES} - {"charges/{paid}/refunds"}))
def test_a_body_is_wanted(till, phone, path):
    api = phone if path.startswith("wallet") else till

    with nothing_changes():
        answer = send(api, path, b"", "application/json")

    assert_problem(answer, {400})


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "text/plain", "application/xml", ""]
)
def test_another_content_type_is_refused(till, phone, world, path, content_type):
    api = phone if path.startswith("wallet") else till
    address = path.format(paid=world["paid"].public_id)

    with nothing_changes(*world.values()):
        answer = send(api, address, b"amount=480", content_type)

    assert_problem(answer, {400, 415})


def test_several_wrong_fields_are_all_named(till):
    answer = till.post("charges", amount_of(-1, "ZZZ") | {"reference": 17})

    assert [error["field"] for error in answer.json()["errors"]] == [
        "amount.amount_minor",
        "amount.currency",
        "reference",
    ]


def test_fields_nobody_asked_for_change_nothing(till):
    body = amount_of() | {"status": "captured", "merchant": "x", "fee_minor": -5, "id": "ch_1"}

    shown = till.post("charges", body).json()

    assert (shown["status"], shown["amount"]["amount_minor"]) == ("open", 480)


@pytest.mark.parametrize("limit", ["0", "-1", "101", "x", "", "1.5", "9" * 5000, "\x00"])
def test_a_page_has_one_to_a_hundred_rows(till, limit):
    problem = assert_problem(till.get("charges", limit=limit), {400})

    assert problem["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("after", ["x", "ch_", "py_" + "0" * 26, "\x00", "9" * 5000])
def test_a_cursor_that_is_none_is_refused(till, after):
    assert_problem(till.get("charges", after=after), {404})


@pytest.mark.parametrize(("limit", "count"), [("1", 1), ("3", 3), ("100", 4)])
def test_charges_come_a_page_at_a_time(till, shop, limit, count):
    charges = [factories.make_charge(shop) for _ in range(4)]

    page = till.get("charges", limit=limit).json()

    newest_first = [charge.public_id for charge in reversed(charges)]
    assert [each["id"] for each in page["data"]] == newest_first[:count]
    assert page["next"] == (page["data"][-1]["id"] if count < 4 else None)


def send(api, path, raw, content_type):
    headers = {"Authorization": f"Bearer {api.secret}"}
    address = f"/api/v1/{path}"
    return api.client.post(address, raw, content_type=content_type, headers=headers)
