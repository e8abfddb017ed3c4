"""A settlement in words: both sides, the fee rules of its time, and what is carried over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as write_date
from django.utils.translation import get_language
from django.utils.translation import gettext as translate

from ledger.money import format_money
from ledger.typed import write_percent
from merchants.addresses import Address
from merchants.fees import Fee, find_fee
from merchants.hold_rules import explain_rule
from merchants.models import (
    Application,
    ApplicationStatus,
    FeeRule,
    Organisation,
    Settlement,
    SettlementLine,
)
from merchants.organisations import find_organisation
from merchants.reports.older_sales import find_older_sale
from merchants.reports.vat_words import list_vat_words

# Set apart from the sentence, so that a minus sign stays before its number from right to left.
_ISOLATED = "\u2068%s\u2069"
_DAY = "j M Y"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a settlement: its name in law, and the lines of its address below."""

    title: str
    name: str
    lines: list[str]


def describe_sides(settlement: Settlement) -> list[Side]:
    """Describe the one that settles and the shop, as far as each has said its legal name."""
    return [*_describe_organisation(), _describe_shop(settlement)]


def _describe_organisation() -> Iterator[Side]:
    organisation = find_organisation()
    if organisation is not None:
        lines = _list_address_lines(organisation)
        yield Side(translate("Settled by"), organisation.legal_name, lines)


def _describe_shop(settlement: Settlement) -> Side:
    merchant = settlement.balance.merchant
    application = Application.objects.filter(
        merchant=merchant, status=ApplicationStatus.APPROVED
    ).first()
    if application is None:
        return Side(translate("Shop"), merchant.name, [])
    lines = _list_address_lines(application)
    if application.legal_name != merchant.name:
        lines.insert(0, merchant.name)
    if application.vat_number:
        lines.append(
            translate("VAT number %(number)s") % {"number": application.vat_number},
        )
    return Side(translate("Shop"), application.legal_name, lines)


def _list_address_lines(place: Application | Organisation) -> list[str]:
    address = Address(
        street=place.street,
        building_number=place.building_number,
        postcode=place.postcode,
        town=place.town,
        country=place.country,
    )
    town = " ".join(filter(None, [address.postcode, address.town, address.country]))
    return [address.street_line, town]


def list_fee_words(settlement: Settlement) -> list[str]:
    """List the fee rules of the settlement's time, how they round, and what refunds do."""
    words = [*_list_rules(settlement)]
    if settlement.fees_minor:
        words.append(
            translate("Rounded to the smallest coin; half a coin goes to the even side."),
        )
        if settlement.tips_minor:
            words.append(translate("The fee is taken on the whole amount, with the tip."))
        words += list_vat_words(settlement)
    if settlement.refunds_count:
        words.append(translate("A refund does not return the fee of its sale."))
    return words


def _list_rules(settlement: Settlement) -> Iterator[str]:
    merchant = settlement.balance.merchant
    fee = find_fee(merchant.id, at=settlement.opened_at)
    yield _describe_fee(fee, settlement.currency)
    later = FeeRule.objects.filter(
        merchant=merchant,
        agreed_at__isnull=False,
        applies_from__gt=settlement.opened_at,
        applies_from__lt=settlement.closed_at,
    )
    # Of two for one instant the one that was agreed to last is in force.
    for rule in later.order_by("applies_from", "-agreed_at").distinct("applies_from"):
        fee = find_fee(merchant.id, at=rule.applies_from)
        yield translate("From %(day)s on: %(rule)s") % {
            "day": write_day(rule.applies_from, settlement),
            "rule": _describe_fee(fee, settlement.currency),
        }


def _describe_fee(fee: Fee, currency: str) -> str:
    words = [_describe_parts(fee, currency)]
    if fee.fee_min_minor:
        words.append(
            translate("At least %(least)s each.")
            % {"least": _write_amount(fee.fee_min_minor, currency)}
        )
    if fee.fee_max_minor is not None:
        words.append(
            translate("At most %(most)s each.")
            % {"most": _write_amount(fee.fee_max_minor, currency)}
        )
    return " ".join(words)


def _describe_parts(fee: Fee, currency: str) -> str:
    facts = {
        "percent": write_percent(fee.mdr_bps),
        "fixed": _write_amount(fee.fee_fixed_minor, currency),
    }
    if fee.mdr_bps and fee.fee_fixed_minor:
        return translate("%(percent)s %% of each sale, and %(fixed)s.") % facts
    if fee.mdr_bps:
        return translate("%(percent)s %% of each sale.") % facts
    if fee.fee_fixed_minor:
        return translate("%(fixed)s for each sale.") % facts
    return translate("Sales cost nothing.")


def list_carry_words(settlement: Settlement) -> list[str]:
    """List what came from the settlement before, and what goes on to the next."""
    opening, closing = settlement.opening_minor, settlement.closing_minor
    words = []
    if opening > 0:
        words.append(translate("%(amount)s was carried over from the settlement before."))
    elif opening < 0:
        words.append(translate("The shop owed %(amount)s from the settlement before."))
    if closing > 0:
        words.append(translate("%(amount)s is carried over to the next settlement."))
    elif closing < 0:
        words.append(
            translate("The shop owes %(amount)s, which is taken off the next settlement."),
        )
    amounts = [abs(each) for each in (opening, closing) if each]
    said = [
        sentence % {"amount": _write_amount(amount_minor, settlement.currency)}
        for sentence, amount_minor in zip(words, amounts, strict=True)
    ]
    return said if closing else [*said, translate("Nothing goes on to the next settlement.")]


def list_hold_words(settlement: Settlement) -> list[tuple[str, str]]:
    """List what is said of the hold on its payout, with labels; nothing if it is not held.

    The settlement's payout must be loaded.
    """
    hold = settlement.payout_hold
    if hold is None or settlement.payout_status != "held":
        return []
    ends_at = hold.ends_at.astimezone(ZoneInfo(settlement.balance.merchant.time_zone))
    until = translate("Held until %(at)s (shop time).") % {
        "at": write_date(ends_at, f"{_DAY}, H:i")
    }
    return [
        (translate("Payout"), f"{until} {explain_rule(hold.rule)}"),
        (translate("Why it is held"), hold.reason),
        (translate("How to appeal"), hold.appeal),
    ]


def describe_older_sale(line: SettlementLine, settlement: Settlement) -> str:
    """Return of which sale a refund is, if that is in an earlier settlement; else nothing."""
    sale = find_older_sale(line, ZoneInfo(settlement.balance.merchant.time_zone))
    if sale is None:
        return ""
    words = translate("Sale of %(day)s, in ST-%(number)s")
    if sale.is_fee_kept:
        words = translate("Sale of %(day)s, in ST-%(number)s; its fee is not returned")
    return words % {
        "day": write_date(sale.day, _DAY),
        "number": f"{sale.settlement.number:04}",
    }


def write_day(at: datetime, settlement: Settlement) -> str:
    """Write the day of an instant in the shop's time zone: `3 Nov 2026`."""
    zone = ZoneInfo(settlement.balance.merchant.time_zone)
    return write_date(at.astimezone(zone), _DAY)


def _write_amount(amount_minor: int, currency: str) -> str:
    locale = (get_language() or "en").replace("-", "_")
    return _ISOLATED % format_money(amount_minor, currency, locale)
