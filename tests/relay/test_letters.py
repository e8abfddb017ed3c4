"""Letters: sent once, tried again, and no secret in their rows."""

from uuid import uuid4

import pytest
from django.core import mail
from django.db import transaction

from foundation.outbox import Outbox
from merchants.invitations import invite, withdraw
from merchants.models import Role
from merchants.people import Job
from relay.letters import send_due_letters, send_letter, send_to_each
from relay.models import Letter
from relay.tasks import send_letters
from tests import factories
from wallet import joining

pytestmark = pytest.mark.django_db
JOB = Job(role=Role.MANAGER, store=None, may_refund=False)


@pytest.fixture
def letter(shop):
    """An invitation that waits to be sent."""
    invite(shop.merchant, invitation_id=uuid4(), name="Mary", email="mary@mail.test", job=JOB)
    return Letter.objects.get()


@pytest.fixture
def refuse(monkeypatch):
    """Refuse whatever is sent to the mail server, or be away as a server."""

    def refuse_by(failure, *, at):
        def fail(*_):
            raise failure

        monkeypatch.setattr(Outbox, at, fail)

    return refuse_by


def let_lease_end():
    Letter.objects.update(leased_until="2026-01-01T00:00:00Z")


def test_a_letter_is_sent_once(letter):
    send_letters()
    send_letters()

    assert len(mail.outbox) == 1
    letter.refresh_from_db()
    assert (letter.tries, letter.ended_at is not None) == (1, True)
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<{letter.pk}@")


def test_no_secret_is_kept(letter):
    send_due_letters()

    kept = Letter.objects.values().get()
    assert set(kept) == {
        *("id", "kind", "subject", "address", "language", "tries"),
        *("leased_until", "ended_at", "created_at"),
    }


def test_a_refused_letter_is_tried_again_after_its_lease(letter, refuse):
    with pytest.MonkeyPatch.context() as refusing:
        refusing.setattr(Outbox, "send", lambda *_: (_ for _ in ()).throw(ValueError))
        send_due_letters()
    send_due_letters()
    assert mail.outbox == []

    let_lease_end()
    send_due_letters()

    letter.refresh_from_db()
    assert (len(mail.outbox), letter.tries) == (1, 2)


def test_a_letter_that_cannot_be_written_holds_up_no_other(shop, caplog):
    with transaction.atomic():
        send_letter("of no kind", subject=uuid4(), address="a@mail.test")
        invite(shop.merchant, invitation_id=uuid4(), name="Mary", email="b@mail.test", job=JOB)

    with caplog.at_level("WARNING"):
        send_due_letters()

    assert [mailed.to for mailed in mail.outbox] == [["b@mail.test"]]
    faulty = Letter.objects.get(kind="of no kind")
    assert (faulty.tries, faulty.ended_at) == (1, None)
    assert f"Letter {faulty.pk} is faulty: KeyError" in caplog.text
    assert "a@mail.test" not in caplog.text


def test_a_code_goes_before_letters_that_wait_longer(letter):
    verification = joining.ask_to_join("li@mail.test", name="Li")

    send_due_letters()

    assert [mailed.to for mailed in mail.outbox] == [[verification.address], [letter.address]]


def test_a_server_that_is_away_takes_no_try(letter, refuse):
    refuse(ConnectionRefusedError(), at="open")

    send_due_letters()

    letter.refresh_from_db()
    assert (letter.tries, letter.ended_at) == (0, None)


def test_a_letter_is_given_up_in_the_end(letter, refuse):
    refuse(ValueError(), at="send")

    for _ in range(12):
        send_due_letters()
        let_lease_end()

    letter.refresh_from_db()
    assert letter.tries == 8


def test_what_is_of_no_use_any_more_is_not_sent(letter, shop):
    withdraw(shop.merchant.invitations.get())

    send_due_letters()

    letter.refresh_from_db()
    assert mail.outbox == []
    assert letter.ended_at is not None


def test_another_worker_s_letter_is_left_to_it(letter):
    Letter.objects.update(leased_until="2100-01-01T00:00:00Z")

    send_due_letters()

    assert mail.outbox == []


def test_the_same_letter_is_written_once_a_minute(shop):
    person = factories.hire_person(shop, role=Role.OWNER).user
    for _ in range(2):
        with transaction.atomic():
            send_letter("password", subject=person.id, address="a@mail.test")

    assert Letter.objects.count() == 1


def test_each_of_a_person_s_addresses_is_told(settings, shop):
    person = factories.hire_person(shop, role=Role.OWNER).user
    person.phone = "+353871234567"

    for sender in ("", "demo.texts.show_among_mail"):
        settings.TEXT_SENDER = sender
        with transaction.atomic():
            send_to_each("pin_changed", subject=person.id, addresses=person.addresses)

    told = Letter.objects.order_by("id").values_list("address", flat=True)
    assert list(told) == [person.email, "+353871234567"]
