"""The consumer shows a code and the till collects: paid at once, PIN wanted, or refused."""

import pytest

from foundation.idempotency import hash_request
from ledger.queries import read_balance, sum_balance
from pos.charges import cancel_charge
from relay.events import list_events
from tests import factories
from tests.clocks import let_expire, let_lease_end
from tests.conftest import Api
from tests.flows.steps import collect
from tests.paycodes import show_code
from tests.scripts import PERSIAN
from tests.snapshots import nothing_changes
from wallet.collection import _finish
from wallet.models import Attempt, Payment, PaymentCodeMiss, PaymentCodeUse, Wallet
from wallet.payment_codes import NewUse, redeem_code
from wallet.wallets import top_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


@pytest.fixture
def server(shop):
    """The API as the merchant's own server uses it."""
    return Api(shop.key)


def outcomes():
    return list(PaymentCodeUse.objects.order_by("used_at").values_list("outcome", flat=True))


def test_a_small_sale_is_paid_at_once(till, charge, customer, shop, proofs_hold):
    # Typed on a keyboard of another script, as an integration may send it.
    code = show_code(customer).translate(PERSIAN)
    answer = collect(till, charge, code, key="sale-1")

    charge.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json()["id"] == charge.public_id
    assert (answer.json()["status"], answer.json()["needs"]) == ("captured", [])
    assert (answer.json()["payer"], answer.json()["version"]) == ("Li W.", 3)
    assert answer.json()["receipt"] == charge.receipt_url
    assert read_balance(customer.wallet.account_id) == 9520
    assert sum_balance(shop.store.takings_account_id) == 480
    assert (Payment.objects.get().with_pin, outcomes()) == (False, ["captured"])
    proofs_hold()


def test_the_feed_tells_of_it_as_of_any_sale(till, charge, customer):
    collect(till, charge, show_code(customer))

    kinds = [event.kind for event in list_events(charge.id)]
    assert kinds == ["charge.created", "charge.claimed", "charge.captured"]


def test_a_merchant_s_server_collects_too(server, charge, customer):
    answer = collect(server, charge, show_code(customer))

    assert (answer.status_code, answer.json()["status"]) == (200, "captured")


def test_a_typed_code_may_be_grouped(till, charge, customer):
    code = show_code(customer)

    answer = collect(till, charge, f" {code[:4]} {code[4:9]}-{code[9:]} ")

    assert answer.json()["status"] == "captured"


def test_above_the_limit_the_phone_is_asked_for_the_pin(till, phone, shop, customer):
    charge = factories.make_charge(shop, amount_minor=3001)

    answer = collect(till, charge, show_code(customer))

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["needs"]) == ("claimed", ["pin"])
    assert answer.json()["payer"] == "Li W."
    assert read_balance(customer.wallet.account_id) == 10_000
    use = phone.get("wallet/payment_codes").json()["last_use"]
    assert (use["outcome"], use["needs"]) == ("claimed", ["pin"])
    assert use["charge"]["id"] == charge.public_id


def test_with_the_pin_on_the_phone_the_sale_is_paid(till, phone, shop, customer, proofs_hold):
    charge = factories.make_charge(shop, amount_minor=3001)
    code = show_code(customer)
    collect(till, charge, code, key="sale-1")
    claimed = phone.post("wallet/claims", {"payload": charge.short_code}).json()

    paid = phone.post("wallet/payments", {"claim": claimed["id"], "pin": factories.PIN})

    assert paid.status_code == 201
    again = collect(till, charge, code, key="sale-1")
    assert (again.json()["status"], again.json()["needs"]) == ("captured", [])
    assert outcomes() == ["claimed"]
    proofs_hold()


def test_payments_by_code_count_as_those_without_pin(till, shop, customer):
    Wallet.objects.filter(pk=customer.wallet.pk).update(no_pin_count=4)

    fifth = collect(till, factories.make_charge(shop), show_code(customer))
    sixth = collect(till, factories.make_charge(shop), show_code(customer))

    assert (fifth.json()["status"], fifth.json()["needs"]) == ("captured", [])
    assert (sixth.json()["status"], sixth.json()["needs"]) == ("claimed", ["pin"])


def test_an_allowance_used_up_in_between_asks_for_the_pin(shop, charge, customer):
    new = NewUse(show_code(customer), charge, "sale-1", b"test")
    use = redeem_code(shop.till, new)
    # Behind the back of the wallet that was read, as another payment would.
    Wallet.objects.filter(pk=customer.wallet.pk).update(no_pin_count=5)

    _finish(use, charge)

    charge.refresh_from_db()
    assert (charge.status, outcomes()) == ("claimed", ["claimed"])
    assert read_balance(customer.wallet.account_id) == 10_000


