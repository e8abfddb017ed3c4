"""What a new charge comes to: its lines, VAT on top where prices are without it, the tip."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.money import AMOUNT_MINOR_MAX
from merchants.models import Store, VatMode
from pos.errors import AmountMismatch, AmountTooLarge, NothingToPay, TipTooLarge
from pos.lines import NewLine
from pos.openings import NewCharge, Prices
from pos.tips import check_tip, find_cap
from pos.vat import find_rate, list_added_vat


@dataclass(frozen=True, slots=True)
class _Goods:
    gross_minor: int
    rates: list[int | None]
    added: list[int]


def price_charge(store: Store, new: NewCharge) -> Prices:
    """Work out the amount of a charge by the store's rules of this moment.

    An amount without lines is what is paid, with VAT in it, whatever the store's prices are.

    Raises:
        AmountMismatch: the amount is not the sum of the lines, the VAT and the tip.
        AmountTooLarge: they add up to more than a charge may be.
        NothingToPay: the discounts leave nothing.
        TipsNotTaken, TipTooLarge: the store takes no tip, or none so large.
    """
    is_added = store.vat_mode == VatMode.EXCLUDED and bool(new.lines)
    goods = _price_goods(store, new, is_added=is_added)
    if goods.gross_minor + new.tip_minor > AMOUNT_MINOR_MAX:
        raise AmountTooLarge
    if new.lines and not goods.gross_minor:
        raise NothingToPay
    if goods.gross_minor <= 0:
        raise TipTooLarge(find_cap(store, max(new.amount_minor or 0, 0)), store.currency)
    check_tip(store, new.tip_minor, goods_minor=goods.gross_minor)
    amount_minor = goods.gross_minor + new.tip_minor
    if new.amount_minor not in {None, amount_minor}:
        raise AmountMismatch(amount_minor, new.currency)
    return Prices(amount_minor, goods.rates, goods.added, vat_is_added=is_added)


def sum_lines(store: Store, lines: Sequence[NewLine]) -> int:
    """Add up lines, with the VAT on top where the store's prices are without it."""
    prices = [line.total_minor for line in lines]
    if store.vat_mode != VatMode.EXCLUDED:
        return sum(prices)
    rates = [find_rate(store, line.vat_bps) for line in lines]
    return sum(prices) + sum(list_added_vat(list(zip(prices, rates, strict=True))))


def _price_goods(store: Store, new: NewCharge, *, is_added: bool) -> _Goods:
    if not new.lines:
        return _Goods((new.amount_minor or 0) - new.tip_minor, [], [])
    rates = [find_rate(store, line.vat_bps) for line in new.lines]
    prices = [line.total_minor for line in new.lines]
    added = list_added_vat(list(zip(prices, rates, strict=True))) if is_added else []
    return _Goods(sum(prices) + sum(added), rates, added or [0] * len(prices))
