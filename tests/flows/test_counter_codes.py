"""Counter codes: made and revoked by the shop, paid by who types an amount."""

from urllib.parse import parse_qs, urlsplit

import pytest

from ledger.queries import read_balance
from merchants.models import Store
from merchants.onboarding import close_store, reopen_store
from pos.counter_codes import revoke_counter_code, write_counter_link
from pos.models import Charge, CounterCode
from pos.tasks import issue_missing_receipts
from pos.topics import topics_of
from qr.links import encode_token
from qr.signed import (
    Place,
    SignedCode,
    decode_counter_link,
    encode_counter_link,
    load_public_key,
    name_key,
    verify_code,
)
from relay.events import list_events
from relay.streams import read_ticket
from tests import factories
from tests.conftest import Api
from tests.flows.steps import claim_by_api, euros, pay_at, refuse_claim
from tests.snapshots import nothing_changes
from wallet.models import Claim, Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(shop):
    return Api(shop.key)


@pytest.fixture
def code(shop):
    return factories.print_code(shop)


def codes_of(shop):
    return f"stores/{shop.store.public_id}/counter_codes"


# The shop


def test_a_shop_makes_a_code_that_anybody_can_check(server, shop):
    answer = server.post(codes_of(shop), {"place": "Front counter"}, key="one")

    shown = answer.json()
    host, text = decode_counter_link(shown["link"])
    public = load_public_key("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    made = CounterCode.objects.get()
    assert answer.status_code == 201
    assert (shown["place"], shown["name"]) == ("Front counter", shop.store.name)
    assert (shown["terminal"], shown["revoked_at"]) == (None, None)
    assert shown["cap"] == euros(50_000)
    assert verify_code(text, keys={name_key(public): public}, host=host) == SignedCode(
        code_id=made.id,
        merchant_id=shop.merchant.id,
        place=Place.STORE,
        place_id=shop.store.id,
        name=shop.store.name,
    )
    assert [event.kind for event in list_events(made.id)] == ["counter_code.created"]


def test_the_same_key_makes_one_code(server, shop):
    first = server.post(codes_of(shop), {"place": "Counter"}, key="one")
    again = server.post(codes_of(shop), {"place": "Counter"}, key="one")
    other = server.post(codes_of(shop), {"place": "Terrace"}, key="one")

    assert (first.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert CounterCode.objects.count() == 1


def test_a_code_may_be_a_till_s_with_a_lower_cap(server, shop):
    body = {
        "place": "Till 1",
        "terminal": shop.terminal.public_id,
        "cap": euros(2000),
    }

    shown = server.post(codes_of(shop), body).json()

    assert (shown["terminal"], shown["cap"]) == (shop.terminal.public_id, euros(2000))
    assert server.get(f"counter_codes/{shown['id']}").json() == shown
    assert server.get(codes_of(shop)).json() == {"data": [shown], "next": None}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "place"),
        ({"place": ""}, 400, "place"),
        ({"place": "x" * 41}, 400, "place"),
        ({"place": 17}, 400, "place"),
        ({"place": "a\x00"}, 400, "place"),
        ({"place": "\u202ea"}, 400, "place"),
        ({"place": "\u200d"}, 400, "place"),
        ({"place": "a", "cap": 480}, 400, "cap"),
        ({"place": "a", "cap": euros("480")}, 400, "cap.amount_minor"),
        ({"place": "a", "cap": euros(10**19)}, 400, "cap.amount_minor"),
        ({"place": "a", "terminal": None}, 400, "terminal"),
        ({"place": "a", "cap": euros(50_001)}, 422, "cap.amount_minor"),
        ({"place": "a", "cap": euros(0)}, 400, "cap.amount_minor"),
        ({"place": "a", "cap": euros(100, "USD")}, 422, "amount.currency"),
        ({"place": "a", "terminal": "tm_" + "0" * 26}, 400, "terminal"),
        ({"place": "a", "terminal": "x"}, 400, "terminal"),
    ],
)
def test_what_cannot_be_made_is_refused_by_field(server, shop, body, status, field):
    answer = server.post(codes_of(shop), body)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["field"] == field
    assert not CounterCode.objects.exists()


