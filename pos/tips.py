"""Tips: what a store offers, what it accepts, and the payer's choice while holding a charge."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from ledger.money import AMOUNT_MINOR_MAX, find_exponent
from ledger.shares import divide
from ledger.templatetags.money import percent_of
from ledger.transactions import retry_clashes
from ledger.typed import read_money
from merchants.models import Store
from pos.errors import TipsNotTaken, TipTooLarge
from pos.models import Charge
from pos.moves import move
from pos.topics import topics_of
from pos.transitions import TIP
from relay.pages import tell_on_commit

_WHOLE_BPS = 10_000
# What people give is round: ten cents, ten yen, KWD 0.050; more where a unit is worth little.
_STEP_BY_EXPONENT = {0: 10, 2: 10, 3: 50}
_STEPS = {
    "CLP": 100,
    "COP": 100_00,
    "HUF": 10_00,
    "IDR": 1_000_00,
    "KRW": 100,
    "PYG": 500,
    "VND": 1_000,
}


class Offer(NamedTuple):
    """A tip that the phone offers: its part of the goods, and the rounded amount."""

    bps: int
    tip_minor: int

    @property
    def percent(self) -> str:
        """Return its part as people read it, `12.5` or `12,5`."""
        return percent_of(self.bps)


def list_offers(store: Store, goods_minor: int) -> list[Offer]:
    """List the tips to offer on some goods: each within the store's cap, and none twice."""
    cap_minor, step = find_cap(store, goods_minor), find_step(store.currency)
    offers: dict[int, Offer] = {}
    for bps in (store.tip_low_bps, store.tip_middle_bps, store.tip_high_bps):
        tip_minor = max(step, divide(goods_minor * bps, _WHOLE_BPS * step) * step)
        if tip_minor <= cap_minor:
            offers.setdefault(tip_minor, Offer(bps, tip_minor))
    return list(offers.values())


def read_tip(typed: Mapping[str, str], currency: str) -> int:
    """Read the tip of a form: the button that was pressed, or what was typed beside it.

    Raises:
        AmountUnreadable: what was typed is no amount.
    """
    pressed = typed.get("tip", "")
    if pressed.isascii() and pressed.isdigit() and len(pressed) <= len(str(AMOUNT_MINOR_MAX)):
        return int(pressed)
    return read_money(typed.get("typed", ""), currency)


def find_step(currency: str) -> int:
    """Return to how many minor units an offered tip is rounded."""
    return _STEPS.get(currency) or _STEP_BY_EXPONENT.get(find_exponent(currency), 1)


def find_cap(store: Store, goods_minor: int) -> int:
    """Return the most that a tip on these goods may be, in minor units, rounded down."""
    return min(goods_minor * store.tip_max_bps // _WHOLE_BPS, AMOUNT_MINOR_MAX - goods_minor)


def check_tip(store: Store, tip_minor: int, *, goods_minor: int) -> None:
    """Refuse a tip that the store does not take.

    Raises:
        TipsNotTaken: the store takes no tips.
        TipTooLarge: it is above the store's cap.
    """
    if not tip_minor:
        return
    if not store.asks_tips:
        raise TipsNotTaken
    cap_minor = find_cap(store, goods_minor)
    if tip_minor > cap_minor:
        raise TipTooLarge(cap_minor, store.currency)


@retry_clashes
def tip_charge(charge: Charge, *, payer_account_id: UUID, tip_minor: int) -> Charge | None:
    """Put the payer's tip on a charge that the payer holds; the amount is goods and tip then.

    The same tip again changes nothing. None: the payer does not hold the charge, it is over, or
    the till asked for a tip already.

    Raises:
        TipsNotTaken, TipTooLarge: as `check_tip`.
    """
    store = Store.objects.get(pk=charge.store_id)
    check_tip(store, tip_minor, goods_minor=charge.goods_minor)
    with transaction.atomic():
        moved = move(
            TIP,
            charge.id,
            actor="payer",
            payer=payer_account_id,
            tip=tip_minor,
            cap_bps=store.tip_max_bps,
            most=AMOUNT_MINOR_MAX,
        )
        if moved is not None:
            tell_on_commit(*topics_of(moved))
            return moved
    truth = Charge.objects.get(pk=charge.id)
    is_held = truth.status_now == "claimed" and truth.payer_account_id == payer_account_id
    return truth if is_held and truth.tip_minor == tip_minor else None
