"""The life of a charge: every change, from which status to which, when, and who decides.

The guards of the moves in `pos/moves.py`, `Charge.status_now`, the filters of lists and the
table in docs/architecture.md are made from this table. Two changes touch more than the charge,
so each has its guard in its own SQL function.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import Q, TextChoices
from django.db.models.functions import Now


class ChargeStatus(TextChoices):
    """The status of a charge; "refunded" is the sum of its refunds, not a status."""

    OPEN = "open"
    CLAIMED = "claimed"
    CAPTURED = "captured"
    CANCELED = "canceled"
    EXPIRED = "expired"
    CASHED = "cashed"


ALIVE = (ChargeStatus.OPEN, ChargeStatus.CLAIMED)
# `captured_at` is when: of a wallet's money, or of cash.
PAID = (ChargeStatus.CAPTURED, ChargeStatus.CASHED)
# No end was written, whatever the clock says. By times, to match the partial index.
_ENDS = ("captured_at", "canceled_at", "expired_at")
UNENDED = Q(**dict.fromkeys(_ENDS))


class Timed(Protocol):
    """The times of a charge that are compared with the clock."""

    status: str
    expires_at: datetime
    lease_until: datetime | None


@dataclass(frozen=True, slots=True)
class Limit:
    """An instant of a charge that must have passed, or must not have passed yet."""

    column: str
    passed: bool

    def as_sql(self) -> str:
        """Return the condition on a row of `pos_charge`, by the time at which it is locked."""
        return f"{self.column} {'<=' if self.passed else '>'} clock_timestamp()"

    def as_q(self, now: datetime | Now) -> Q:
        """Return the condition for a list."""
        return Q(**{f"{self.column}__{'lte' if self.passed else 'gt'}": now})

    def holds(self, charge: Timed, now: datetime) -> bool:
        """Return whether it holds for a loaded charge."""
        instant: datetime | None = getattr(charge, self.column)
        return instant is not None and (instant <= now) == self.passed


IN_TIME = Limit("expires_at", passed=False)
OVER = Limit("expires_at", passed=True)
LEASE_OVER = Limit("lease_until", passed=True)
HELD = Limit("lease_until", passed=False)


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of a charge.

    `guard` and `changes` are SQL on a row of `pos_charge`, with the facts of the move as named
    parameters; `facts` are more of the event. `decided_in` names the code that decides instead
    of `pos/moves.py`.
    """

    name: str
    sources: tuple[ChargeStatus, ...]
    target: ChargeStatus
    event: str
    limits: tuple[Limit, ...] = ()
    guard: str = "true"
    changes: str = ""
    facts: str = ""
    decided_in: str = ""
    moves: str = "nothing"

    def write_guard(self) -> str:
        """Return the whole condition on a row of `pos_charge`, as SQL."""
        sources = ", ".join(f"'{source}'" for source in self.sources)
        limits = [limit.as_sql() for limit in self.limits]
        return " AND ".join([f"status IN ({sources})", *limits, f"({self.guard})"])

    def is_due(self, charge: Timed, now: datetime) -> bool:
        """Return whether the clock allows this change of a loaded charge."""
        return charge.status in self.sources and all(
            limit.holds(charge, now) for limit in self.limits
        )

    def when_due(self, now: datetime | Now) -> Q:
        """Return the condition for charges whose change the clock allows."""
        condition = UNENDED
        if self.sources != ALIVE:
            condition &= Q(status__in=self.sources)
        for limit in self.limits:
            condition &= limit.as_q(now)
        return condition


