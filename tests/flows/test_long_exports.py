"""Long files: asked for once, made by a worker that may die, kept a week, for who may read."""

import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from merchants import exports, tasks
from merchants.exports import make_due_exports, remove_old_exports
from merchants.models import Export, ExportKind, Role, StaffMember
from merchants.onboarding import open_store
from pos import report_sums
from pos.long_exports import write_export
from pos.terminals import add_terminal
from pos.views import payments
from tests import factories
from tests.flows.steps import open_dashboard

pytestmark = pytest.mark.django_db
LIST, NEW = "/dashboard/exports/", "/dashboard/exports/new/"
READER = {"Accept-Language": "de"}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.EXPORT_FOLDER = str(tmp_path / "exports")
    return tmp_path / "exports"


@pytest.fixture
def person(shop):
    return factories.hire_person(shop, role=Role.OWNER)


@pytest.fixture
def owner(person):
    return open_dashboard(person)


def fill(browser, address):
    """Return the fields of the form at an address, as the browser would send them."""
    form = browser.get(address).context["form"]
    return {"made_id": form["made_id"].value(), **form.initial}


def ask(browser, kind="payments", **parameters):
    """Ask for a file, and return its row."""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    answer = browser.post(NEW, fill(browser, f"{NEW}?kind={kind}&{query}"), headers=READER)
    assert answer.status_code == 302
    return Export.objects.get(pk=Export.objects.latest("id").pk)


def give_up(make_due):
    """Go through as many rounds as a file is tried, and the one that gives it up."""
    for _round in range(exports.TRIES_MAX + 1):
        make_due()


def make():
    tasks.make_exports()


def page_of(export):
    return f"{LIST}{export.public_id}/"


def download(browser, export):
    return browser.get(f"{page_of(export)}file/")


def list_files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("kind", "address", "asked"),
    [
        ("payments", "/dashboard/payments.csv", {"status": "captured"}),
        ("report", "/dashboard/reports.csv", {"by": "till"}),
    ],
)
def test_a_file_says_what_the_page_says(shop, customer, owner, kind, address, asked):
    charge = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, charge, amount_minor=250)
    export = ask(owner, kind, **asked)
    assert "begins soon" in owner.get(page_of(export)).content.decode()

    make()

    file = b"".join(download(owner, export))
    export.refresh_from_db()
    assert file == b"".join(owner.get(address, asked, headers=READER))
    assert b"10,00;" in file
    assert hashlib.sha256(file).hexdigest() == export.sha256
    page = owner.get(page_of(export)).content.decode()
    assert export.sha256 in page
    assert "Look again" not in page
    assert "Ready" in owner.get(LIST).content.decode()


def test_asked_for_twice_it_is_made_once(shop, customer, owner):
    factories.sell(shop, customer)
    form = fill(owner, f"{NEW}?status=captured&after=x&q=")
    first = owner.post(NEW, form)
    again = owner.post(NEW, form)
    other_form = owner.post(NEW, fill(owner, f"{NEW}?status=captured"))

    assert first["Location"] == again["Location"] == other_form["Location"]
    make()
    assert owner.post(NEW, form)["Location"] == first["Location"]
    assert Export.objects.count() == 1
    # There may be more to tell by then.
    later = owner.post(NEW, fill(owner, f"{NEW}?status=captured"))
    assert later["Location"] != first["Location"]
    reused = owner.post(NEW, form | {"query": "status=open"})
    assert reused.status_code == 409


def test_nobody_waits_for_many_at_a_time(owner, monkeypatch):
    monkeypatch.setattr(exports, "UNDONE_MAX", 1)
    ask(owner, q="a")

    answer = owner.post(NEW, fill(owner, f"{NEW}?q=b"))

    assert answer.status_code == 409
    assert "You wait for several files already." in answer.content.decode()
    assert Export.objects.count() == 1


def die(export, note):
    yield "half of"
    raise SystemExit


def test_a_killed_worker_s_file_is_made_again(shop, customer, owner, folder):
    factories.sell(shop, customer)
    export = ask(owner)
    with pytest.raises(SystemExit):
        make_due_exports(die)

    # Its lease still runs: nobody else begins, nor makes another file beside it.
    make()
    export.refresh_from_db()
    assert (export.tries, export.is_undone) == (1, True)
    assert download(owner, export).status_code == 302

    Export.objects.update(leased_until=Now())
    make()
    export.refresh_from_db()
    assert (export.tries, export.is_undone) == (2, False)
    assert list_files(folder) == [export.file_name]
    assert b"captured" in b"".join(download(owner, export))


def test_a_paused_worker_that_wakes_up_finishes_nothing(shop, customer, owner, folder):
    factories.sell(shop, customer)
    export = ask(owner)

    def wake_up_late(export, note):
        yield from ["old"]
        Export.objects.update(tries=F("tries") + 1, leased_until=Now())

    def write(export, note):
        late = Export.objects.get().tries == 1
        return wake_up_late(export, note) if late else write_export(export, note)

    # The next round of the same job makes it.
    make_due_exports(write)

    export.refresh_from_db()
    assert export.tries == 3
    assert list_files(folder) == [export.file_name] == [f"{export.public_id}-3.csv"]
    assert b"captured" in b"".join(download(owner, export))


