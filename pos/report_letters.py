"""What a report says by mail: its sums, and where the whole of it is."""

from dataclasses import replace
from datetime import date
from itertools import chain
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from ledger.money import format_money
from merchants.access import works_and_reads
from merchants.models import MailedReport
from merchants.report_mails import make_token
from pos.report_file import name_by
from pos.report_sums import By, merge_sums, sum_day_by_day
from pos.reports import Asked, Report, find_scope, write_reports
from relay.letters import Text


def write_report(report_id: UUID) -> Text | None:
    """Write a report's sums; None if its reader ended the mails or may read it no more."""
    found = MailedReport.objects.select_related("mail__staff__merchant", "mail__staff__user")
    report = found.filter(pk=report_id).first()
    if report is None or report.mail.ended_at or not works_and_reads(report.mail.staff):
        return None
    with translation.override(report.mail.language):
        return _write(report)


def _write(report: MailedReport) -> Text:
    mail, staff = report.mail, report.mail.staff
    asked = Asked(by=By(mail.by), first_day=report.first_day, last_day=report.last_day)
    days = _name_days(report.first_day, report.last_day)
    # The letter has the totals alone, which are the same however a report is split. Split by
    # items, a month of a large shop takes longer than a letter's lease: it would go out twice.
    whole = replace(asked, by=By.DAY)
    sums = merge_sums(chain.from_iterable(sum_day_by_day(whole.by, find_scope(staff, whole))))
    parts = [_write_sums(each) for each in write_reports(staff, whole, sums)]
    facts = {
        "shop": staff.merchant.name,
        "days": days,
        "by": name_by(asked.by),
        "zone": staff.merchant.time_zone,
    }
    address = {"by": mail.by, "since": report.first_day, "until": report.last_day}
    page = f"{reverse('pos:reports')}?{urlencode(address)}"
    end = reverse("merchants:end_report_mail", kwargs={"token": make_token(mail)})
    return Text(
        subject=gettext("Report of %(shop)s: %(days)s") % facts,
        body="\n\n".join(
            [
                gettext("%(shop)s, %(days)s, shop time (%(zone)s):") % facts,
                *(parts or [gettext("No sale and no refund in these days.")]),
                gettext("The whole report by %(by)s, also as a file:") % facts
                + f"\n{settings.PUBLIC_URL}{page}",
                gettext("To get no more of these mails:") + f"\n{settings.PUBLIC_URL}{end}\n",
            ]
        ),
    )


def _write_sums(report: Report) -> str:
    total, currency = report.total, report.currency
    return "\n".join(
        f"{label}: {format_money(amount_minor, currency)}"
        for label, amount_minor in (
            (gettext("Gross"), total.sold_minor),
            (gettext("Refunds"), -total.refunded_minor),
            (gettext("Fee"), -total.fee_minor),
            (gettext("Net"), total.net_minor),
        )
    )


def _name_days(first_day: date, last_day: date) -> str:
    first = date_format(first_day, "j M Y")
    if first_day == last_day:
        return first
    return f"{first} \N{EN DASH} {date_format(last_day, 'j M Y')}"
