"""The console's page of jobs: their age, what waits, the last proof; and what jobs leave."""

from datetime import timedelta

import pytest
from django.utils import timezone

from banking.tasks import sweep as sweep_bank
from console.jobs import count_late, list_jobs, list_queues
from console.tasks import count_network_values
from identity.models import DashboardSession
from ledger.models import BookCheck
from ledger.tasks import expire_holds
from merchants.tasks import (
    bill_fees,
    close_due_settlements,
    make_exports,
    order_payouts,
    send_reports,
    set_fee_tiers,
    sweep_sessions,
)
from pos.tasks import draw_fee_invoices, import_items, issue_missing_receipts
from pos.tasks import sweep as sweep_charges
from relay.letters import TRIES_MAX
from relay.models import Letter, Pulse
from relay.pulses import note_pulse
from relay.tasks import send_letters
from tests.flows.steps import make_operator, open_browser, open_console
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
PAGE = "/console/jobs/"


@pytest.fixture
def aoife(db):
    return open_console(make_operator())


@pytest.fixture(autouse=True)
def _no_pulse(db):
    with as_owner():
        Pulse.objects.all().delete()


def age(name, **ago):
    note_pulse(name)
    Pulse.objects.filter(name=name).update(beaten_at=timezone.now() - timedelta(**ago))


def test_each_job_of_the_timetable_leaves_its_age(aoife):
    assert all(job.beat is None and not job.is_late for job in list_jobs())

    note_pulse("beat")
    for job in (
        *(sweep_charges, issue_missing_receipts, send_letters, sweep_bank),
        *(close_due_settlements, order_payouts, expire_holds, sweep_sessions),
        count_network_values,
        *(send_reports, make_exports, bill_fees, draw_fee_invoices, import_items),
        set_fee_tiers,
    ):
        job()

    undone = [str(job.title) for job in list_jobs() if job.beat is None]
    # They close a period, which no transaction of a test can.
    assert undone == ["Closing of the books", "Seals", "Safeguarding", "Proof of the books"]
    assert count_late() == 0
    assert "Late" not in aoife.get(PAGE).content.decode()


def test_a_job_that_hangs_is_late_and_the_start_says_so(aoife):
    age("bank", minutes=3)
    age("letters", minutes=3)
    age("books", hours=27)

    late = [str(job.title) for job in list_jobs() if job.is_late]
    assert late == ["Files and decisions for the bank", "Proof of the books"]
    assert "27 hours ago" in aoife.get(PAGE).content.decode()
    assert "2 recurring jobs are late." in aoife.get("/console/").content.decode()


def test_what_waits_is_counted_and_what_was_given_up_is_marked(aoife, shop):
    for tries in (0, 1, TRIES_MAX):
        Letter.objects.create(
            kind="password", subject=shop.merchant.id, address="a@b.test", tries=tries
        )

    counts = {str(queue.title): queue.count for queue in list_queues()}
    assert counts["Letters to be sent"] == 2
    assert counts["Letters that were given up"] == 1
    assert "Look" in aoife.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("broken", "words"), [("", "All hold"), ("a claim: 7: seven", "a claim: 7: seven")]
)
def test_the_last_proof_is_shown(aoife, broken, words):
    BookCheck.objects.create(
        began_at=timezone.now(), took_s=3, invariant_count=42, broken=broken
    )

    assert words in aoife.get(PAGE).content.decode()


def test_sessions_that_are_over_are_deleted_and_others_stay():
    over, alive = make_operator(), make_operator("b@operator.test", name="B")
    for user in (over, alive):
        open_browser().force_login(user)
    past = timezone.now() - timedelta(seconds=1)
    DashboardSession.objects.filter(user=over).update(expire_date=past)

    for _ in range(2):
        sweep_sessions()

    assert [row.user_id for row in DashboardSession.objects.all()] == [alive.pk]
