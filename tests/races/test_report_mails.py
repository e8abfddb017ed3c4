"""Two timetables send one report, and two workers make one file."""

import uuid
from datetime import timedelta
from functools import partial

import pytest

from merchants.exports import ask_export, make_due_exports
from merchants.models import Every, ExportKind, MailedReport, ReportMail, Role
from merchants.queries import find_shop_day
from merchants.report_mails import KIND, ask_report_mail, send_due_reports
from relay.models import Letter
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

AT_ONCE, ROUNDS = 4, 3


def test_of_many_timetables_one_sends_the_report(crowd):
    shop = factories.open_shop()
    person = factories.hire_person(shop, role=Role.OWNER)
    since = find_shop_day(shop.merchant.time_zone) - timedelta(days=3)
    for by in ("day", "till", "item")[:ROUNDS]:
        mail = ReportMail.objects.create(
            staff=person, by=by, every=Every.DAY, language="en", begins_on=since
        )

        crowd.act([send_due_reports] * AT_ONCE)

        report = MailedReport.objects.get(mail=mail)
        assert Letter.objects.filter(kind=KIND, subject=report.id).count() == 1


def test_the_same_wishes_at_once_are_one(crowd, settings, tmp_path):
    settings.EXPORT_FOLDER = str(tmp_path)
    shop = factories.open_shop()
    person = factories.hire_person(shop, role=Role.OWNER)
    for number in range(ROUNDS):
        asked = crowd.act(
            [
                partial(
                    ask_export,
                    person,
                    ExportKind.PAYMENTS,
                    query=f"q={number}",
                    layout="program",
                    language="en",
                    export_id=uuid.uuid4(),
                )
                for _ in range(AT_ONCE)
            ]
        )
        mailed = crowd.act(
            [
                partial(
                    ask_report_mail,
                    person,
                    by=("day", "till", "item")[number],
                    every=Every.MONTH,
                    language="en",
                    mail_id=uuid.uuid4(),
                )
                for _ in range(AT_ONCE)
            ]
        )

        assert len({export.pk for export in asked}) == 1
        assert len({mail.pk for mail in mailed}) == 1


def test_a_file_is_made_by_one_of_many_workers(crowd, settings, tmp_path):
    settings.EXPORT_FOLDER = str(tmp_path)
    shop = factories.open_shop()
    for _ in range(ROUNDS):
        export = factories.ask_export(shop)
        written: list[uuid.UUID] = []

        def write(row, note, written=written):
            written.append(row.pk)
            yield "once"

        crowd.act([partial(make_due_exports, write)] * AT_ONCE)
        # Whoever saw another at work left the row to it.
        make_due_exports(write)

        export.refresh_from_db()
        assert written.count(export.pk) == export.tries == 1
        assert (tmp_path / export.file_name).read_text() == "once"
