"""The first run: a code from the log opens the set-up, once."""

import logging
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction

from console import set_up
from console.errors import SetUpCodeWrong
from console.models import AuditEntry, Operator, SetUpCode
from identity.models import User
from identity.verifications import confirm_code, derive_code
from merchants.models import Organisation
from tests import factories
from tests.flows.steps import make_operator, open_browser, open_console
from tests.owners import as_owner
from wallet.joining import ask_to_join, join
from wallet.models import Wallet

pytestmark = pytest.mark.django_db
PAGE = "/setup/"
ANSWERS = {
    "legal_name": "Harbour Pay Ltd",
    "legal_form": "company",
    "licence": "limited_network",
    "street": "Quay Street",
    "building_number": "3",
    "postcode": "D02 X285",
    "town": "Dublin",
    "country": "IE",
    "currency": "CHF",
    "time_zone": "",
    "name": "Aoife Kelly",
    "email": "Aoife@Operator.test",
    "password": "seven harbour seals",
}


def write(**more):
    return ANSWERS | {"code": set_up.read_code()} | more


def send(browser=None, **more):
    return (browser or open_browser()).post(PAGE, write(**more))


def count_rows():
    return [model.objects.count() for model in (Organisation, Operator, User, AuditEntry)]


def test_the_front_page_leads_to_the_set_up_only_while_it_is_open():
    assert 'href="/setup/"' in open_browser().get("/").content.decode()

    send()

    assert 'href="/setup/"' not in open_browser().get("/").content.decode()


def test_the_log_shows_the_code_until_it_is_used(caplog):
    with caplog.at_level(logging.WARNING):
        set_up.announce_code()
    assert set_up.read_code() in caplog.text

    send()
    caplog.clear()
    set_up.announce_code()

    assert caplog.text == ""


def test_a_log_of_errors_alone_shows_the_code_all_the_same(caplog):
    with caplog.at_level(logging.ERROR, logger=set_up.logger.name):
        set_up.announce_code()

    assert f"/setup/ : code {set_up.read_code()}" in caplog.text


def test_an_installation_with_operators_is_set_up_by_them_alone():
    operator = make_operator("old@operator.test", name="Old Hand")
    typed = write()
    before = count_rows()

    stranger = open_browser().post(PAGE, typed)
    owner = open_browser()
    owner.force_login(User.objects.create(name="Somebody", email="some@body.test"))
    refused = owner.post(PAGE, typed)

    assert stranger["Location"].startswith("/dashboard/sign-in/")
    assert refused.status_code == 403
    assert Organisation.objects.count() == before[0]
    assert 'href="/setup/"' not in open_browser().get("/").content.decode()
    assert open_console(operator).post(PAGE, typed)["Location"] == "/console/"
    assert Organisation.objects.count() == 1


def test_the_code_opens_the_form_however_it_is_written():
    code = set_up.read_code()
    for typed in (code, code.lower().replace("-", " "), code.replace("0", "O")):
        page = open_browser().post(PAGE, {"code": typed})
        assert (page.status_code, 'name="legal_name"' in page.content.decode()) == (200, True)


def test_the_set_up_makes_organisation_operator_and_log_and_signs_in():
    browser = open_browser()

    answer = send(browser)

    organisation, operator = Organisation.objects.get(), Operator.objects.get().user
    entry = AuditEntry.objects.get()
    assert answer["Location"] == "/console/"
    assert (organisation.legal_name, organisation.currency) == ("Harbour Pay Ltd", "CHF")
    assert organisation.time_zone == "Europe/Dublin"
    assert (operator.email, operator.check_password(ANSWERS["password"])) == (
        "aoife@operator.test",
        True,
    )
    assert (entry.deed, entry.actor) == ("installation.set_up", operator)
    assert "password" not in str(entry.after)
    assert browser.session["_auth_user_id"] == str(operator.pk)


def test_afterwards_there_is_no_set_up():
    send(browser := open_browser())

    assert open_browser().get(PAGE).status_code == 404
    assert open_browser().post(PAGE, ANSWERS | {"code": "7K4M-92QX-P3RT"}).status_code == 404
    assert browser.get(PAGE).status_code == 404


def test_the_second_tap_of_two_leads_to_the_console_and_makes_nothing():
    typed = write()
    open_browser().post(PAGE, typed)
    before = count_rows()

    again = open_browser().post(PAGE, typed)

    assert again["Location"] == "/console/"
    assert count_rows() == before == [1, 1, 1, 1]


