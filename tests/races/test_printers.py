"""A receipt goes to one of those that fetch it at the same time, and is queued once."""

from functools import partial

import pytest

from pos.models import PrintJob
from pos.print_jobs import confirm_job, find_due, take_job
from pos.receipts import issue_receipts
from tests import factories
from tests.printers import place_printer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


def test_of_ten_that_fetch_a_job_one_gets_it(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    printer = place_printer(shop, terminal=shop.terminal)
    charges = [factories.sell(shop, customer, amount_minor=100).pk for _ in range(5)]
    crowd.act([partial(issue_receipts, charges)] * 10)

    assert PrintJob.objects.count() == len(charges)
    for _ in charges:
        job = find_due(printer)
        assert job is not None
        answers = crowd.act([partial(take_job, printer, job.pk)] * 10)
        (slip,) = [answer for answer in answers if answer is not None]
        assert b"DUPLICATE" not in slip
        confirmed = crowd.act([partial(confirm_job, printer, job.pk)] * 10)
        assert sorted(confirmed) == [False] * 9 + [True]

    assert find_due(printer) is None
    assert set(PrintJob.objects.values_list("sends", flat=True)) == {1}
