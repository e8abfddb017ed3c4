"""What a phone scans or types: links, short codes, and everything that is neither."""

import pytest

from pos.models import Charge
from qr import mpm
from qr.links import encode_token
from qr.payment import Account, PaymentRequest
from qr.recognition import Nature
from qr.registry import DIALECTS
from tests import factories
from tests.conftest import Api
from tests.flows.steps import scan
from tests.qr.payloads import EXAMPLE, VECTORS
from tests.snapshots import nothing_changes
from wallet.models import ShortCodeMiss
from wallet.scan_results import _DESCRIPTIONS

pytestmark = pytest.mark.django_db
UNKNOWN_LINK = "HTTP://PAY.TEST/P/" + "0" * 26


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


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
        "\ufeffHTTP://PAY.TEST/P/{token}",
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
    """Return what is nothing of ours, and as what it is to be told."""
    token = encode_token(charge.token)
    return {
        "another host": (f"https://pay.example/p/{token}", "foreign"),
        "our host as a user": (f"https://pay.test@pay.example/p/{token}", "foreign"),
        "our host as a prefix": (f"https://pay.test.pay.example/p/{token}", "foreign"),
        "a counter code of another host": (f"https://pay.example/s/{token}", "foreign"),
        "half a counter code": ("http://pay.test/s/" + "0" * 100, "altered"),
        "another port": (f"http://pay.test:81/p/{token}", "foreign"),
        "a changed token": (f"http://pay.test/p/{token[:-1]}U", "altered"),
        "a cut token": (f"http://pay.test/p/{token[:-1]}", "altered"),
        "more than a token": (f"http://pay.test/p/{token}/pay", "altered"),
        "a page of ours": ("http://pay.test/wallet/", "altered"),
        "another site": ("https://evil.example/p?next=http://pay.test/", "web_address"),
        "a wifi code": ("WIFI:T:WPA;S=net;P=secret;;", "text"),
        "half a code of another system": (
            "00020101021226370014A00000067701011201",
            "altered",
        ),
        "another system's code": (EXAMPLE, "payment"),
        "a changed code of another system": (EXAMPLE.replace("23.72", "99.72"), "altered"),
        "a wallet's payment code": ("771234567890123456", "payment_code"),
        "another wallet's payment code": ("120061098828009406", "foreign_code"),
        "seven characters": (charge.short_code[:-1], "text"),
        "a script": ("<script>alert(1)</script>", "text"),
    }


@pytest.mark.parametrize("which", foreign_payloads(Charge(short_code="0" * 8)))
def test_a_foreign_code_is_told_and_never_claimed(phone, charge, which):
    payload, kind = foreign_payloads(charge)[which]

    with nothing_changes(charge):
        looked = scan(phone, payload)
        claimed = phone.post("wallet/claims", {"payload": payload})

    told = looked.json()
    assert (looked.status_code, told["kind"], told["payable"]) == (200, kind, False)
    assert told["detail"].endswith("Nothing was taken.")
    assert claimed.status_code == 422
    assert claimed.json()["code"] == "code_foreign"
    assert claimed.json()["errors"][0]["field"] == "payload"


def test_every_nature_has_words():
    assert set(_DESCRIPTIONS) == set(Nature)


@pytest.mark.slow
def test_no_payment_code_in_the_world_can_be_paid_here(phone):
    for vector in VECTORS:
        with nothing_changes():
            answer = scan(phone, vector["payload"])

        told = answer.json()
        assert (answer.status_code, told["payable"]) == (200, False), vector
        assert told["kind"] in {
            "payment",
            "foreign_code",
            "payment_code",
            "altered",
            "text",
        } | (
            # A payment link of MSCT is a web address to whoever does not know its framework.
            {"web_address"} if vector["format"] == "msct" else set()
        ), vector
        assert "charge" not in told, vector


def test_a_pix_code_says_what_it_asks_for(phone):
    text = DIALECTS["pix"].encode(
        PaymentRequest(
            scheme="pix",
            accounts=(Account("br.gov.bcb.pix", "padaria@example.com", "key"),),
            payee_name="Padaria Central",
            payee_city="Recife",
            currency="BRL",
            amount_minor=1230,
            reference="MESA7",
        )
    )

    assert scan(phone, text).json() == {
        "kind": "payment",
        "payable": False,
        "title": "Pix",
        "detail": "This code is for paying by Pix, which this wallet cannot do."
        " It asks 12.30 BRL for Padaria Central. Nothing was taken.",
        "scheme": "pix",
        "payee": {"name": "Padaria Central", "city": "Recife", "country": "BR"},
        "amount": {"amount_minor": 1230, "currency": "BRL"},
        "currency": "BRL",
        "reference": "MESA7",
        "expires_at": None,
        "remarks": [],
    }