def test_progress_keeps_the_lease_and_is_shown(shop, customer, owner):
    factories.sell(shop, customer)
    export = ask(owner)
    seen: list[Any] = []

    def write(_, note):
        Export.objects.update(leased_until=Now() + timedelta(seconds=1))
        note(30, 120)
        yield "x"
        row = Export.objects.get()
        assert row.leased_until is not None
        is_kept = row.leased_until > timezone.now() + timedelta(minutes=1)
        seen.append((row.percent, is_kept))
        seen.append(owner.get(page_of(export)).content.decode())

    make_due_exports(write)

    assert seen[0] == (25, True)
    assert 'value="25"' in seen[1]
    # Without script the page is asked for again by a link.
    assert '<noscript><a class="sec small" href="">Look again</a></noscript>' in seen[1]


def test_a_file_that_cannot_be_made_is_given_up_and_holds_up_no_other(shop, owner, caplog):
    broken, fine = ask(owner, q="x"), ask(owner, status="open")

    def write(export, note):
        if export.pk == broken.pk:
            raise ValueError
        yield "fine"

    make_due_exports(write)

    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.failed_at is None, broken.tries) == (True, 1)
    give_up(lambda: make_due_exports(write))
    broken.refresh_from_db()
    assert (broken.failed_at is None, broken.tries) == (False, exports.TRIES_MAX)
    assert (fine.made_at is None, fine.tries) == (False, 1)
    assert "could not be made" in owner.get(page_of(broken)).content.decode()
    assert broken.public_id in caplog.text


def test_the_rights_are_those_of_the_moment(shop, customer):
    second = open_store(shop.merchant, name="Second", currency="EUR")
    other = factories.Shop(
        shop.merchant, second, add_terminal(second, name="Till 9"), token="", key=""
    )
    here = factories.sell(shop, customer)
    there = factories.sell(other, customer)
    hired = factories.hire_person(shop, role=Role.MANAGER)
    StaffMember.objects.filter(pk=hired.pk).update(store=shop.store)
    manager = open_dashboard(hired)
    export = ask(manager)
    whole = ask(open_dashboard(factories.hire_person(shop, role=Role.OWNER)))
    # What they are by the time it is made does not widen it.
    StaffMember.objects.filter(pk=hired.pk).update(store=None)
    make()

    file = b"".join(download(manager, export)).decode()
    assert here.public_id in file
    assert there.public_id not in file
    assert there.public_id in b"".join(download(manager, whole)).decode()
    StaffMember.objects.filter(pk=hired.pk).update(store=second)
    for one in (export, whole):
        assert download(manager, one).status_code == 404
        assert manager.get(page_of(one)).status_code == 404
    assert manager.get(LIST).context["exports"] == []
    stranger = open_dashboard(factories.hire_person(factories.open_shop(), role=Role.OWNER))
    assert download(stranger, whole).status_code == 404
    StaffMember.objects.filter(pk=hired.pk).update(store=shop.store, role=Role.CASHIER)
    assert download(manager, export).status_code == 403


def test_whoever_left_gets_nothing(shop, person, owner):
    export = ask(owner)
    StaffMember.objects.filter(pk=person.pk).update(is_active=False)

    give_up(make)

    export.refresh_from_db()
    assert export.failed_at is not None


def test_whoever_works_for_one_store_by_now_gets_no_part_for_the_whole(shop, person, owner):
    export = ask(owner)
    StaffMember.objects.filter(pk=person.pk).update(store=shop.store)

    give_up(make)

    export.refresh_from_db()
    assert (export.failed_at is None, export.made_at) == (False, None)


def test_a_file_is_kept_for_a_week(shop, owner, folder):
    old, new = ask(owner), ask(owner, status="open")
    make()
    Export.objects.filter(pk=old.pk).update(made_at=Now() - timedelta(days=7, seconds=1))
    stray = Path(folder, "ex_left-1.csv.part")
    stray.write_text("half")
    os.utime(stray, times=(0, time.time() - 9 * 24 * 3600))

    assert download(owner, old).status_code == 302
    assert "is gone" in owner.get(page_of(old)).content.decode()
    tasks.remove_exports()
    remove_old_exports()

    new.refresh_from_db()
    assert list_files(folder) == [new.file_name]
    assert b"".join(download(owner, new)).startswith(b"\xef\xbb\xbf")
    assert "Removed" in owner.get(LIST).content.decode()


def test_what_is_too_long_leads_to_its_file(shop, customer, owner, settings, monkeypatch):
    factories.sell(shop, customer)
    factories.sell(shop, customer)
    monkeypatch.setattr(payments, "_AT_ONCE_MAX", 1)
    monkeypatch.setattr(report_sums, "LINES_MAX", 1)

    answer = owner.get("/dashboard/payments.csv", {"status": "captured", "after": "x"})
    report = owner.get("/dashboard/reports/", {"by": "item"})

    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{NEW}?kind=payments&status=captured",
    )
    form = owner.get(answer["Location"]).context["form"]
    assert form.initial == {"kind": ExportKind.PAYMENTS, "query": "status=captured"}
    assert f'href="{NEW}?' in report.content.decode()
    settings.EXPORT_FOLDER = ""
    assert owner.get("/dashboard/payments.csv").status_code == 200
    assert f'href="{NEW}?' not in owner.get("/dashboard/reports/").content.decode()
    assert "cannot be made here" in owner.get(NEW).content.decode()
    assert owner.post(NEW, fill(owner, f"{NEW}?q=a")).status_code == 409
