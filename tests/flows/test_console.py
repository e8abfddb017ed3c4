"""The operator's console: who may open it, what is decided there, and the log."""

from io import StringIO
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.urls import get_resolver
from django.utils import timezone

from banking.models import Adjustment, Break
from console.models import AuditEntry, NetworkCount, Operator, OperatorChange, SecondLook
from identity.factors import keep_app
from identity.models import User
from ledger.accounts import get_or_open_house_account
from merchants.models import Application, Role
from qr.references import encode_reference
from tests import factories
from tests.banking import bank
from tests.flows.routes import ask, shop_stays_as_it_is, try_out
from tests.flows.steps import APP_SECRET, make_operator, open_browser
from tests.merchants.invoices import keep_invoice
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
LIST = "/console/applications/"
ROUTES = sorted(
    str(pattern.pattern)
    for resolver in get_resolver().url_patterns
    for pattern in getattr(resolver, "url_patterns", [])
    if str(pattern.pattern).startswith("console/")
)


@pytest.fixture
def operator(db):
    browser = open_browser()
    browser.force_login(make_operator())
    return browser


@pytest.fixture
def application(db):
    return factories.apply_as_shop()


@pytest.fixture
def page(application):
    return f"{LIST}{application.public_id}/"


@pytest.fixture
def things(application, customer, shop):
    """Return the references that routes need, by the beginning or the end of the route."""
    released = [bank.make_order(), bank.release()][1]
    order = bank.make_order()
    draft = bank.draft()
    entry = bank.enter(order, 1000)
    waiting = Break.objects.create(
        entry=entry, amount_minor=1000, currency="EUR", reason="no_reference"
    )
    adjustment = Adjustment.objects.create(
        debit_account_id=get_or_open_house_account("suspense", currency="EUR"),
        credit_account_id=customer.wallet.account_id,
        amount_minor=1,
        currency="EUR",
        reason="A test",
        asked_by=bank.make_user(),
    )
    NetworkCount.objects.create(since=timezone.now(), until=timezone.now())
    return {
        "console/applications/": application,
        "console/runs/<str:reference>/file/": released,
        "console/runs/<str:reference>/sent/": released,
        "console/runs/": draft,
        "console/orders/": order,
        "console/statements/": entry.statement,
        "console/breaks/": waiting,
        "console/accounts/": entry.account,
        "console/identities/": factories.ask_for_tier(customer),
        "console/shops/": shop.merchant,
        "console/charges/": factories.make_charge(shop),
        "console/people/": SimpleNamespace(
            public_id=encode_reference("us", customer.wallet.user_id)
        ),
        "console/adjustments/": adjustment,
        "console/second/": SecondLook(id=uuid4()),
        "console/operators/<str:reference>/decide/": OperatorChange(id=uuid4()),
        "console/operators/": SimpleNamespace(
            public_id=encode_reference("us", customer.wallet.user_id)
        ),
        "console/wallets/": customer.wallet,
        "console/fee-invoices/": keep_invoice(shop),
        "console/safeguarding/": bank.report(),
    }


def fill(route, things):
    thing = next((thing for start, thing in things.items() if route.startswith(start)), None)
    return "/" + route.replace("<str:reference>", thing.public_id if thing else "")


@pytest.mark.parametrize("who", ["stranger", "owner", "retired"])
def test_nobody_else_opens_any_page(shop, things, who):
    browser = open_browser()
    if who == "owner":
        browser.force_login(factories.hire_person(shop, role=Role.OWNER).user)
    elif who == "retired":
        user = make_operator()
        with as_owner():
            Operator.objects.update(is_active=False)
        browser.force_login(user)

    with shop_stays_as_it_is():
        for route in ROUTES:
            address = fill(route, things)
            if route == "console/":
                continue
            answer = ask(browser, address)
            if who == "stranger" and answer.status_code == 302:
                assert answer["Location"].startswith("/dashboard/sign-in/?next=/console/")
            else:
                assert answer.status_code in {403, 405}, route

    assert Application.objects.get().status == "applied"


def test_an_operator_without_a_second_factor_is_led_to_make_one(things):
    browser = open_browser()
    browser.force_login(make_operator(has_factor=False))

    with shop_stays_as_it_is():
        for route in ROUTES:
            answer = ask(browser, fill(route, things))
            if answer.status_code != 405:
                assert answer["Location"].startswith("/dashboard/me/security/?next="), route

    assert Application.objects.get().status == "applied"