def test_when_the_pin_never_comes_the_sale_is_open_again(till, another_phone, shop, customer):
    charge = factories.make_charge(shop, amount_minor=3001)
    code = show_code(customer)
    collect(till, charge, code, key="sale-1")
    let_lease_end(charge)

    again = collect(till, charge, code, key="sale-1")

    assert (again.json()["status"], again.json()["needs"]) == ("open", [])
    claimed = another_phone.post("wallet/claims", {"payload": charge.short_code})
    assert claimed.status_code == 201


def test_too_little_money_is_refused_and_the_sale_is_open_at_once(till, charge, shop):
    poor = factories.open_customer(balance_minor=479)
    code = show_code(poor)

    refused = collect(till, charge, code)

    charge.refresh_from_db()
    assert refused.status_code == 402
    assert refused.json()["code"] == "insufficient_funds"
    assert "479" not in refused.text
    assert (charge.status, charge.payer_account_id) == ("open", None)
    assert read_balance(poor.wallet.account_id) == 479
    assert [attempt.reason for attempt in Attempt.objects.all()] == ["insufficient_funds"]


def test_the_code_of_a_payment_that_failed_is_used_up(till, charge, shop, customer):
    poor = factories.open_customer(balance_minor=479)
    code = show_code(poor)
    collect(till, charge, code)

    again = collect(till, charge, code)

    assert (again.status_code, again.json()["code"]) == (409, "payment_code_used")
    assert outcomes() == ["insufficient_funds"]
    assert collect(till, charge, show_code(customer)).json()["status"] == "captured"


def test_the_same_key_has_one_effect_and_one_answer(till, charge, customer):
    code = show_code(customer)
    first = collect(till, charge, code, key="sale-1")

    with nothing_changes(charge):
        again = collect(till, charge, code, key="sale-1")

    same = {**first.json(), "server_time": None}
    assert (again.status_code, {**again.json(), "server_time": None}) == (200, same)
    assert Payment.objects.count() == PaymentCodeUse.objects.count() == 1


def test_the_same_key_is_refused_the_same_way(till, charge):
    poor = factories.open_customer(balance_minor=0)
    code = show_code(poor)
    first = collect(till, charge, code, key="sale-1")
    top_up(poor.wallet, amount_minor=1000, reference="late")
    charge.refresh_from_db()

    with nothing_changes(charge):
        again = collect(till, charge, code, key="sale-1")

    assert (again.status_code, again.json()) == (first.status_code, first.json())


def test_the_same_key_with_another_code_is_refused(till, charge, customer, another):
    collect(till, charge, show_code(customer), key="sale-1")

    with nothing_changes(charge):
        answer = collect(till, charge, show_code(another), key="sale-1")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


def test_what_broke_off_before_the_claim_is_finished_by_the_same_key(
    till, charge, shop, customer
):
    code = show_code(customer)
    asked = hash_request(
        f"collect {charge.public_id}", principal_id=shop.terminal.id, body={"code": code}
    )
    redeem_code(shop.till, NewUse(code, charge, "sale-1", asked))

    answer = collect(till, charge, code, key="sale-1")

    assert (answer.status_code, answer.json()["status"]) == (200, "captured")
    assert outcomes() == ["captured"]


def test_what_broke_off_after_the_capture_is_finished_by_the_same_key(till, charge, customer):
    code = show_code(customer)
    collect(till, charge, code, key="sale-1")
    # As if the process had ended before it wrote down what came of it.
    PaymentCodeUse.objects.update(outcome="started")

    again = collect(till, charge, code, key="sale-1")

    assert (again.status_code, again.json()["status"]) == (200, "captured")
    assert outcomes() == ["captured"]
    assert Payment.objects.count() == 1


def test_what_broke_off_is_not_gone_on_with_once_the_codes_were_stopped(
    till, phone, charge, shop, customer
):
    code = show_code(customer)
    asked = hash_request(
        f"collect {charge.public_id}", principal_id=shop.terminal.id, body={"code": code}
    )
    redeem_code(shop.till, NewUse(code, charge, "sale-1", asked))
    phone.post("wallet/payment_codes/revoke")

    with nothing_changes(charge):
        stopped = collect(till, charge, code, key="sale-1")
        phone.post("wallet/payment_codes", {"pin": factories.PIN})
        started = collect(till, charge, code, key="sale-1")

    assert (stopped.status_code, stopped.json()["code"]) == (422, "payment_code_unknown")
    assert started.json() == stopped.json()
    assert not PaymentCodeMiss.objects.exists()


