"""What a settlement's files for people say, in words, with values that are no texts yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as translate

from merchants.models import LineKind, Settlement, SettlementLine
from merchants.reports.files import Maker, list_figures
from merchants.reports.older_sales import find_older_sale


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in the settlement's currency, in minor units."""

    minor: int


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that somebody has typed, which no program may read as anything else."""

    text: str


Value = str | int | date | time | Amount | Typed | None
_DAY_ENDS = "24:00:00"


def list_facts(settlement: Settlement) -> Iterator[tuple[str, Value]]:
    """List the settlement's facts and figures, by their labels."""
    period, merchant = settlement.period, settlement.balance.merchant
    yield translate("Settlement"), f"ST-{settlement.number:04}"
    yield translate("Reference"), settlement.public_id
    yield translate("Merchant"), Typed(merchant.name)
    yield translate("First day"), period.first_day
    yield translate("Last day"), period.last_day
    yield translate("Begins at"), period.start.time().replace(microsecond=0)
    # The midnight that ends a day belongs to the next; spreadsheets read 24:00 as a day.
    ends = period.end.time().replace(microsecond=0)
    yield translate("Ends at"), ends if period.ends_within_day else _DAY_ENDS
    yield translate("Time zone"), merchant.time_zone
    yield translate("Payout due"), settlement.payout_due_on
    yield translate("Currency"), settlement.currency
    yield translate("Number of sales"), settlement.sales_count
    yield translate("Number of refunds"), settlement.refunds_count
    if settlement.tips_minor:
        yield translate("Tips within sales"), Amount(settlement.tips_minor)
    if settlement.refunded_tips_minor:
        yield translate("Tips within refunds"), Amount(-settlement.refunded_tips_minor)
    labels = label_figures()
    for name, amount_minor in list_figures(settlement):
        yield labels[name], Amount(amount_minor)


def label_figures() -> dict[str, str]:
    """Return the words for the figures, by their names."""
    return {
        "opening": translate("Opening balance"),
        "sales": translate("Sales"),
        "refunds": translate("Refunds"),
        "fees": translate("Fees"),
        "adjusted": translate("Adjusted"),
        "payout": translate("Payout"),
        "closing": translate("Closing balance"),
    }


def list_titles() -> list[str]:
    """List the titles of the columns of `list_fields`."""
    return [
        translate("Line"),
        translate("Kind"),
        translate("Date"),
        translate("Time"),
        translate("Zone"),
        translate("Store"),
        translate("Till"),
        translate("Cashier"),
        translate("Payment"),
        translate("Code"),
        translate("Refund"),
        translate("Shop reference"),
        translate("Amount"),
        translate("Fee"),
        translate("Net"),
        translate("Currency"),
        translate("Day of the sale"),
        translate("Settlement of the sale"),
        translate("Fee of the sale"),
        translate("Payment method"),
        translate("Fee rule"),
        translate("Fee rule from"),
    ]


def list_fields(
    line: SettlementLine, maker: Maker, *, number: int, zone: ZoneInfo, currency: str
) -> list[Value]:
    """List the fields of a sale or a refund, in the shop's time zone.

    A refund of a sale of an earlier settlement says so before the last three, which are the
    payment method and the rule of the fee.
    """
    version = line.fee_version
    at, is_sale = line.at.astimezone(zone), line.kind == LineKind.SALE
    return [
        number,
        translate("Sale") if is_sale else translate("Refund"),
        at.date(),
        at.time().replace(microsecond=0),
        f"UTC{at:%z}",
        Typed(line.store.name),
        Typed(maker.till),
        Typed(maker.cashier),
        line.charge_ref,
        line.short_code_grouped,
        line.refund_ref,
        Typed(line.reference),
        Amount(line.signed_minor),
        Amount(-line.fee_minor),
        Amount(line.net_minor),
        currency,
        *_list_sale_fields(line, zone),
        maker.method_words,
        version.number if version else None,
        version.day if version else None,
    ]


def _list_sale_fields(line: SettlementLine, zone: ZoneInfo) -> list[Value]:
    sale = find_older_sale(line, zone)
    if sale is None:
        return [None, None, None]
    fee = translate("not returned") if sale.is_fee_kept else translate("none")
    return [sale.day, f"ST-{sale.settlement.number:04}", fee]
