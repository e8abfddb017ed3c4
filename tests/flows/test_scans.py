"""What a phone scans or types: links, short codes, and everything that is neither."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F

from pos.models import Charge
from qr.links import encode_link, encode_token
from tests import factories
from tests.conftest import Api
from tests.snapshots import nothing_changes
from wallet.models import CodeMiss
from wallet.scans import find_scanned

pytestmark = pytest.mark.django_db
UNKNOWN_LINK = "HTTP://PAY.TEST/P/" + "0" * 26


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


def scan(phone, payload):
    return phone.post("wallet/scans", {"payload": payload})


def let_misses_age(**durations):
    CodeMiss.objects.update(missed_at=F("missed_at") - timedelta(**durations))


def test_a_look_claims_nothing(phone, charge):
    with nothing_changes(charge):
        answer = scan(phone, charge.short_code)

    assert answer.status_code == 200
    assert answer.json()["kind"] == "charge"
    assert answer.json()["charge"]["id"] == charge.public_id
    assert answer.json()["charge"]["status"] == "open"


@pytest.mark.parametrize(
    "form",
    [
        "HTTP://PAY.TEST/P/{token}",
        "http://pay.test/p/{lower}",
        "https://pay.test/p/{lower}/",
        "  http://Pay.Test/P/{lower} ",
        "{code}",
        "{code_lower}",
        "{code_grouped}",
        " {code_grouped} ",
    ],
)
def test_a_charge_is_found_by_link_and_by_short_code(phone, charge, form):
    token = encode_token(charge.token)
    payload = form.format(
        token=token,
        lower=token.lower(),
        code=charge.short_code,
        code_lower=charge.short_code.lower(),
        code_grouped=charge.short_code_grouped,
    )

    assert scan(phone, payload).json()["charge"]["id"] == charge.public_id


def test_a_paid_charge_tells_its_payer_and_receipt_to_the_payer_alone(
    phone, another_phone, customer, shop
):
    sold = factories.sell(shop, customer)

    mine = scan(phone, sold.short_code).json()["charge"]
    theirs = scan(another_phone, sold.short_code).json()["charge"]

    assert (mine["payer"], mine["receipt"]) == ("Li W.", sold.receipt_url)
    assert (theirs["payer"], theirs["receipt"]) == (None, None)
    assert theirs["status"] == "captured"
    assert set(theirs) == set(mine)


def test_a_claimed_charge_tells_its_payer_to_the_payer_alone(
    phone, another_phone, customer, charge
):
    factories.claim(customer, charge)

    mine = scan(phone, charge.short_code).json()["charge"]
    theirs = scan(another_phone, charge.short_code).json()["charge"]

    assert (mine["status"], mine["payer"]) == ("claimed", "Li W.")
    assert (theirs["status"], theirs["payer"]) == ("claimed", None)


def foreign_payloads(charge):
    token = encode_token(charge.token)
    return {
        "another host": f"https://pay.example/p/{token}",
        "our host as a user": f"https://pay.test@pay.example/p/{token}",
        "our host as a prefix": f"https://pay.test.pay.example/p/{token}",
        "another port": f"http://pay.test:81/p/{token}",
        "a changed token": f"http://pay.test/p/{token[:-1]}U",
        "a cut token": f"http://pay.test/p/{token[:-1]}",
        "more than a token": f"http://pay.test/p/{token}/pay",
        "a wifi code": "WIFI:T:WPA;S=net;P=secret;;",
        "an EMV code of another system": "00020101021226370014A00000067701011201",
        "seven characters": charge.short_code[:-1],
        "a script": "<script>alert(1)</script>",
    }


@pytest.mark.parametrize("which", foreign_payloads(Charge(short_code="0" * 8)))
def test_a_foreign_code_is_told_and_never_claimed(phone, charge, which):
    payload = foreign_payloads(charge)[which]

    with nothing_changes(charge):
        looked = scan(phone, payload)
        claimed = phone.post("wallet/claims", {"payload": payload})

    assert (looked.status_code, looked.json()["kind"]) == (200, "foreign")
    assert claimed.status_code == 422
    assert claimed.json()["code"] == "code_foreign"
    assert claimed.json()["errors"][0]["field"] == "payload"


@pytest.mark.parametrize("path", ["wallet/scans", "wallet/claims"])
@pytest.mark.parametrize("payload", [UNKNOWN_LINK, "0000-0000"])
def test_an_unknown_code_leads_nowhere(phone, path, payload):
    with nothing_changes():
        answer = phone.post(path, {"payload": payload})

    assert answer.status_code == 404
    assert answer.json()["code"] == "code_unknown"


def test_ten_wrong_short_codes_in_a_minute_are_too_many(phone, charge):
    for number in range(10):
        assert scan(phone, f"0000000{number}").status_code == 404

    with nothing_changes(charge):
        eleventh = scan(phone, "0000000A")
        right = phone.post("wallet/claims", {"payload": charge.short_code})

    assert eleventh.status_code == 429
    assert (right.status_code, right.json()["code"]) == (429, "too_many_tries")
    assert right["Retry-After"] == "60"
    assert CodeMiss.objects.count() == 10


def test_a_link_is_read_also_after_ten_misses(phone, charge):
    for number in range(10):
        scan(phone, f"0000000{number}")

    answer = scan(phone, encode_link("http://pay.test", charge.token))

    assert answer.status_code == 200


def test_a_day_old_misses_are_forgotten_with_the_next(phone, another):
    for number in range(3):
        scan(phone, f"0000000{number}")
    let_misses_age(hours=25)
    theirs = CodeMiss.objects.create(wallet=another.wallet)

    scan(phone, "00000009")

    assert CodeMiss.objects.exclude(pk=theirs.pk).count() == 1


def test_misses_of_this_day_are_kept(phone):
    scan(phone, "00000000")
    let_misses_age(hours=23)

    scan(phone, "00000001")

    assert CodeMiss.objects.count() == 2


def test_a_guess_that_could_be_rolled_back_is_refused(customer, charge):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        find_scanned(customer.wallet, charge.short_code)


def test_links_that_lead_nowhere_are_no_guesses(phone):
    for _ in range(11):
        scan(phone, UNKNOWN_LINK)

    assert not CodeMiss.objects.exists()


def test_a_minute_later_codes_are_read_again(phone, charge):
    for number in range(10):
        scan(phone, f"0000000{number}")
    let_misses_age(seconds=61)

    assert scan(phone, charge.short_code).status_code == 200


def test_each_wallet_has_its_own_tries(phone, another_phone, charge):
    for number in range(10):
        scan(phone, f"0000000{number}")

    assert scan(another_phone, charge.short_code).status_code == 200


def test_the_wallet_tells_its_balance(phone, customer):
    answer = phone.get("wallet")

    amount = {"amount_minor": 10_000, "currency": "EUR"}
    assert answer.json() == {
        "id": customer.wallet.public_id,
        "name": "Li Wei",
        "balance": amount,
        "available": amount,
    }


def test_payments_are_listed_newest_first_a_page_at_a_time(shop):
    rich = factories.open_customer(balance_minor=100_000)
    phone = Api(rich.token)
    for amount_minor in range(1, 32):
        factories.sell(shop, rich, amount_minor=amount_minor)

    first = phone.get("wallet/transactions").json()
    second = phone.get("wallet/transactions", after=first["next"]).json()

    amounts = [each["amount"]["amount_minor"] for each in first["data"] + second["data"]]
    assert amounts == list(range(31, 0, -1))
    assert (len(first["data"]), second["next"]) == (30, None)


@pytest.mark.parametrize("after", ["x", "py_", "ch_" + "0" * 26, "\x00"])
def test_a_cursor_that_is_none_is_refused(phone, after):
    answer = phone.get("wallet/transactions", after=after)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
