"""What the long files say: payments and reports, as the page with the same address would."""

from collections.abc import Iterator
from itertools import chain

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import translation

from merchants.access import works_and_reads
from merchants.exports import Note
from merchants.layouts import LAYOUTS
from merchants.models import Export, ExportKind, StaffMember
from merchants.queries import find_shop_day
from pos.errors import NotFound
from pos.forms_reports import ReportForm
from pos.forms_search import SearchForm
from pos.models import Charge
from pos.payment_file import write_payments_csv
from pos.report_file import write_report_csv
from pos.report_sums import Sums, merge_sums, sum_day_by_day
from pos.reports import find_scope, write_reports
from pos.search import find_staff_payments, read_pages


def write_export(export: Export, note: Note) -> Iterator[str]:
    """Write a file's texts, in the language and with the rights of whoever asked for it.

    Raises:
        NotFound: they may not read it any more, or what they asked for is not there.
    """
    staff = StaffMember.objects.select_related("merchant", "user").get(pk=export.staff_id)
    if not works_and_reads(staff) or staff.store_id not in {None, export.store_id}:
        # Whoever asked for all stores and works for one by now would make a file of one, which
        # readers of all take for the whole.
        raise NotFound
    # Whoever works for all stores by now may have asked for one.
    staff.store_id = export.store_id
    write = _write_payments if export.kind == ExportKind.PAYMENTS else _write_report
    with translation.override(export.language):
        yield from write(staff, export, note)


def _write_payments(staff: StaffMember, export: Export, note: Note) -> Iterator[str]:
    form = SearchForm(QueryDict(export.query), staff=staff)
    if not form.is_valid():
        raise NotFound
    found = find_staff_payments(staff, form.read())
    pages = _note_pages(found, of=_count(found), note=note)
    layout = LAYOUTS[export.layout]
    return write_payments_csv(pages, layout, time_zone=staff.merchant.time_zone)


def _write_report(staff: StaffMember, export: Export, note: Note) -> Iterator[str]:
    today = find_shop_day(staff.merchant.time_zone)
    form = ReportForm(QueryDict(export.query), staff=staff, today=today)
    if not form.is_valid():
        raise NotFound
    asked = form.read()
    scope = find_scope(staff, asked)
    merged: list[Sums] = []
    for done, sums in enumerate(sum_day_by_day(asked.by, scope), 1):
        merged = merge_sums(chain(merged, sums))
        note(done, scope.days_count)
    reports = write_reports(staff, asked, merged)
    return write_report_csv(asked.by, reports, LAYOUTS[export.layout])


def _note_pages(found: QuerySet[Charge], *, of: int, note: Note) -> Iterator[list[Charge]]:
    done = 0
    for page in read_pages(found):
        yield page
        done += len(page)
        note(done, of)


def _count(found: QuerySet[Charge]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        return found.count()
