"""Which vouchers a journal has: those of a settlement, or of some days."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from merchants.journals.arrivals import read_arrivals, read_booked
from merchants.journals.moves import Voucher, read_closed
from merchants.models import MerchantBalance, Settlement

_DAY = timedelta(days=1)


def read_settlement_vouchers(settlement: Settlement) -> list[Voucher]:
    """Read a settlement's vouchers, with what the bank has booked of its payout by now."""
    return _sort([*read_closed([settlement]), *read_arrivals([settlement])])


def read_period_vouchers(balance: MerchantBalance, *, first: date, last: date) -> list[Voucher]:
    """Read the vouchers of the days from `first` to `last` that closed settlements have."""
    zone = ZoneInfo(balance.merchant.time_zone)
    begin = datetime.combine(first, time.min, zone)
    end = datetime.combine(last + _DAY, time.min, zone)
    # A sale that commits over the cut is in the next settlement, with its own day.
    near = balance.settlements.filter(closed_at__gt=begin, opened_at__lt=end + _DAY)
    settlements = list(near.select_related("balance__merchant").order_by("number"))
    vouchers = [*read_closed(settlements), *read_booked(balance, since=begin)]
    return _sort(each for each in vouchers if first <= each.on <= last)


def find_settled_until(balance: MerchantBalance) -> date:
    """Return the last day of which everything is settled."""
    zone = ZoneInfo(balance.merchant.time_zone)
    return balance.settled_until.astimezone(zone).date() - _DAY


def _sort(vouchers: Iterable[Voucher]) -> list[Voucher]:
    made = [voucher for voucher in vouchers if voucher.moves]
    return sorted(made, key=lambda voucher: (voucher.on, voucher.document, voucher.number))