def test_what_was_altered_is_named(phone):
    told = scan(phone, EXAMPLE.replace("23.72", "99.72")).json()

    assert told["title"] == "another payment system"
    assert "altered, or not read well. The rule it breaks: the check sum" in told["detail"]
    assert "amount" not in told


def test_another_site_is_named_and_its_letters_are_plain(phone):
    # Cyrillic letters that look like "pay.test".
    told = scan(phone, "https://admin@\u0440\u0430\u0443.test/p").json()

    assert (told["kind"], told["host"]) == ("web_address", "xn--80a5ak.test")


def test_a_host_that_is_none_is_shown_in_plain_letters(phone):
    told = scan(phone, "https://\u0440..test/p").json()

    assert (told["kind"], told["host"]) == ("web_address", "\\u0440..test")


def test_a_request_that_has_expired_says_so(phone):
    shop = mpm.decode(EXAMPLE).fields
    account = {"00": "SG.PAYNOW", "01": "2", "02": "201403121W", "03": "1", "04": "20200101"}
    changed = {"02": None, "04": None, "15": None, "26": account, "53": "702", "58": "SG"}
    fields = {name: value for name, value in (shop | changed).items() if value}

    told = scan(phone, mpm.write(dict(sorted(fields.items())))).json()

    assert (told["title"], told["expires_at"]) == ("PayNow", "2020-01-01T15:59:59.000Z")
    assert "It has expired." in told["detail"]


@pytest.mark.parametrize("payload", ["", " ", "\n\t"])
def test_nothing_at_all_is_told_too(phone, payload):
    told = scan(phone, payload).json()

    assert (told["kind"], told["payable"]) == ("empty", False)


@pytest.mark.parametrize("payload", ["a\nb", "\u202e4.80", "a\u2028b", "\x1b[31m"])
def test_a_text_with_line_ends_and_unseen_signs_is_a_text(phone, payload):
    assert scan(phone, payload).json()["kind"] == "text"


def test_a_payee_s_name_is_shown_plainly(phone):
    epc = "BCD\n002\n1\nSCT\n\n\u202eevil\u2066 Shop\nIE29AIBK93115212345678\nEUR1.00"

    told = scan(phone, epc).json()

    assert told["payee"]["name"] == "evil Shop"
    assert "evil Shop" in told["detail"]


def test_a_charge_says_whether_it_can_be_paid(phone, another_phone, customer, charge, shop):
    open_ = scan(phone, charge.short_code).json()
    factories.claim(customer, charge)
    mine, theirs = (scan(each, charge.short_code).json() for each in (phone, another_phone))
    factories.confirm(customer, factories.claim(customer, charge))
    paid = scan(phone, charge.short_code).json()
    traveller = Api(factories.open_customer(currency="JPY").token)
    other = scan(traveller, factories.make_charge(shop).short_code).json()

    answers = [open_, mine, theirs, paid, other]
    assert [each["payable"] for each in answers] == [True, True, False, False, False]
    assert paid["detail"] == "This charge cannot be paid: it is captured."
    assert other["detail"] == "This wallet holds no EUR. Nothing was taken."


@pytest.mark.parametrize("path", ["wallet/scans", "wallet/claims"])
@pytest.mark.parametrize("payload", [UNKNOWN_LINK, "0000-0000"])
def test_an_unknown_code_leads_nowhere(phone, path, payload):
    with nothing_changes():
        answer = phone.post(path, {"payload": payload})

    assert answer.status_code == 404
    assert answer.json()["code"] == "code_unknown"


@pytest.mark.parametrize("code", ["7K4M92QX", "k74m-92qy", "password"])
def test_a_mistyped_code_is_told_apart_and_is_no_guess(phone, code):
    with nothing_changes():
        looked = scan(phone, code)
        claimed = phone.post("wallet/claims", {"payload": code})

    told = looked.json()
    assert (looked.status_code, told["kind"], told["payable"]) == (200, "mistyped", False)
    assert told["detail"] == claimed.json()["detail"]
    assert told["detail"].startswith("One character is wrong, or two are swapped.")
    assert (claimed.status_code, claimed.json()["code"]) == (422, "code_mistyped")
    assert claimed.json()["errors"][0]["field"] == "payload"
    assert not ShortCodeMiss.objects.exists()


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
