"""The command and the nightly job that prove the books: what they say, and how they end."""

import contextlib
import logging
import os
import pty
import termios
from datetime import UTC, datetime

import pytest
from celery.schedules import crontab
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils.log import AdminEmailHandler

from ledger.errors import BooksBroken
from ledger.invariants.books import INVARIANTS, Invariant
from ledger.invariants.scan_ranges import Pages
from ledger.models import BookCheck
from ledger.tasks import check_books
from tests.owners import as_owner
from tests.ports import find_port

SOUND = Invariant("nothing is wrong", "SELECT 12345", "SELECT 1, 'x' WHERE false")
BROKEN = Invariant(
    "all is well", "SELECT 2", "SELECT * FROM (VALUES (8, 'eight'), (7, 'seven')) AS rows"
)
LONG = Invariant(
    "every attribute of every relation that there is has a name and is looked at by page",
    "SELECT count(*) FROM pg_attribute a WHERE {part:a.ctid}",
    "SELECT a.attrelid, 'no name' FROM pg_attribute a WHERE {part:a.ctid} AND attname = ''",
    by=Pages("pg_attribute", each=1),
)
TWO = (SOUND, BROKEN)
ONE = (SOUND,)
BY_PAGE = (LONG,)
AT = datetime(2099, 11, 22, 3, 30, tzinfo=UTC)


@contextlib.contextmanager
def on_a_terminal():
    """Make standard error a terminal; yield what reads all that was written there."""
    reader, writer = pty.openpty()
    os.set_blocking(reader, False)
    termios.tcsetwinsize(writer, (24, 120))
    with os.fdopen(writer, "w") as screen, contextlib.redirect_stderr(screen):
        yield lambda: os.read(reader, 100_000).decode()
    os.close(reader)


@pytest.mark.usefixtures("committed")
def test_the_books_of_all_tests_balance(capsys):
    call_command("check_books", no_color=True)

    *proved, last = capsys.readouterr().out.splitlines()
    claims = [line.partition("  (")[0] for line in proved]
    assert claims[: len(INVARIANTS)] == [
        f"proved  {invariant.claim}" for invariant in INVARIANTS
    ]
    assert last == f"The books balance: {len(claims)} invariants hold."


@pytest.mark.usefixtures("committed")
@override_settings(INVARIANTS=[f"{__name__}.TWO"])
def test_a_broken_proof_names_its_first_row_and_fails(capsys):
    told = r"^1 of 2 invariants failed\. The first: all is well: 7: seven$"
    with pytest.raises(CommandError, match=told):
        call_command("check_books", no_color=True)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("proved  nothing is wrong  (12,345 checked, ")
    assert lines[1].startswith("BROKEN  all is well  (2 checked, ")
    assert lines[2:] == ["        first: 7: seven"]


@pytest.mark.usefixtures("committed")
@override_settings(INVARIANTS=[f"{__name__}.ONE", f"{__name__}.ONE"])
def test_every_application_s_proofs_are_asked(capsys):
    call_command("check_books", no_color=True)

    assert capsys.readouterr().out.endswith("The books balance: 2 invariants hold.\n")


@pytest.mark.usefixtures("committed")
@override_settings(INVARIANTS=[f"{__name__}.BY_PAGE"])
def test_a_terminal_shows_how_far_the_proof_is(capsys):
    with on_a_terminal() as read:
        call_command("check_books", no_color=True)
        drawn = read()

    assert "every attribute of every relation that there is …:   0%|" in drawn
    assert " parts" in drawn
    assert drawn.endswith("\r"), "the bar is gone when the invariant is made"
    assert capsys.readouterr().out.startswith("proved  every attribute of every relation")


@pytest.mark.usefixtures("committed")
@override_settings(INVARIANTS=[f"{__name__}.BY_PAGE"])
def test_a_log_shows_plain_lines(capsys):
    call_command("check_books")

    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert err == ""
    assert BookCheck.objects.latest("id").invariant_count == 1


@pytest.mark.usefixtures("committed")
@override_settings(INVARIANTS=[f"{__name__}.ONE"], ADMINS=[("Ada", "ada@bank.test")])
def test_a_night_on_which_all_holds_is_kept_and_quiet(mailoutbox, caplog):
    check_books()

    newest = BookCheck.objects.latest("began_at")
    assert (newest.invariant_count, newest.broken) == (1, "")
    assert newest.took_s < 60
    assert mailoutbox == []
    assert caplog.records == []


@pytest.mark.usefixtures("committed")
@override_settings(INVARIANTS=[f"{__name__}.TWO"], ADMINS=[("Ada", "ada@bank.test")])
def test_a_night_on_which_a_proof_fails_raises_the_alarm(mailoutbox, caplog):
    with pytest.raises(BooksBroken, match=r"^1 of 2 invariants failed\.$"):
        check_books()

    assert BookCheck.objects.latest("began_at").broken == "all is well: 7: seven"
    [record] = caplog.records
    assert record.levelno == logging.CRITICAL
    assert record.getMessage() == "The books do not balance: all is well: 7: seven"
    [sent] = mailoutbox
    assert sent.to == ["ada@bank.test"]
    assert sent.subject == "[Tessera] The books do not balance"
    assert sent.body == "all is well: 7: seven"


@pytest.mark.usefixtures("committed")
def test_an_alarm_does_not_hang_on_the_mail(caplog):
    nobody = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": find_port()}
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with (
        override_settings(
            INVARIANTS=[f"{__name__}.TWO"],
            ADMINS=[("Ada", "ada@bank.test")],
            EMAIL_BACKEND=smtp,
            **nobody,
        ),
        pytest.raises(BooksBroken),
    ):
        check_books()

    assert [record.levelname for record in caplog.records] == ["CRITICAL", "ERROR"]
    assert caplog.records[1].getMessage().startswith("The administrators could not be told")


@pytest.mark.django_db
def test_last_night_can_be_asked_for(capsys):
    checked = BookCheck.objects.create(began_at=AT, took_s=92, invariant_count=27)

    assert str(checked) == "27 invariants at 2099-11-22 03:30:00+00:00"
    call_command("check_books", "--last", no_color=True)

    assert capsys.readouterr().out == (
        "Checked 2099-11-22 03:30 UTC, in 92 s.\n27 invariants held.\n"
    )


@pytest.mark.django_db
def test_a_bad_night_is_an_error_until_the_next():
    BookCheck.objects.create(began_at=AT, took_s=92, invariant_count=27, broken="one: 7: seven")

    with pytest.raises(CommandError, match=r"^Broken of 27 invariants:\none: 7: seven$"):
        call_command("check_books", "--last")


@pytest.mark.django_db
def test_before_the_first_night_there_is_nothing_to_tell():
    with as_owner():
        BookCheck.objects.all().delete()

    with pytest.raises(CommandError, match=r"^No check has been made yet\.$"):
        call_command("check_books", "--last")


def test_the_books_are_proved_every_night():
    entry = configured.CELERY_BEAT_SCHEDULE["check the books"]

    assert entry["schedule"] == crontab(hour="3", minute="30")


def test_administrators_get_no_error_s_page_with_its_secrets():
    handlers = logging.getLogger("django").handlers + logging.getLogger().handlers

    assert not [each for each in handlers if isinstance(each, AdminEmailHandler)]
