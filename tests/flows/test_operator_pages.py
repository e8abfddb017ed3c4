"""Operators by page: invited and ended by two where there are two, and never the last."""

import pytest
from django.core import mail
from django.db import connection

from console.forms_operators import EndForm, OperatorForm
from console.models import AuditEntry, Operator, OperatorChange
from identity.models import User
from qr.references import encode_reference
from relay.letters import send_due_letters
from tests.flows.steps import (
    make_operator,
    open_browser,
    open_console,
    read_mailed_link,
    sign_id,
)

pytestmark = pytest.mark.django_db
PAGE = "/console/operators/"
PASSWORD = "a long password of my own"


@pytest.fixture
def aoife(db):
    return open_console(make_operator())


@pytest.fixture
def brian(db):
    return open_console(make_operator("brian@operator.test", name="Brian Walsh"))


def invite(browser, *, number=1, email="Ciara@operator.test", name="Ciara Daly"):
    made_id = sign_id(OperatorForm, number)
    typed = {"made_id": made_id, "name": name, "email": email, "reason": "She starts in May."}
    return browser.post(PAGE, typed)


def end(browser, email, *, number=1):
    person = encode_reference("us", User.objects.get(email=email).id)
    typed = {"made_id": sign_id(EndForm, number), "reason": "Left us."}
    return browser.post(f"{PAGE}{person}/end/", typed)


def decide(browser, wish="agree"):
    change = OperatorChange.objects.latest("id").public_id
    return browser.post(f"{PAGE}{change}/decide/", {"wish": wish})


def list_active():
    active = Operator.objects.filter(is_active=True)
    return sorted(active.values_list("user__email", flat=True))


def list_deeds():
    return list(AuditEntry.objects.order_by("id").values_list("deed", flat=True))


def test_the_only_operator_invites_a_second_one(aoife):
    for _ in range(2):
        assert invite(aoife).status_code == 302
    send_due_letters()
    assert len(mail.outbox) == 1
    link = read_mailed_link()

    browser = open_browser()
    assert "Become an operator" in browser.get(link).content.decode()
    assert browser.post(link, {"name": "", "password": "short"}).status_code == 422
    answer = browser.post(link, {"name": "Ciara Daly", "password": PASSWORD})

    assert answer["Location"] == "/console/"
    assert list_active() == ["aoife@operator.test", "ciara@operator.test"]
    assert browser.get("/console/")["Location"].startswith("/dashboard/me/security/")
    assert open_browser().get(link).status_code == 410
    assert list_deeds() == ["operator.invited", "operator.added"]


def test_where_there_are_two_a_second_one_agrees(aoife, brian):
    invite(aoife)
    send_due_letters()
    assert mail.outbox == []
    assert decide(aoife).status_code == 409

    assert decide(brian).status_code == 302
    send_due_letters()
    link = read_mailed_link()
    open_browser().post(link, {"name": "Ciara Daly", "password": PASSWORD})

    assert "ciara@operator.test" in list_active()
    assert list_deeds() == ["operator.invited", "operator.agreed", "operator.added"]


def test_a_second_account_of_one_s_own_agrees_to_nothing(aoife):
    own = open_console(make_operator("aoife+2@operator.test", name="A. K."))
    invite(aoife)

    assert decide(own).status_code == 409
    assert OperatorChange.objects.get().agreed_at is None


def test_what_was_withdrawn_opens_nothing(aoife):
    invite(aoife)
    send_due_letters()
    link = read_mailed_link()
    assert open_browser().get(link).status_code == 200

    assert decide(aoife, "withdraw").status_code == 302

    assert open_browser().get(link).status_code == 410
    assert open_browser().post(link, {"name": "C", "password": PASSWORD}).status_code == 410
    assert open_browser().get("/operator/x/").status_code == 410
    assert list_active() == ["aoife@operator.test"]


def test_an_operator_is_ended_by_two_and_is_out_at_once(aoife, brian):
    ciara = open_console(make_operator("ciara@operator.test", name="Ciara Daly"))
    assert end(aoife, "ciara@operator.test").status_code == 302
    assert ciara.get("/console/").status_code == 200

    assert decide(brian).status_code == 302

    assert ciara.get("/console/").status_code == 403
    assert list_active() == ["aoife@operator.test", "brian@operator.test"]
    assert list_deeds() == ["operator.end_asked", "operator.agreed"]
    assert "Ended" in aoife.get(PAGE).content.decode()


def test_one_ends_oneself_alone_but_never_as_the_last(aoife, brian):
    assert end(brian, "brian@operator.test").status_code == 302
    assert list_active() == ["aoife@operator.test"]

    answer = end(aoife, "aoife@operator.test", number=2)

    assert answer.status_code == 409
    assert "Nobody else is an operator" in answer.content.decode()
    assert list_active() == ["aoife@operator.test"]


def test_an_operator_is_not_invited_again(aoife, brian):
    answer = invite(aoife, email="brian@operator.test", name="Brian")

    assert (answer.status_code, OperatorChange.objects.count()) == (409, 0)


@pytest.mark.parametrize(("agreed", "outcome"), [(False, "not_agreed"), (True, "done")])
def test_the_function_itself_wants_two_people(aoife, brian, agreed, outcome):
    invite(aoife)
    change = OperatorChange.objects.get()
    person = User.objects.create(name="Ciara", email="ciara@operator.test")
    if agreed:
        decide(brian)
    with connection.cursor() as cursor:
        sql = "SELECT console_carry_out_change(change => %s, person => %s)"
        cursor.execute(sql, [change.id, person.id])
        assert cursor.fetchone() == (outcome,)
        cursor.execute(sql, [change.id, person.id])
        assert cursor.fetchone() == ("over" if agreed else "not_agreed",)
    assert ("ciara@operator.test" in list_active()) == agreed
