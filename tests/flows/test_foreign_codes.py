"""Codes of other systems that a phone scans: their names, what they ask, how they deviate."""

import pytest

from tests.flows.steps import scan
from tests.qr.dialects.test_read_formats import CZECH, IBAN_LINK, ORDER, SLOVAK
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "title", "payee", "amount"),
    [
        (
            CZECH.replace("*MSG", "*RN:Pekarna*MSG"),
            "SPAYD (QR Platba)",
            "Pekarna",
            "480.50 CZK",
        ),
        (ORDER, "ST00012", "Завод «Пример»", "142.12 RUB"),
        (IBAN_LINK + "&receiver-name=Cafe", "payto", "Cafe", "200.00 EUR"),
        (SLOVAK, "PAY by square", "John Doe", "25.30 EUR"),
    ],
)
def test_codes_of_other_countries_are_named_with_payee_and_amount(
    phone, text, title, payee, amount
):
    with nothing_changes():
        told = scan(phone, text).json()

    assert (told["kind"], told["title"], told["payee"]["name"]) == ("payment", title, payee)
    assert told["detail"] == (
        f"This code is for paying by {title}, which this wallet cannot do."
        f" It asks {amount} for {payee}. Nothing was taken."
    )
    assert told["remarks"] == []


def test_how_a_code_deviates_is_told(phone):
    link = "upi://pay?pa=shop@bank&amp;pn=Shop&amp;am=10.50&amp;cu=INR"

    told = scan(phone, "\ufeff" + link).json()

    assert told["amount"] == {"amount_minor": 1050, "currency": "INR"}
    assert told["remarks"] == [
        "no byte order mark stands before the text",
        "parameters are joined by &, not by &amp; as in HTML",
    ]
