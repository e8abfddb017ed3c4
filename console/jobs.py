"""Whether the installation works by itself: its recurring jobs, what waits, the last proof."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banking.models import Adjustment, BankFile, Break, Entry, Order, OrderStatus, ReadingStatus
from console.network_values import is_limited_network, list_near
from ledger.invariants.runner import find_last_check
from ledger.queries import find_last_seal
from pos.models import DueReceipt
from relay.letters import TRIES_MAX
from relay.models import Letter
from relay.pulses import Beat, read_pulses

_MINUTE_S, _NIGHT_S = 60, 26 * 3600
# After how many seconds a job is late: many times its interval, a night and two hours.
_JOBS: dict[str, tuple[Promise, int]] = {
    "beat": (_("Timetable"), _MINUTE_S),
    "sweep": (_("Sales that expire"), _MINUTE_S),
    "receipts": (_("Receipts"), _MINUTE_S),
    "letters": (_("Letters"), 5 * _MINUTE_S),
    "bank": (_("Files and decisions for the bank"), _MINUTE_S),
    "settlement": (_("Settlements"), 5 * _MINUTE_S),
    "payouts": (_("Payouts of settlements"), 5 * _MINUTE_S),
    "holds": (_("Holds that time out"), 5 * _MINUTE_S),
    "checkpoints": (_("Closing of the books"), 5 * _MINUTE_S),
    "seal": (_("Seals"), 5 * _MINUTE_S),
    "sessions": (_("Sessions that are over"), 3 * 3600),
    "reports": (_("Reports by mail"), 3600),
    "exports": (_("Long files"), 3600),
    "imports": (_("Lists of items"), 3600),
    "bills": (_("Fee invoices"), 3 * 3600),
    "tiers": (_("Tiers of fees"), 3 * 3600),
    "fee_invoices": (_("Files of fee invoices"), 3600),
    "safeguarding": (_("Safeguarding"), _NIGHT_S),
    "network": (_("Twelve months of a limited network"), _NIGHT_S),
    "books": (_("Proof of the books"), _NIGHT_S),
}


@dataclass(frozen=True, slots=True)
class Job:
    """A recurring job; without a beat it was never done since this version runs."""

    title: str | Promise
    beat: Beat | None
    is_late: bool

    @property
    def age_s(self) -> int:
        """Return how many seconds ago it was done."""
        return 0 if self.beat is None else round(self.beat.age_s)


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows that wait for a job or a person; `is_bad` if none should."""

    title: str | Promise
    count: int
    is_bad: bool = False


def list_jobs() -> list[Job]:
    """List the recurring jobs, with when each was last done."""
    beats = read_pulses()
    return [_look(title, beats.get(name), late_s) for name, (title, late_s) in _JOBS.items()]


def count_late() -> int:
    """Count the jobs that are late; one that was never done is not, it may be new."""
    return sum(job.is_late for job in list_jobs())


def list_queues() -> list[Queue]:
    """List what waits, by rows; each is counted by an index of waiting rows."""
    unsent = Letter.objects.filter(ended_at=None)
    given_up = unsent.filter(tries__gte=TRIES_MAX).count()
    unread = BankFile.objects.filter(status=ReadingStatus.WAITING)
    waiting = [
        (_("Letters to be sent"), unsent.filter(tries__lt=TRIES_MAX)),
        (_("Receipts to be issued"), DueReceipt.objects.all()),
        (_("Files of the bank to be read"), unread),
        (_("Entries to be booked"), Entry.objects.filter(posted_at=None)),
        (_("Orders for the next run"), Order.objects.filter(status=OrderStatus.PENDING)),
        (_("Breaks to be decided"), Break.objects.filter(carried_out_at=None)),
        (
            _("Adjustments to be posted"),
            Adjustment.objects.filter(agreed_at__isnull=False, carried_out_at=None),
        ),
    ]
    return [
        *(Queue(title, rows.count()) for title, rows in waiting),
        *_list_near(),
        Queue(_("Letters that were given up"), given_up, is_bad=bool(given_up)),
    ]


def describe_proof() -> dict[str, object]:
    """Return the last proof of the books, and the last seal."""
    return {"check": find_last_check(), "seal": find_last_seal()}


def _list_near() -> list[Queue]:
    if not is_limited_network():
        return []
    near = len(list_near())
    words = _("Countries near the limit of a limited network")
    return [Queue(words, near, is_bad=bool(near))]


def _look(title: Promise, beat: Beat | None, late_s: int) -> Job:
    return Job(title, beat, is_late=beat is not None and beat.age_s > late_s)