_GIVEN_BACK = (
    "status = 'open', lease_until = NULL, claimed_at = NULL, payer_account_id = NULL,"
    " payer_name = '',"
    # The tip was theirs, and what is to be paid is again what it was before them.
    " amount_minor = amount_minor - CASE WHEN tip_is_payers THEN tip_minor ELSE 0 END,"
    " tip_minor = CASE WHEN tip_is_payers THEN 0 ELSE tip_minor END, tip_is_payers = false"
)
OPEN = Transition(
    "open", (), ChargeStatus.OPEN, "charge.created", decided_in="pos/openings.py open_charge"
)
# An open charge, or one whose lease is over; the payer who holds it has the lease extended.
LEASE = Transition(
    "lease",
    ALIVE,
    ChargeStatus.CLAIMED,
    "charge.claimed",
    limits=(IN_TIME,),
    decided_in="pos/sql/lease_charge.sql",
)
# By the payer, who has declined unless another reason is known.
RELEASE = Transition(
    "release",
    (ChargeStatus.CLAIMED,),
    ChargeStatus.OPEN,
    "charge.released",
    guard="payer_account_id = %(payer)s",
    changes=_GIVEN_BACK
    + ", refusal = CASE WHEN refused_at >= claimed_at THEN refusal ELSE 'declined' END,"
    " refused_at = clock_timestamp()",
)
END_LEASE = Transition(
    "end_lease",
    (ChargeStatus.CLAIMED,),
    ChargeStatus.OPEN,
    "charge.released",
    limits=(LEASE_OVER, IN_TIME),
    changes=_GIVEN_BACK,
)
# By the payer who holds it, within the store's cap on the goods. What is the same is no news.
# At a counter code the payer types the amount, and a cap is on it.
TIP = Transition(
    "tip",
    (ChargeStatus.CLAIMED,),
    ChargeStatus.CLAIMED,
    "charge.tipped",
    limits=(HELD, IN_TIME),
    guard="payer_account_id = %(payer)s AND tip_minor <> %(tip)s"
    " AND (tip_is_payers OR tip_minor = 0) AND counter_code_id IS NULL"
    " AND %(tip)s <= div((amount_minor - tip_minor) * %(cap_bps)s::numeric, 10000)"
    " AND amount_minor - tip_minor + %(tip)s <= %(most)s",
    changes="amount_minor = amount_minor - tip_minor + %(tip)s, tip_minor = %(tip)s,"
    " tip_is_payers = true",
    facts=", 'tip_minor', charge.tip_minor, 'amount_minor', charge.amount_minor",
)
# Records why the payer cannot pay, if that is new; the payer keeps the charge.
REFUSE = Transition(
    "refuse",
    (ChargeStatus.CLAIMED,),
    ChargeStatus.CLAIMED,
    "charge.refused",
    guard="payer_account_id = %(payer)s"
    " AND (refusal <> %(refusal)s OR refused_at < claimed_at)",
    changes="refusal = %(refusal)s, refused_at = clock_timestamp()",
)
# The lease ends no later than the charge.
CAPTURE = Transition(
    "capture",
    (ChargeStatus.CLAIMED,),
    ChargeStatus.CAPTURED,
    "charge.captured",
    limits=(HELD,),
    decided_in="pos/sql/capture_charge.sql",
    moves="wallet to takings",
)
# In cash, by the cashier. Nobody has claimed it, and nothing moves in the ledger.
CASH = Transition(
    "cash",
    (ChargeStatus.OPEN,),
    ChargeStatus.CASHED,
    "charge.cashed",
    limits=(IN_TIME,),
    guard="counter_code_id IS NULL AND amount_minor = %(amount)s",
    changes="status = 'cashed', captured_at = clock_timestamp(), given_minor = %(given)s,"
    " rounding_minor = %(rounding)s",
    facts=", 'amount_minor', charge.amount_minor, 'currency', charge.currency",
)
CANCEL = Transition(
    "cancel",
    ALIVE,
    ChargeStatus.CANCELED,
    "charge.canceled",
    limits=(IN_TIME,),
    changes="status = 'canceled', canceled_at = clock_timestamp()",
)
# For another five minutes, up to two hours from the start.
EXTEND = Transition(
    "extend",
    ALIVE,
    ChargeStatus.OPEN,
    "charge.extended",
    limits=(IN_TIME,),
    guard="created_at + %(most)s > expires_at",
    changes="expires_at = least(expires_at + %(life)s, created_at + %(most)s)",
)
EXPIRE = Transition(
    "expire",
    ALIVE,
    ChargeStatus.EXPIRED,
    "charge.expired",
    limits=(OVER,),
    changes="status = 'expired', expired_at = expires_at",
)
LIFE = (OPEN, LEASE, RELEASE, END_LEASE, TIP, REFUSE, CAPTURE, CASH, CANCEL, EXTEND, EXPIRE)
# They follow from the clock; the sweep only writes them down.
BY_THE_CLOCK = (EXPIRE, END_LEASE)


def read_status(charge: Timed, now: datetime) -> str:
    """Return the status by the clock, whether or not a sweep has written it."""
    for change in BY_THE_CLOCK:
        if change.is_due(charge, now):
            return change.target
    return charge.status


def when_alive(now: datetime | Now) -> Q:
    """Return the condition for charges that can be paid, extended or canceled."""
    return UNENDED & IN_TIME.as_q(now)


def write_alive() -> str:
    """Write that condition as SQL on a row of `pos_charge`, by the time at which it is read."""
    unended = " AND ".join(f"{column} IS NULL" for column in _ENDS)
    return f"{unended} AND {IN_TIME.as_sql()}"


def when_status(status: str, now: datetime | Now) -> Q:
    """Return the condition for charges that have this status by the clock.

    Raises:
        KeyError: there is no such status.
    """
    leased = Q(status=ChargeStatus.CLAIMED, lease_until__gt=now)
    return {
        ChargeStatus.OPEN: when_alive(now) & ~leased,
        ChargeStatus.CLAIMED: UNENDED & leased,
        ChargeStatus.CAPTURED: Q(status=ChargeStatus.CAPTURED),
        ChargeStatus.CASHED: Q(given_minor__isnull=False),
        ChargeStatus.CANCELED: Q(canceled_at__isnull=False),
        ChargeStatus.EXPIRED: Q(expired_at__isnull=False),
    }[ChargeStatus(status)]


def write_table() -> Iterator[str]:
    """Write the table of docs/architecture.md, a line each."""
    yield "| change | from | to | when | decided in | moves | event |"
    yield "|---|---|---|---|---|---|---|"
    for change in LIFE:
        stays = change is EXTEND
        cells = (
            change.name.replace("_", " "),
            ", ".join(change.sources) or "-",
            "the same" if stays else change.target,
            " and ".join(_say(limit) for limit in change.limits) or "-",
            f"`{change.decided_in or f'pos/transitions.py {change.name.upper()}'}`",
            change.moves,
            f"`{change.event}`",
        )
        yield f"| {' | '.join(cells)} |"


def list_ways() -> list[str]:
    """Return every way from one status to another, such as `open to claimed`."""
    ways = [
        f"{source} to {change.target}"
        for change in LIFE
        if change is not EXTEND
        for source in change.sources
        if source != change.target
    ]
    return list(dict.fromkeys(ways))


def _say(limit: Limit) -> str:
    return f"`{limit.column}` is {'over' if limit.passed else 'to come'}"