def test_what_was_paid_is_told_also_once_the_codes_were_stopped(till, phone, charge, customer):
    code = show_code(customer)
    collect(till, charge, code, key="sale-1")
    PaymentCodeUse.objects.update(outcome="started")
    phone.post("wallet/payment_codes/revoke")

    again = collect(till, charge, code, key="sale-1")

    assert (again.status_code, again.json()["status"]) == (200, "captured")
    assert Payment.objects.count() == 1


def test_a_charge_that_another_phone_holds_is_refused(till, charge, customer, another):
    factories.claim(another, charge)

    answer = collect(till, charge, show_code(customer))

    assert (answer.status_code, answer.json()["code"]) == (409, "charge_claimed_by_another")
    assert outcomes() == ["charge_claimed_by_another"]
    charge.refresh_from_db()
    assert charge.payer_account_id == another.wallet.account_id


def test_a_charge_that_the_customer_has_scanned_too_is_paid_once(till, charge, customer):
    factories.claim(customer, charge)

    answer = collect(till, charge, show_code(customer))

    assert answer.json()["status"] == "captured"
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("status", ["canceled", "expired", "captured"])
def test_a_charge_that_is_over_is_refused(till, charge, shop, customer, another, status):
    if status == "canceled":
        cancel_charge(charge.id, principal=shop.till)
    elif status == "expired":
        let_expire(charge)
    else:
        factories.confirm(another, factories.claim(another, charge))
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = collect(till, charge, show_code(customer), key="sale-1")
        again = collect(till, charge, show_code(customer), key="sale-2")

    assert (answer.status_code, answer.json()["code"]) == (409, "charge_not_payable")
    assert answer.json()["charge_status"] == again.json()["charge_status"] == status
    assert outcomes() == ["charge_not_payable"] * 2


def test_a_wallet_of_another_currency_is_refused(till, charge):
    tourist = factories.open_customer(currency="JPY")

    with nothing_changes(charge):
        answer = collect(till, charge, show_code(tourist))

    assert (answer.status_code, answer.json()["code"]) == (422, "currency_mismatch")
    assert outcomes() == ["currency_mismatch"]


def test_a_closed_wallet_pays_nothing(till, charge, customer):
    code = show_code(customer)
    account = customer.wallet.account
    account.closed_at = charge.created_at
    account.save(update_fields=["closed_at"])

    answer = collect(till, charge, code, key="sale-1")
    again = collect(till, charge, code, key="sale-1")

    assert (answer.status_code, answer.json()["code"]) == (409, "transfer_refused")
    assert (again.status_code, again.json()["code"]) == (409, "transfer_refused")
    charge.refresh_from_db()
    assert charge.status == "open"


@pytest.mark.parametrize(
    ("code", "status", "name", "named"),
    [
        ("100061098828009406", 422, "payment_code_foreign", "WeChat Pay"),
        ("280610988280094061", 422, "payment_code_foreign", "Alipay"),
        ("621234567890123456", 422, "payment_code_foreign", "UnionPay"),
        ("hello", 422, "payment_code_foreign", "no payment code"),
        ("770000000000000000", 422, "payment_code_unknown", "not known"),
    ],
)
def test_codes_that_are_none_of_ours_are_refused_by_name(
    till, charge, code, status, name, named
):
    with nothing_changes(charge):
        answer = collect(till, charge, code)

    assert (answer.status_code, answer.json()["code"]) == (status, name)
    assert named in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"] == "code"
    assert "Nothing was taken." in answer.json()["detail"]


def test_the_eleventh_wrong_code_is_told_to_wait(till, charge, customer):
    for number in range(10):
        collect(till, charge, f"77000000000000000{number}")

    with nothing_changes(charge):
        answer = collect(till, charge, show_code(customer))

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert answer["Retry-After"] == "60"


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 770}, {"code": "7" * 1201}, []])
def test_a_body_that_is_none_is_refused(till, charge, body):
    answer = till.post(f"charges/{charge.public_id}/collect", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")


def test_another_shop_s_charge_is_not_there(charge, customer):
    stranger, code = Api(factories.open_shop().token), show_code(customer)

    with nothing_changes(charge):
        answer = collect(stranger, charge, code)

    assert answer.status_code == 404
    assert not PaymentCodeUse.objects.exists()


def test_a_wallet_s_session_collects_nothing(phone, charge, customer):
    answer = collect(phone, charge, show_code(customer))

    assert answer.status_code == 401
    assert not PaymentCodeUse.objects.exists()
