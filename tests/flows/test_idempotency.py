"""The same key twice: the same body has one effect, another body is refused."""

import pytest

from merchants.models import Store
from pos.models import Charge, CounterCode, Item, Refund
from tests import factories
from tests.conftest import Api
from tests.snapshots import nothing_changes
from wallet.models import Payment

pytestmark = pytest.mark.django_db
KEY = "till-1 2026-11-22 #17"


def without_time(answer):
    return answer.json() | {"server_time": ""}


def amount(amount_minor):
    return {"amount": {"amount_minor": amount_minor, "currency": "EUR"}}


def assert_mismatch(answer):
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_mismatch"


@pytest.fixture
def sold(shop, customer):
    return factories.sell(shop, customer, amount_minor=1000)


@pytest.fixture
def claim(shop, customer):
    return factories.claim(customer, factories.make_charge(shop, amount_minor=480))


@pytest.fixture
def code(shop):
    return factories.print_code(shop)


def test_the_same_charge_is_made_once(till):
    first = till.post("charges", amount(480), key=KEY)

    with nothing_changes(*Charge.objects.all()):
        again = till.post("charges", amount(480), key=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert without_time(again) == without_time(first)


def test_the_same_charge_is_given_as_it_is_by_now(till):
    first = till.post("charges", amount(480), key=KEY).json()
    till.post(f"charges/{first['id']}/cancel")

    again = till.post("charges", amount(480), key=KEY).json()

    assert (again["id"], again["status"]) == (first["id"], "canceled")


@pytest.mark.parametrize(
    "body", [amount(481), amount(480) | {"reference": "A-17"}, amount(480) | {"unknown": 1}]
)
def test_another_charge_under_the_same_key_is_refused(till, body):
    till.post("charges", amount(480), key=KEY)

    with nothing_changes(*Charge.objects.all()):
        answer = till.post("charges", body, key=KEY)

    assert_mismatch(answer)


def test_the_order_of_a_body_s_fields_does_not_matter(till):
    till.post("charges", amount(480) | {"reference": "A"}, key=KEY)

    again = till.post("charges", {"reference": "A"} | amount(480), key=KEY)

    assert again.status_code == 201
    assert Charge.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [{"price_minor": 500}, {"is_active": False}, {"is_sold_out": True}, {"min_age": 18}],
)
def test_the_same_charge_is_given_also_when_its_item_has_changed(till, shop, change):
    item = factories.make_item(shop, price_minor=380)
    body = {
        "amount": {"amount_minor": 380, "currency": "EUR"},
        "lines": [{"item": item.public_id, "quantity": 1}],
    }
    first = till.post("charges", body, key="k").json()
    Item.objects.filter(pk=item.pk).update(**change)

    again = till.post("charges", body, key="k")
    other = till.post("charges", body | {"reference": "x"}, key="k")

    assert (again.status_code, again.json()["id"]) == (201, first["id"])
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert Charge.objects.count() == 1


def test_the_same_charge_is_given_also_when_tips_are_not_taken_any_more(till, shop):
    Store.objects.filter(pk=shop.store.pk).update(asks_tips=True)
    body = amount(2200) | {"tip": {"amount_minor": 200, "currency": "EUR"}}
    first = till.post("charges", body, key="k")
    Store.objects.filter(pk=shop.store.pk).update(asks_tips=False)

    again = till.post("charges", body, key="k")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"]


def test_keys_belong_to_their_till(till, shop):
    stranger = factories.open_shop()
    first = till.post("charges", amount(480), key=KEY).json()

    second = Api(stranger.token).post("charges", amount(480), key=KEY)
    third = Api(shop.key).post("charges", amount(480), key=KEY)

    assert (second.status_code, third.status_code) == (201, 201)
    assert len({first["id"], second.json()["id"], third.json()["id"]}) == 3


def test_a_refused_request_does_not_use_its_key_up(till):
    till.post("charges", {"amount": {"amount_minor": 480, "currency": "USD"}}, key=KEY)

    answer = till.post("charges", amount(480), key=KEY)

    assert answer.status_code == 201


def test_the_same_payment_is_made_once(phone, claim):
    body = {"claim": claim.public_id}
    first = phone.post("wallet/payments", body, key=KEY)

    with nothing_changes(*Charge.objects.all()):
        again = phone.post("wallet/payments", body, key=KEY)

    first_shown, shown_again = first.json(), again.json()
    del first_shown["charge"]["server_time"], shown_again["charge"]["server_time"]
    assert (first.status_code, again.status_code) == (201, 201)
    assert shown_again == first_shown


def test_a_payment_is_made_once_also_under_another_key(phone, claim):
    body = {"claim": claim.public_id}
    first = phone.post("wallet/payments", body, key=KEY).json()

    with nothing_changes(*Charge.objects.all()):
        again = phone.post("wallet/payments", body, key=KEY + " again")

    assert again.status_code == 201
    assert again.json()["id"] == first["id"]


def test_another_payment_under_the_same_key_is_refused(phone, claim, shop, customer):
    phone.post("wallet/payments", {"claim": claim.public_id}, key=KEY)
    other = factories.claim(customer, factories.make_charge(shop, amount_minor=999))

    with nothing_changes(other.charge):
        answer = phone.post("wallet/payments", {"claim": other.public_id}, key=KEY)

    assert_mismatch(answer)