def test_a_wrong_code_is_counted_and_opens_nothing():
    answer = open_browser().post(PAGE, ANSWERS | {"code": "7K4M-92QX-P3RT"})

    assert answer.status_code == 403
    assert "This is not the code." in answer.content.decode()
    assert (SetUpCode.objects.get().tries, count_rows()) == (1, [0, 0, 0, 0])


@pytest.mark.parametrize("facts", [{"tries": 100}, {"expires_at": "2020-01-01T00:00Z"}])
def test_a_code_that_is_over_opens_nothing_and_a_new_one_does(facts):
    typed = write()
    with as_owner():
        SetUpCode.objects.update(**facts)

    answer = open_browser().post(PAGE, typed)

    assert (answer.status_code, count_rows()) == (403, [0, 0, 0, 0])
    assert "manage.py first_run --new-code" in answer.content.decode()
    with as_owner():
        call_command("first_run", "--new-code", stdout=(out := StringIO()))
    assert set_up.read_code() in out.getvalue()
    assert send().status_code == 302


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_made():
    page = send(legal_name="", postcode="", password="short")

    text = page.content.decode()
    assert (page.status_code, count_rows()) == (422, [0, 0, 0, 0])
    assert "Type the name in the register" in text
    assert "Type the postcode" in text
    assert "seven harbour" not in text


def test_somebody_else_s_address_makes_no_operator():
    User.objects.create(name="Li", email="aoife@operator.test")

    page = send()

    assert (page.status_code, count_rows()) == (409, [0, 0, 1, 0])
    assert "Somebody else here has this address." in page.content.decode()


def test_new_wallets_hold_the_organisation_s_currency():
    send()
    verification = ask_to_join("li@mail.test", name="Li")
    confirm_code(verification, derive_code(verification.pk))

    join(verification, pin=factories.PIN)

    assert Wallet.objects.get().currency == "CHF"


def test_the_application_s_role_sets_nothing_up_without_the_code():
    statements = [
        "INSERT INTO merchants_organisation (id) VALUES (1)",
        "INSERT INTO console_setupcode (id) VALUES (1)",
        "UPDATE console_setupcode SET digest = ''",
        "UPDATE console_setupcode SET tries = 0",
    ]
    for statement in statements:
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT console_set_up(code_digest => digest || '1', organisation => '{}',"
            " operator => '{}', entry_id => gen_random_uuid(), device => '')"
            " FROM console_setupcode"
        )
        assert cursor.fetchone() == ("wrong",)
    assert count_rows() == [0, 0, 0, 0]


def test_the_digest_of_the_row_is_not_the_code():
    code = SetUpCode.objects.get()

    with pytest.raises(SetUpCodeWrong):
        set_up.try_code(bytes(code.digest).hex())


def test_migrate_keeps_a_valid_code_and_replaces_one_that_is_over():
    before = set_up.read_code()
    with as_owner():
        set_up.offer_code()
    assert set_up.read_code() == before

    with as_owner():
        SetUpCode.objects.update(expires_at="2020-01-01T00:00Z")
        set_up.offer_code()

    assert set_up.read_code() != before


def test_without_a_database_the_front_page_offers_the_ways_in():
    def fail(*_):
        raise DatabaseError

    with connection.execute_wrapper(fail):
        page = open_browser().get("/").content.decode()

    assert ("/till/" in page, "/setup/" in page) == (True, False)


def run_in_terminal(monkeypatch, lines):
    monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in lines)))
    call_command("first_run", stdout=(out := StringIO()))
    return out.getvalue()


def test_the_terminal_asks_the_same_and_asks_again_what_is_wrong(monkeypatch):
    lines = [
        *("Harbour Pay Ltd", "company", "limited_network"),
        *("Quay Street", "3", "", "Dublin", "IE", "EUR", "", "Aoife", "a@op.test", "short"),
        *("D02 X285", "seven harbour seals"),
    ]

    told = run_in_terminal(monkeypatch, lines)

    assert "Type the postcode" in told
    assert "limited_network: Limited network" in told
    assert told.rstrip().endswith("/console/")
    assert "seven" not in told
    assert Operator.objects.get().user.check_password("seven harbour seals")


def test_the_terminal_refuses_a_second_set_up_and_half_an_answer(monkeypatch):
    with pytest.raises(CommandError, match="answers ended"):
        run_in_terminal(monkeypatch, ["Harbour Pay Ltd"])
    send()

    with pytest.raises(CommandError, match="set up already"):
        run_in_terminal(monkeypatch, ["Harbour Pay Ltd"])


def test_only_the_owner_draws_a_code():
    with as_owner():
        SetUpCode.objects.update(expires_at="2020-01-01T00:00Z")

    with pytest.raises(CommandError, match="owner of the tables"):
        call_command("first_run", "--new-code")