def test_an_operator_opens_every_page(operator, things):
    # The page is theirs, but what came in cannot be borne or taken back, and nothing waits.
    odd = {"bear": {409}, "end": {404}, "recover": {404}, "decide": {302, 404}, "free": {404}}
    for route in ROUTES:
        expected = odd.get(route.split("/")[-2], {200, 302, 422})
        assert try_out(operator, fill(route, things)) in expected, route


def test_an_approval_opens_the_shop_and_is_logged(operator, page):
    answer = operator.post(f"{page}approve/", headers={"User-Agent": "Tablet"})

    application = Application.objects.get()
    entry = AuditEntry.objects.get()
    assert answer["Location"] == page
    assert application.status == "approved"
    assert str(application.decided_by) == "Aoife Kelly"
    assert (entry.deed, entry.subject) == ("application.approved", application.id)
    assert (entry.before, entry.after["status"]) == ({"status": "applied"}, "approved")
    assert (str(entry.actor), entry.device) == ("Aoife Kelly", "Tablet")
    assert "application.approved" in operator.get("/console/log/").content.decode()


def test_a_refusal_wants_a_reason(operator, page):
    missing = operator.post(f"{page}decline/", {"reason": " "})
    assert (missing.status_code, AuditEntry.objects.count()) == (422, 0)
    assert "Type the reason" in missing.content.decode()

    operator.post(f"{page}decline/", {"reason": "We take food alone."})

    assert Application.objects.get().status == "declined"
    assert AuditEntry.objects.get().after["reason"] == "We take food alone."


def test_a_second_decision_is_refused_and_not_logged(operator, page):
    operator.post(f"{page}approve/")

    for path in ("approve/", "decline/"):
        answer = operator.post(f"{page}{path}", {"reason": "Too late."})
        assert answer.status_code == 409
        assert "Somebody else has decided meanwhile." in answer.content.decode()

    assert AuditEntry.objects.count() == 1


def test_nobody_decides_about_a_shop_of_their_own(operator):
    own = factories.apply_as_shop(email="aoife@operator.test")

    for path in ("approve/", "decline/"):
        answer = operator.post(f"{LIST}{own.public_id}/{path}", {"reason": "No."})
        assert answer.status_code == 409
        assert "Another operator has to decide." in answer.content.decode()

    assert Application.objects.get().status == "applied"


def test_what_waits_is_listed_first_and_unconfirmed_ones_are_not(operator):
    decided, waits = factories.apply_as_shop(), factories.apply_as_shop()
    hidden = factories.apply_as_shop(confirmed=False)
    operator.post(f"{LIST}{decided.public_id}/approve/")

    listed = operator.get(LIST)

    assert list(listed.context["applications"]) == [waits, decided]
    assert hidden.shop_name not in listed.content.decode()


def test_an_empty_console_says_what_to_do(operator):
    assert "Shops apply at /join/." in operator.get(LIST).content.decode()
    assert operator.get("/console/log/").status_code == 200


@pytest.mark.parametrize("reference", ["x", "ap_00000000000000000000000000"])
def test_what_is_not_there_is_unknown(operator, reference):
    assert operator.get(f"{LIST}{reference}/").status_code == 404
    assert operator.get("/console/log/?after=x").status_code == 404


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE console_auditentry SET deed = 'x'",
        "DELETE FROM console_auditentry",
        "INSERT INTO console_operator (user_id) SELECT id FROM identity_user",
    ],
)
def test_the_application_changes_no_log_and_makes_no_operator(operator, page, sql):
    operator.post(f"{page}approve/")

    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_command_makes_an_operator_and_prints_a_link_that_works():
    out = StringIO()
    with as_owner():
        call_command("add_operator", "Eve@Operator.test", "--name", "Eve", stdout=out)

    user = User.objects.get(email="eve@operator.test")
    link = out.getvalue().split()[-1]
    browser = open_browser()
    browser.post("/" + link.split("/", 3)[3], {"password": "seven harbour seals"})
    assert browser.get(LIST)["Location"].startswith("/dashboard/me/security/")
    keep_app(user, APP_SECRET)
    assert browser.get(LIST).status_code == 200
    assert AuditEntry.objects.get().subject == user.id
    with as_owner():
        call_command("add_operator", "eve@operator.test", stdout=out)
    assert out.getvalue().rstrip().endswith("/console/")
    assert Operator.objects.count() == 1


def test_the_command_forgets_a_lost_factor_and_logs_it(operator):
    with as_owner():
        call_command(
            "add_operator", "aoife@operator.test", "--forget-factor", stdout=StringIO()
        )

    assert operator.get(LIST)["Location"].startswith("/dashboard/me/security/")
    assert AuditEntry.objects.get().deed == "operator.factor_forgotten"
