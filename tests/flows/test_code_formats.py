"""A store's tills show links or EMVCo codes; a wallet reads both, and alters neither."""

import io

import pytest
import zxingcpp
from PIL import Image

from merchants.models import CodeFormat, Merchant, Store
from merchants.onboarding import choose_code_format
from pos.payloads import write_merchant_code
from qr import mpm
from qr.charge_codes import ChargeCode, encode_charge_code
from qr.image import draw_svg
from tests import factories
from tests.flows.steps import scan
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
AMOUNT = {"amount": {"amount_minor": 480, "currency": "EUR"}}


@pytest.fixture
def emv_shop(shop):
    # Every request of the till reads the store anew.
    choose_code_format(Store.objects.get(pk=shop.store.pk), CodeFormat.EMV)
    return shop


def read_picture(answer):
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)))
    return found.text


def alter(text, **changes):
    fields = mpm.decode(text).fields
    return mpm.write(
        fields | {name.removeprefix("_"): value for name, value in changes.items()}
    )


def test_a_store_shows_links_unless_it_has_chosen_otherwise(till):
    made = till.post("charges", AMOUNT).json()

    assert made["emv"] is None
    assert read_picture(till.get(f"charges/{made['id']}/qr.png")) == made["link"]


def test_a_till_shows_its_charge_as_an_emvco_code(till, emv_shop):
    made = till.post("charges", AMOUNT).json()

    values = mpm.decode(made["emv"]).values
    assert read_picture(till.get(f"charges/{made['id']}/qr.png")) == made["emv"]
    assert made["link"].startswith("HTTP://PAY.TEST/P/")
    assert values["01"] == "12"
    assert (values["53"], values["54"], values["58"]) == ("978", "4.80", "IE")
    assert (values["59"], values["60"]) == (emv_shop.store.name, "IE")
    assert (values["62-05"], values["62-07"]) == (made["short_code"], "Till 1")
    assert till.get(f"charges/{made['id']}").json()["emv"] == made["emv"]


def test_a_code_says_what_the_shop_sells(till, emv_shop):
    before = till.post("charges", AMOUNT).json()
    Merchant.objects.filter(pk=emv_shop.merchant.pk).update(trade="5814")

    made = till.post("charges", AMOUNT).json()

    assert mpm.decode(before["emv"]).values["52"] == "0000"
    assert mpm.decode(made["emv"]).values["52"] == "5814"


def test_a_code_that_said_less_still_opens_its_charge(emv_shop, phone):
    charge = factories.make_charge(emv_shop)
    charge.store.refresh_from_db()
    shown = write_merchant_code(charge)
    Merchant.objects.filter(pk=emv_shop.merchant.pk).update(trade="5814")

    seen = scan(phone, shown).json()

    assert "0000" in shown
    assert seen["charge"]["id"] == charge.public_id


def test_the_drawing_carries_the_same_code(till, emv_shop):
    made = till.post("charges", AMOUNT).json()

    drawn = till.get(f"charges/{made['id']}/qr.svg").content.decode()

    assert drawn == draw_svg(made["emv"])


def test_a_phone_pays_by_the_emvco_code(till, phone, emv_shop, proofs_hold):
    made = till.post("charges", AMOUNT).json()

    looked = phone.post("wallet/scans", {"payload": made["emv"]}).json()
    claimed = phone.post("wallet/claims", {"payload": made["emv"]}).json()
    paid = phone.post("wallet/payments", {"claim": claimed["id"]}, key="one")

    assert (looked["kind"], looked["payable"]) == ("charge", True)
    assert looked["charge"]["id"] == made["id"]
    assert (paid.status_code, paid.json()["charge"]["status"]) == (201, "captured")
    proofs_hold()


@pytest.mark.parametrize("changes", [{"_54": "1.00"}, {"_53": "840"}, {"_54": "4.81"}], ids=str)
def test_another_amount_in_the_code_is_an_alteration(till, phone, emv_shop, changes):
    text = alter(till.post("charges", AMOUNT).json()["emv"], **changes)

    with nothing_changes():
        looked = phone.post("wallet/scans", {"payload": text}).json()
        claimed = phone.post("wallet/claims", {"payload": text})

    assert (looked["kind"], looked["payable"]) == ("altered", False)
    assert looked["detail"].startswith("This looks like a code of a till here")
    assert (claimed.status_code, claimed.json()["code"]) == (422, "code_foreign")


def test_a_changed_character_is_an_alteration(till, phone, emv_shop):
    text = till.post("charges", AMOUNT).json()["emv"].replace("4.80", "1.80")

    looked = phone.post("wallet/scans", {"payload": text}).json()

    assert (looked["kind"], looked["payable"]) == ("altered", False)


def test_the_code_of_another_installation_is_another_system(till, phone, shop):
    charge = factories.make_charge(shop)
    code = ChargeCode(
        token=charge.token, amount_minor=480, currency="EUR", country="IE", name="A"
    )

    looked = phone.post(
        "wallet/scans", {"payload": encode_charge_code(code, host="pay.example")}
    ).json()

    assert (looked["kind"], looked["payable"]) == ("payment", False)


def test_an_emvco_code_of_no_charge_leads_nowhere(phone, shop):
    charge = factories.make_charge(shop)
    code = ChargeCode(token=charge.id, amount_minor=480, currency="EUR", country="IE", name="A")
    text = encode_charge_code(code, host="pay.test")

    answer = phone.post("wallet/scans", {"payload": text})

    assert (answer.status_code, answer.json()["code"]) == (404, "code_unknown")


def test_the_choice_is_one_store_s(emv_shop):
    other = factories.open_shop()

    assert Store.objects.get(pk=other.store.pk).code_format == CodeFormat.LINK