def test_another_merchant_s_codes_are_not_there(code, shop):
    stranger = Api(factories.open_shop().key)

    for answer in (
        stranger.get(f"counter_codes/{code.public_id}"),
        stranger.post(f"counter_codes/{code.public_id}/revoke"),
        stranger.get(f"counter_codes/{code.public_id}/sheet.pdf"),
        stranger.get(codes_of(shop)),
        stranger.post(codes_of(shop), {"place": "a"}),
        stranger.get("counter_codes/nonsense"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    code.refresh_from_db()
    assert code.revoked_at is None


def test_a_till_makes_no_codes(till, shop):
    assert till.post(codes_of(shop), {"place": "a"}).status_code == 401


def test_a_lost_code_is_revoked_once(server, code):
    first = server.post(f"counter_codes/{code.public_id}/revoke").json()
    again = server.post(f"counter_codes/{code.public_id}/revoke").json()

    assert first["revoked_at"] is not None
    assert again == first
    kinds = [event.kind for event in list_events(code.id)]
    assert kinds == ["counter_code.created", "counter_code.revoked"]


@pytest.mark.parametrize("size", ["a4", "a6", "sticker"])
def test_a_shop_prints_its_code(server, code, size):
    answer = server.get(f"counter_codes/{code.public_id}/sheet.pdf", size=size)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert f"tessera-{code.short_code}-{size}.pdf" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"


def test_a_revoked_code_is_not_printed(server, code):
    revoke_counter_code(code, actor="test")

    answer = server.get(f"counter_codes/{code.public_id}/sheet.pdf")

    assert (answer.status_code, answer.json()["code"]) == (410, "counter_code_revoked")


def test_a_shop_is_told_which_letters_the_sheet_will_lack(server, shop):
    shown = [
        server.post(codes_of(shop), {"place": place}).json()
        for place in ("\u524d\u53f0", "\u524d\u53f0 \ua997\ua9ae")
    ]

    assert [each["undrawn"] for each in shown] == [[], ["\ua997", "\ua9ae"]]


@pytest.mark.parametrize("size", ["a5", "", "\x00"])
def test_another_paper_is_refused(server, code, size):
    answer = server.get(f"counter_codes/{code.public_id}/sheet.pdf", size=size)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "size")


# The payer, by the API


def test_a_payer_types_the_amount_and_pays(phone, customer, shop, code, proofs_hold):
    looked = phone.post("wallet/scans", {"payload": write_counter_link(code)}).json()
    claimed = claim_by_api(phone, code, amount=euros(), key="one").json()
    paid = phone.post("wallet/payments", {"claim": claimed["id"]}, key="two")

    charge = paid.json()["charge"]
    assert (looked["kind"], looked["payable"], looked["left"]) == (
        "static",
        True,
        euros(50_000),
    )
    assert looked["counter_code"]["store_name"] == shop.store.name
    assert (claimed["charge"]["status"], claimed["charge"]["amount"]) == ("claimed", euros())
    assert (paid.status_code, charge["status"]) == (201, "captured")
    assert (charge["counter_code"], charge["terminal"]) == (code.public_id, None)
    assert charge["description"] == "Counter"
    assert read_balance(customer.wallet.account_id) == 9520
    proofs_hold()


@pytest.mark.parametrize("form", ["signed", "lower", "plain", "short", "grouped"])
def test_a_code_is_found_by_link_and_by_short_code(phone, code, form):
    link = write_counter_link(code)
    payload = {
        "signed": link,
        "lower": link.lower(),
        "plain": encode_counter_link("http://pay.test", encode_token(code.id)),
        "short": code.short_code.lower(),
        "grouped": code.short_code_grouped,
    }[form]

    looked = phone.post("wallet/scans", {"payload": payload}).json()
    claimed = claim_by_api(phone, code, amount=euros(), payload=payload)

    assert looked["counter_code"]["id"] == code.public_id
    assert claimed.status_code == 201


def test_a_repeated_claim_opens_one_charge(phone, code):
    first = claim_by_api(phone, code, amount=euros(), key="one").json()
    again = claim_by_api(phone, code, amount=euros(), key="one").json()
    other = claim_by_api(phone, code, amount=euros(481), key="one")

    assert again["id"] == first["id"]
    assert Charge.objects.count() == 1
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_the_same_key_of_two_payers_is_two_keys(phone, another_phone, code):
    first = claim_by_api(phone, code, amount=euros(), key="one").json()
    second = claim_by_api(another_phone, code, amount=euros(), key="one").json()

    assert first["charge"]["id"] != second["charge"]["id"]


def test_the_amount_is_wanted(phone, code):
    with nothing_changes():
        answer = claim_by_api(phone, code)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "amount")


def test_a_revoked_code_takes_nothing(phone, code):
    revoke_counter_code(code, actor="test")

    refuse_claim(phone, code, amount=euros(), status=410, name="counter_code_revoked")
    looked = phone.post("wallet/scans", {"payload": code.short_code}).json()
    assert (looked["kind"], looked["payable"]) == ("static", False)
    assert looked["detail"].startswith("The shop has revoked this counter code.")


