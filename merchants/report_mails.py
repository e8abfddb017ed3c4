"""Reports by mail: asked for, sent once for each day, week or month, and ended by one tap."""

import logging
from datetime import date, timedelta
from uuid import UUID

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from foundation.once import make_once
from ledger.transactions import retry_clashes
from merchants.access import works_and_reads
from merchants.errors import ReportMailUnknown
from merchants.models import Every, MailedReport, ReportMail, StaffMember
from merchants.queries import find_shop_day
from relay.letters import send_letter

logger = logging.getLogger(__name__)
KIND = "report"
_SALT = "merchants.report_mails"


def ask_report_mail(
    staff: StaffMember, *, by: str, every: Every, language: str, mail_id: UUID
) -> ReportMail:
    """Ask for a report by mail from now on; the same form, or the same wish, makes one.

    The first one is of the day, week or month that runs now, and is sent when that is over.

    Raises:
        FormReused: the form asked for another one before, or it was ended.
    """
    mine = ReportMail.objects.filter(staff=staff)

    def make(made_id: UUID) -> ReportMail:
        return ReportMail.objects.create(
            id=made_id,
            staff=staff,
            by=by,
            every=every,
            language=language,
            begins_on=find_shop_day(staff.merchant.time_zone),
        )

    def is_same(made: ReportMail) -> bool:
        return (made.by, made.every, made.ended_at) == (by, every, None)

    known = _alive().filter(staff=staff, by=by, every=every)
    if (mail := known.first()) is not None:
        return mail
    try:
        return make_once(mine, mail_id, make=make, is_same=is_same)
    except IntegrityError:
        return mine.filter(by=by, every=every).latest("id")


def list_report_mails(staff: StaffMember) -> list[ReportMail]:
    """List what is mailed to this person, the oldest first."""
    return list(_alive().filter(staff=staff).order_by("id"))


def end_report_mail(mail: ReportMail) -> None:
    """End the mails; again changes nothing."""
    _alive().filter(pk=mail.pk).update(ended_at=Now())


def make_token(mail: ReportMail) -> str:
    """Return what the mail's own link carries: whoever has it may end the mails, no more."""
    return signing.Signer(salt=_SALT).sign(str(mail.id))


def find_by_token(token: str) -> ReportMail:
    """Find the mails that a link ends, also when they are ended.

    Raises:
        ReportMailUnknown: the link is not one of ours.
    """
    try:
        mail_id = UUID(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        raise ReportMailUnknown from None
    mail = ReportMail.objects.select_related("staff__merchant").filter(pk=mail_id).first()
    if mail is None:
        raise ReportMailUnknown
    return mail


def send_due_reports() -> None:
    """Send each report whose day, week or month is over; safe to run twice at a time.

    Of times that passed while nobody ran this, the last one alone is reported.
    """
    alive = _alive().select_related("staff__merchant", "staff__user").order_by("id")
    for mail in alive.iterator(chunk_size=500):
        try:
            _send_or_end(mail)
        except Exception:
            # A fault in one must not keep those after it, in each round anew.
            logger.exception("The report %s was not sent.", mail.public_id)


def find_period(every: Every, today: date) -> tuple[date, date]:
    """Return the first and the last day of the last whole day, week or month before a day."""
    if every == Every.MONTH:
        last_day = today.replace(day=1) - timedelta(days=1)
        return last_day.replace(day=1), last_day
    if every == Every.WEEK:
        monday = today - timedelta(days=today.weekday() + 7)
        return monday, monday + timedelta(days=6)
    return today - timedelta(days=1), today - timedelta(days=1)


def _send_or_end(mail: ReportMail) -> None:
    if works_and_reads(mail.staff) and mail.staff.user.email:
        _send_if_due(mail)
    else:
        end_report_mail(mail)


@retry_clashes
@transaction.atomic
def _send_if_due(mail: ReportMail) -> None:
    today = find_shop_day(mail.staff.merchant.time_zone)
    first_day, last_day = find_period(Every(mail.every), today)
    if last_day < mail.begins_on:
        return
    # Of two that come here at once, one makes the row: the other waits, and finds it.
    report, is_new = MailedReport.objects.get_or_create(
        mail=mail, first_day=first_day, defaults={"last_day": last_day}
    )
    if is_new:
        send_letter(KIND, subject=report.id, address=str(mail.staff.user.email))


def _alive() -> QuerySet[ReportMail]:
    return ReportMail.objects.filter(ended_at=None)