def test_another_payment_under_the_same_key_is_refused_also_when_it_is_paid(
    phone, claim, shop, customer
):
    phone.post("wallet/payments", {"claim": claim.public_id}, key=KEY)
    other = factories.claim(customer, factories.make_charge(shop, amount_minor=999))
    factories.confirm(customer, other)

    with nothing_changes(*Charge.objects.all()):
        answer = phone.post("wallet/payments", {"claim": other.public_id}, key=KEY)

    assert_mismatch(answer)


def test_keys_belong_to_their_wallet(phone, another_phone, claim, shop, another):
    theirs = factories.claim(another, factories.make_charge(shop, amount_minor=480))

    phone.post("wallet/payments", {"claim": claim.public_id}, key=KEY)
    answer = another_phone.post("wallet/payments", {"claim": theirs.public_id}, key=KEY)

    assert answer.status_code == 201
    assert Payment.objects.count() == 2


def test_the_same_refund_is_made_once(till, sold):
    first = till.post(f"charges/{sold.public_id}/refunds", amount(300), key=KEY)
    sold.refresh_from_db()

    with nothing_changes(sold):
        again = till.post(f"charges/{sold.public_id}/refunds", amount(300), key=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()


@pytest.mark.parametrize("body", [amount(301), {}, amount(300) | {"reason": "cold"}])
def test_another_refund_under_the_same_key_is_refused(till, sold, body):
    till.post(f"charges/{sold.public_id}/refunds", amount(300), key=KEY)
    sold.refresh_from_db()

    with nothing_changes(sold):
        answer = till.post(f"charges/{sold.public_id}/refunds", body, key=KEY)

    assert_mismatch(answer)


def test_the_same_refund_by_another_caller_is_refused(till, sold, shop):
    till.post(f"charges/{sold.public_id}/refunds", amount(300), key=KEY)
    sold.refresh_from_db()

    with nothing_changes(sold):
        answer = Api(shop.key).post(f"charges/{sold.public_id}/refunds", amount(300), key=KEY)

    assert_mismatch(answer)


def test_a_refund_s_key_belongs_to_its_charge(till, sold, shop, customer):
    other = factories.sell(shop, customer, amount_minor=1000)

    till.post(f"charges/{sold.public_id}/refunds", amount(300), key=KEY)
    answer = till.post(f"charges/{other.public_id}/refunds", amount(300), key=KEY)

    assert answer.status_code == 201
    assert Refund.objects.count() == 2


def test_the_whole_is_refunded_once_under_one_key(till, sold):
    till.post(f"charges/{sold.public_id}/refunds", {}, key=KEY)

    again = till.post(f"charges/{sold.public_id}/refunds", {}, key=KEY)

    assert again.status_code == 201
    assert Refund.objects.count() == 1


NO_KEYS = {
    "none": None,
    "empty": " ",
    "too long": "k" * 256,
    "not ASCII": "ключ",
    "a tab": "tab\there",
    "two": "one,two",
}


@pytest.mark.parametrize("key", NO_KEYS.values(), ids=NO_KEYS)
@pytest.mark.parametrize(
    "path", ["charges", "payments", "claims", "refunds", "collect", "codes"]
)
def test_a_request_without_a_key_that_is_one_is_refused(
    till, phone, shop, sold, claim, code, path, key
):
    api, path, body = {
        "charges": (till, "charges", amount(480)),
        "refunds": (till, f"charges/{sold.public_id}/refunds", {}),
        "collect": (till, f"charges/{claim.charge.public_id}/collect", {"code": "1" * 18}),
        "claims": (phone, "wallet/claims", amount(480) | {"payload": code.short_code}),
        "payments": (phone, "wallet/payments", {"claim": claim.public_id}),
        "codes": (
            Api(shop.key),
            f"stores/{shop.store.public_id}/counter_codes",
            {"place": "a"},
        ),
    }[path]
    claim.charge.refresh_from_db()

    with nothing_changes(sold, claim.charge):
        answer = api.post(path, body, key=key)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "request_invalid")
    assert problem["errors"][0]["field"] == "Idempotency-Key"
    assert "1 to 255 printable ASCII characters" in problem["detail"]
    assert not CounterCode.objects.exclude(pk=code.pk).exists()


def test_a_claim_at_a_till_s_code_needs_no_key(phone, shop):
    charge = factories.make_charge(shop)

    claimed = phone.post("wallet/claims", {"payload": charge.short_code}, key=None)

    assert claimed.status_code == 201


def test_a_key_of_255_characters_is_one(till):
    assert till.post("charges", amount(480), key="k" * 255).status_code == 201


def test_the_same_refund_is_given_also_when_the_right_is_gone(till, sold, shop):
    first = till.post(f"charges/{sold.public_id}/refunds", {}, key="k")
    shop.terminal.may_refund = False
    shop.terminal.save()

    again = till.post(f"charges/{sold.public_id}/refunds", {}, key="k")
    another = till.post(f"charges/{sold.public_id}/refunds", {}, key="other")

    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert another.status_code == 403
    assert Refund.objects.count() == 1
