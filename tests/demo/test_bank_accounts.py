"""IBANs, names and codes, as the bank reads them."""

import pytest
from schwifty import IBAN

from demo.bank.accounts import is_iban, is_same_name, make_iban, show_iban, tidy_iban
from demo.bank.branch import OPERATOR_IBAN
from demo.bank.epc import CodeRefused, EpcCode, read_code


def test_ibans_of_the_registry_are_right_and_a_changed_digit_is_not():
    assert is_iban("DE89370400440532013000")
    assert is_iban("BE68539007547034")
    assert not is_iban("DE89370400440532013001")
    assert not is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("de89370400440532013000")
    assert not is_iban("")


@pytest.mark.parametrize("number", [0, 7, 1000, 99_999_999])
def test_made_up_accounts_have_ibans_that_others_take_too(number):
    assert IBAN(make_iban(number)).bank_code == "DEMO"
    assert is_iban(make_iban(number))


def test_an_iban_is_read_and_shown_in_blocks():
    assert show_iban(OPERATOR_IBAN) == "IE98 DEMO 9900 0000 0010 00"
    assert tidy_iban(" ie98 demo 9900\t0000 0010 00 ") == OPERATOR_IBAN


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jürgen Groß", "JURGEN GROSS", True),
        ("Łukasz Bøe", "Boe, Lukasz", True),
        ("O'Brien & Co.", "OBrien Co", True),
        ("Li Wei", "Li Wen", False),
        ("Li Wei", "", False),
    ],
)
def test_names_are_compared_as_people_would(one, other, same):
    assert is_same_name(one, other) is same


CODE = """BCD
002
1
SCT

Harbour Payments (demo)
IE98DEMO99000000001000
EUR25.5

RF18 5390 0754 7034
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_code_is_read_whatever_ends_its_lines(end):
    assert read_code(CODE.replace("\n", end)) == EpcCode(
        name="Harbour Payments (demo)",
        iban=OPERATOR_IBAN,
        amount_minor=2550,
        reference="RF18539007547034",
        remittance="",
    )


def test_a_code_without_amount_lets_the_payer_choose():
    assert read_code(CODE.replace("EUR25.5", "")).amount_minor == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("BCD", "BCE"),
        ("002", "003"),
        ("SCT", "INST"),
        ("IE98", "IE99"),
        ("EUR25.5", "CHF25.5"),
        ("EUR25.5", "EUR25,5"),
        ("EUR25.5", "EUR-1"),
        (CODE, "https://pay.test/P/1"),
        (CODE, ""),
    ],
)
def test_what_is_no_code_is_refused(old, new):
    with pytest.raises(CodeRefused):
        read_code(CODE.replace(old, new))