def test_a_closed_store_takes_nothing_until_it_opens_again(phone, till, code, shop):
    store = Store.objects.get(pk=shop.store.pk)
    close_store(store)
    refuse_claim(phone, code, amount=euros(), status=409, name="store_closed")
    sold = till.post("charges", {"amount": euros()})
    looked = phone.post("wallet/scans", {"payload": code.short_code}).json()
    reopen_store(store)

    assert (sold.status_code, sold.json()["code"]) == (409, "store_closed")
    assert (looked["payable"], looked["detail"]) == (
        False,
        "This store takes no payments at present. Nothing was taken.",
    )
    assert claim_by_api(phone, code, amount=euros()).status_code == 201


def test_another_currency_takes_nothing(phone, code):
    traveller = Api(factories.open_customer(currency="JPY").token)

    refuse_claim(phone, code, amount=euros(480, "USD"), status=422, name="currency_mismatch")
    refuse_claim(traveller, code, amount=euros(), status=422, name="currency_mismatch")
    looked = traveller.post("wallet/scans", {"payload": code.short_code}).json()
    assert looked["detail"] == "This wallet holds no EUR. Nothing was taken."


def test_a_withdrawn_key_takes_nothing(phone, code, settings):
    link = write_counter_link(code)
    settings.WITHDRAWN_SIGNING_KEYS = ["J3XCNZN9"]

    for path in ("wallet/scans", "wallet/claims"):
        answer = phone.post(path, {"payload": link, "amount": euros()})
        assert (answer.status_code, answer.json()["code"]) == (410, "signing_key_withdrawn")


def test_a_forged_code_is_an_alteration(phone, code):
    link = write_counter_link(code)

    looked = phone.post("wallet/scans", {"payload": link[:-9] + "00000" + link[-4:]}).json()

    assert (looked["kind"], looked["payable"]) == ("altered", False)


@pytest.mark.parametrize("payload", ["HTTP://PAY.TEST/S/" + "0" * 26])
def test_a_code_that_is_not_there_is_unknown(phone, payload):
    answer = phone.post("wallet/scans", {"payload": payload})

    assert (answer.status_code, answer.json()["code"]) == (404, "code_unknown")


# The till


def test_every_till_of_the_store_hears_of_a_payment(till, customer, code, shop):
    payment = pay_at(customer, code, 480)
    ticket = till.get("counter_codes/events")["X-Accel-Redirect"]

    listens_to = read_ticket(parse_qs(urlsplit(ticket).query)["ticket"][0]).topics

    assert f"store:{shop.store.id}" in listens_to
    assert f"store:{shop.store.id}" in topics_of(payment.charge)


def test_a_merchant_s_server_hears_of_its_stores_codes(server, shop):
    ticket = server.get("counter_codes/events")["X-Accel-Redirect"]

    topics = read_ticket(parse_qs(urlsplit(ticket).query)["ticket"][0]).topics

    assert topics == [f"store:{shop.store.id}"]


def test_a_till_s_own_code_is_heard_by_that_till(till, customer, shop):
    payment = pay_at(customer, factories.print_code(shop, at_till=True), 480)
    ticket = till.get("counter_codes/events")["X-Accel-Redirect"]

    listens_to = read_ticket(parse_qs(urlsplit(ticket).query)["ticket"][0]).topics

    assert f"terminal:{shop.terminal.id}" in listens_to
    assert f"terminal:{shop.terminal.id}" in topics_of(payment.charge)
    assert f"store:{shop.store.id}" not in topics_of(payment.charge)


def test_a_till_lists_what_counter_codes_brought_in(till, customer, code, shop):
    factories.sell(shop, customer)
    payment = pay_at(customer, code, 700)

    listed = till.get("charges", source="counter_code", status="captured").json()["data"]

    assert [each["id"] for each in listed] == [payment.charge.public_id]
    assert (listed[0]["payer"], listed[0]["counter_code"]) == ("Li W.", code.public_id)


def test_a_sale_at_a_code_is_refunded_and_settled_as_any(shop, customer, code, proofs_hold):
    payment = pay_at(customer, code, 700)
    factories.refund(shop, payment.charge, amount_minor=200)

    settlement = factories.settle(shop)

    assert (settlement.sales_minor, settlement.refunds_minor) == (700, 200)
    assert Payment.objects.get().amount_minor == 700
    assert Claim.objects.count() == 1
    proofs_hold()


def test_the_receipt_of_a_sale_at_a_code_names_no_till(client, shop, customer, code):
    at_code, at_till = pay_at(customer, code, 700).charge, factories.sell(shop, customer)
    issue_missing_receipts()
    pages = [client.get(urlsplit(each.receipt_url).path).content for each in (at_code, at_till)]

    assert [b"<dt>Till</dt>" in page for page in pages] == [False, True]
