"""What waits for an operator: the console's first page tells of it, and where it is decided."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from banking.adjustments import list_open
from banking.models import Break, FileStatus, PaymentFile
from banking.safeguarding import list_checks, list_currencies
from console import second_looks
from console.identities import count_wishes
from console.jobs import count_late
from console.network_values import list_near
from console.queries import count_waiting, list_pending, list_troubled
from console.wallets import list_open_lifts
from merchants.fee_invoices import list_unbilled
from merchants.fee_rules import list_waiting
from merchants.models import InvoiceTerms, Settlement


@dataclass(frozen=True, slots=True)
class Task:
    """One sentence, and the page where it is decided."""

    text: str
    page: str
    title: str | Promise


def list_tasks() -> list[Task]:
    """List what waits, money that may be missing first; empty if nothing does."""
    counted = [
        _shops(count_waiting()),
        _wishes(count_wishes()),
        _lifts(len(list_open_lifts())),
        _fees(len(list_waiting())),
        _adjustments(list_open().count()),
        _looks(second_looks.list_open().count()),
        _breaks(Break.objects.filter(carried_out_at=None, decision="").count()),
        _runs(PaymentFile.objects.filter(status=FileStatus.DRAFT).count()),
        _orders(sum(pending.count for pending in list_pending())),
        _trouble(len(list_troubled())),
        _unbilled(list_unbilled().count()),
        _terms(not InvoiceTerms.objects.exists() and Settlement.objects.exists()),
        _late_jobs(count_late()),
        _near(len(list_near())),
    ]
    return _differences() + [task for count, task in counted if count]


def _differences() -> list[Task]:
    words = gettext("What the bank has and what is owed differ in %(currency)s.")
    latest = {currency: list_checks(currency, count_max=1) for currency in list_currencies()}
    return [
        Task(words % {"currency": currency}, "console:safeguarding", _("Safeguarding"))
        for currency, checks in latest.items()
        if checks and checks[0].difference_minor
    ]


def _shops(count: int) -> tuple[int, Task]:
    words = ngettext("%(count)s shop has applied.", "%(count)s shops have applied.", count)
    return count, Task(words % {"count": count}, "console:applications", _("Applications"))


def _wishes(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s customer wants higher limits.",
        "%(count)s customers want higher limits.",
        count,
    )
    return count, Task(words % {"count": count}, "console:identities", _("Higher limits"))


def _lifts(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s frozen wallet waits for a second operator.",
        "%(count)s frozen wallets wait for a second operator.",
        count,
    )
    return count, Task(words % {"count": count}, "console:wallets", _("Wallets"))


def _fees(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s change of a fee waits for a second operator.",
        "%(count)s changes of fees wait for a second operator.",
        count,
    )
    return count, Task(words % {"count": count}, "console:shops", _("Shops"))


def _adjustments(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s adjustment waits for a second operator.",
        "%(count)s adjustments wait for a second operator.",
        count,
    )
    return count, Task(words % {"count": count}, "console:adjustments", _("Adjustments"))


def _looks(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s large decision waits for a second operator.",
        "%(count)s large decisions wait for a second operator.",
        count,
    )
    return count, Task(words % {"count": count}, "console:second_looks", _("Second operator"))


def _breaks(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s amount moved at the bank, and nobody knows for whom.",
        "%(count)s amounts moved at the bank, and nobody knows for whom.",
        count,
    )
    return count, Task(words % {"count": count}, "console:breaks", _("Breaks"))


def _runs(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s run waits to be released.", "%(count)s runs wait to be released.", count
    )
    return count, Task(words % {"count": count}, "console:runs", _("Payouts"))


def _orders(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s order waits for a run.", "%(count)s orders wait for a run.", count
    )
    return count, Task(words % {"count": count}, "console:runs", _("Payouts"))


def _unbilled(count: int) -> tuple[int, Task]:
    words = ngettext(
        "The fees of %(count)s month were not billed.",
        "The fees of %(count)s months were not billed.",
        count,
    )
    return count, Task(words % {"count": count}, "console:fee_invoices", _("Fee invoices"))


def _terms(are_missing: bool) -> tuple[int, Task]:  # noqa: FBT001  as the others' counts
    words = gettext("Fee invoices have no terms yet: say your tax number and the VAT.")
    return int(are_missing), Task(words, "console:fee_invoices", _("Fee invoices"))


def _late_jobs(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s recurring job is late.", "%(count)s recurring jobs are late.", count
    )
    return count, Task(words % {"count": count}, "console:jobs", _("Jobs"))


def _near(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s country is near the million euro of a limited network, or over it.",
        "%(count)s countries are near the million euro of a limited network, or over it.",
        count,
    )
    return count, Task(words % {"count": count}, "console:network", _("Limited network"))


def _trouble(count: int) -> tuple[int, Task]:
    words = ngettext(
        "%(count)s order did not arrive, or nobody knows.",
        "%(count)s orders did not arrive, or nobody knows.",
        count,
    )
    return count, Task(words % {"count": count}, "console:runs", _("Payouts"))
