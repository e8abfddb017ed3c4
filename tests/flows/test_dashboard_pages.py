"""The dashboard: sign-in, overview, tills, payments, settlements."""

import csv

import pytest
from django.test import Client
from django.utils import timezone

from ledger.models import Transfer
from merchants import views
from merchants.models import Role, Settlement
from merchants.onboarding import open_store
from pos.models import Terminal
from pos.terminals import add_terminal
from qr.references import encode_reference
from tests import factories
from tests.closing import close_by_hand
from tests.flows.steps import open_dashboard
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
PAGES = [
    "/dashboard/",
    "/dashboard/tills/",
    "/dashboard/payments/",
    "/dashboard/payments/{charge}/",
    "/dashboard/settlements/",
    "/dashboard/settlements/{settlement}/",
    "/dashboard/settlements/{settlement}.csv",
    "/dashboard/settlements/{settlement}.json",
    "/dashboard/settlements/{settlement}.xlsx",
]
CHANGES = [
    "/dashboard/tills/{terminal}/code/",
    "/dashboard/tills/{terminal}/revoke/",
    "/dashboard/settlements/close/",
]


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def addresses(shop, customer):
    """Something of each kind, open or closed, and its address."""
    charge = factories.sell(shop, customer)
    settlement = factories.settle(shop)
    return {
        "charge": charge.public_id,
        "settlement": settlement.public_id,
        "terminal": shop.terminal.public_id,
    }


def test_staff_sign_in_by_password(shop):
    person = factories.hire_person(shop, role=Role.OWNER, password=PASSWORD)
    browser = Client()

    answer = browser.post(
        "/dashboard/sign-in/",
        {"email": f" {str(person.user.email).upper()} ", "password": PASSWORD},
    )

    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/")
    assert browser.get("/dashboard/").context["merchant"] == shop.merchant


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("", ""),
        ("nobody@shop.test", PASSWORD),
        (None, "wrong"),
        ("\x00", "\x00"),
        (None, "\x00"),
    ],
)
def test_a_wrong_sign_in_is_refused_the_same_way(shop, email, password):
    person = factories.hire_person(shop, role=Role.OWNER, password=PASSWORD)
    typed = person.user.email if email is None else email
    browser = Client()

    answer = browser.post("/dashboard/sign-in/", {"email": typed, "password": password})

    assert answer.status_code == 403
    assert answer.context["error"] == "E-mail or password is not right."
    assert browser.get("/dashboard/").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/dashboard/tills/", "/dashboard/tills/"),
        ("", "/dashboard/"),
        ("https://evil.example/", "/dashboard/"),
        ("//evil.example/", "/dashboard/"),
        ("/\\evil.example/", "/dashboard/"),
        ("javascript:alert(1)", "/dashboard/"),
        ("http:///evil.example", "/dashboard/"),
    ],
)
def test_next_never_leaves_the_site(shop, wanted, to):
    person = factories.hire_person(shop, role=Role.OWNER, password=PASSWORD)
    typed = {"email": person.user.email, "password": PASSWORD, "next": wanted}

    answer = Client(SERVER_NAME="pay.test").post("/dashboard/sign-in/", typed)

    assert answer["Location"] == to


@pytest.mark.parametrize("page", [*PAGES, *CHANGES])
def test_nobody_looks_or_changes_without_signing_in(addresses, page):
    path = page.format(**addresses)
    stranger = Client()

    with nothing_changes():
        answer = stranger.post(path) if page in CHANGES else stranger.get(path)

    assert answer.status_code == 302
    assert answer["Location"] == f"/dashboard/sign-in/?next={path}"


@pytest.mark.parametrize("page", [*PAGES, *CHANGES])
def test_cashiers_and_outsiders_are_refused(shop, addresses, page):
    path = page.format(**addresses)
    cashier = open_dashboard(factories.hire_person(shop, role=Role.CASHIER))
    left = factories.hire_person(shop, role=Role.OWNER)
    gone = open_dashboard(left)
    left.is_active = False
    left.save()

    with nothing_changes():
        for browser in (cashier, gone):
            answer = browser.post(path) if page in CHANGES else browser.get(path)
            assert answer.status_code == 403


@pytest.mark.parametrize("page", CHANGES)
def test_an_accountant_reads_and_changes_nothing(shop, customer, addresses, page):
    factories.sell(shop, customer)
    accountant = open_dashboard(factories.hire_person(shop, role=Role.ACCOUNTANT))

    with nothing_changes():
        answer = accountant.post(page.format(**addresses))

    assert answer.status_code == 403
    assert accountant.get("/dashboard/settlements/").status_code == 200


@pytest.mark.parametrize("page", [*PAGES[3:4], *PAGES[5:], *CHANGES[:2]])
def test_another_merchant_s_things_look_unknown(addresses, page):
    stranger = factories.open_shop()
    browser = open_dashboard(factories.hire_person(stranger, role=Role.OWNER))
    unknown = {
        "charge": "ch_" + "0" * 26,
        "settlement": "se_" + "0" * 26,
        "terminal": "tm_" + "0" * 26,
    }

    with nothing_changes():
        answers = [
            browser.post(path) if page in CHANGES else browser.get(path)
            for path in (page.format(**addresses), page.format(**unknown))
        ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("page", [*PAGES[3:4], *PAGES[5:], *CHANGES[:2]])
@pytest.mark.parametrize("reference", ["x", "ch_x", "\x00", "ch_" + "u" * 26])
def test_a_malformed_reference_is_not_found(owner, page, reference):
    path = page.format(charge=reference, settlement=reference, terminal=reference)

    answer = owner.post(path) if page in CHANGES else owner.get(path)

    assert answer.status_code == 404


def test_the_overview_shows_today_and_what_comes_next(owner, shop, customer):
    sale = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, sale, amount_minor=300)

    page = owner.get("/dashboard/")

    (today,), (preview,) = page.context["days"], page.context["previews"]
    assert (today.sales_count, today.amount_minor, today.currency) == (1, 700, "EUR")
    assert preview.closing_minor == 694
    assert page.context["next_settlement_at"].hour == 0
    assert shop.merchant.name in page.content.decode()


def test_a_pairing_code_is_made_and_shown(owner, shop):
    answer = owner.post(f"/dashboard/tills/{shop.terminal.public_id}/code/")
    page = owner.get(answer["Location"])

    terminal = Terminal.objects.get(pk=shop.terminal.pk)
    assert answer["Location"] == f"/dashboard/tills/?code_for={terminal.public_id}"
    assert page.context["code_for"] == terminal
    assert terminal.pairing_code in page.content.decode()
    assert len(str(terminal.pairing_code)) == 6


def test_who_only_reads_sees_no_pairing_code(owner, shop):
    address = owner.post(f"/dashboard/tills/{shop.terminal.public_id}/code/")["Location"]
    accountant = open_dashboard(factories.hire_person(shop, role=Role.ACCOUNTANT))

    page = accountant.get(address)

    code = Terminal.objects.get(pk=shop.terminal.pk).pairing_code
    assert page.context["code_for"] is None
    assert code not in page.content.decode()


def test_a_pairing_code_that_is_too_old_is_not_shown(owner, shop):
    address = owner.post(f"/dashboard/tills/{shop.terminal.public_id}/code/")["Location"]
    Terminal.objects.update(pairing_code_expires_at=timezone.now())

    assert owner.get(address).context["code_for"] is None


def test_a_till_is_unpaired(owner, shop):
    owner.post(f"/dashboard/tills/{shop.terminal.public_id}/revoke/")

    assert not Terminal.objects.get(pk=shop.terminal.pk).is_paired
    assert not shop.terminal.tokens.filter(revoked_at=None).exists()


def test_payments_are_listed_by_status(owner, shop, customer):
    sold, waiting = factories.sell(shop, customer), factories.make_charge(shop)
    factories.sell(factories.open_shop(), customer)

    everything = owner.get("/dashboard/payments/")
    paid = owner.get("/dashboard/payments/", {"status": "captured"})

    assert everything.context["charges"] == [waiting, sold]
    assert paid.context["charges"] == [sold]
    assert sold.short_code_grouped in paid.content.decode()


def test_a_payment_tells_what_happened_and_where_its_money_went(owner, shop, customer):
    charge = factories.sell(shop, customer, amount_minor=1000)
    back = factories.refund(shop, charge, amount_minor=300).public_id

    page = owner.get(f"/dashboard/payments/{charge.public_id}/")

    assert [moment.label for moment in page.context["timeline"]] == [
        "Charge created",
        "Customer scanned the code",
        "Paid",
        "Refund made",
    ]
    assert [moment.who for moment in page.context["timeline"]] == [
        "Till 1",
        "Li W.",
        "Li W.",
        "Till 1",
    ]
    assert [moment.reference for moment in page.context["timeline"]] == ["", "", "", back]
    assert [
        (row.kind, row.debit, row.credit, row.amount_minor) for row in page.context["transfers"]
    ] == [("capture", "wallet", "takings", 1000), ("refund", "takings", "wallet", 300)]


def test_close_now_closes_and_shows_the_settlement(owner, shop, customer):
    factories.sell(shop, customer, amount_minor=1000)

    answer = close_by_hand(owner)
    page = owner.get(answer["Location"])

    settlement = Settlement.objects.get()
    assert answer["Location"] == f"/dashboard/settlements/{settlement.public_id}/"
    assert settlement.payout_minor == 994
    assert [line.amount_minor for line in page.context["lines"]] == [1000]
    assert "€9.94" in page.content.decode()


def test_close_now_with_nothing_to_settle_says_so(owner):
    before = Transfer.objects.count()

    answer = close_by_hand(owner)
    page = owner.get(answer["Location"])

    assert answer["Location"] == "/dashboard/settlements/close/"
    assert "Nothing to settle" in page.content.decode()
    assert (Settlement.objects.count(), Transfer.objects.count()) == (0, before)


def test_close_now_closes_every_currency(owner, shop, customer):
    abroad = open_store(shop.merchant, name="Tokyo", currency="JPY")
    terminal = add_terminal(abroad, name="Till")
    tokyo = factories.Shop(shop.merchant, abroad, terminal, token="", key="")
    factories.sell(shop, customer)
    factories.sell(tokyo, factories.open_customer(currency="JPY"))

    answer = close_by_hand(owner)

    page = owner.get(answer["Location"])
    assert answer["Location"] == "/dashboard/settlements/"
    assert {row.currency for row in page.context["settlements"]} == {"EUR", "JPY"}


def test_the_settlements_page_proves_the_balance(owner, shop, customer):
    sale = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, sale, amount_minor=300)
    factories.settle(shop)
    factories.sell(shop, customer, amount_minor=500)

    page = owner.get("/dashboard/settlements/")

    assert (page.context["balanced"].ok, page.context["balanced"].count) == (True, 2)
    assert [preview.closing_minor for preview in page.context["previews"]] == [497]
    assert [row.number for row in page.context["settlements"]] == [1]


def test_the_csv_is_downloaded_under_its_number(owner, shop, customer):
    factories.sell(shop, customer, amount_minor=1000)
    settlement = factories.settle(shop)

    answer = owner.get(f"/dashboard/settlements/{settlement.public_id}.csv")

    text = b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="settlement-0001-EUR.csv"'
    assert [row[0] for row in csv.reader(text.splitlines())][-1] == "end"


def test_lines_come_a_page_at_a_time(owner, shop, customer, monkeypatch):
    monkeypatch.setattr(views, "_LINES_ON_SCREEN", 2)
    for _ in range(3):
        factories.sell(shop, customer, amount_minor=1)
    settlement = factories.settle(shop)
    address = f"/dashboard/settlements/{settlement.public_id}/"

    first = owner.get(address)
    second = owner.get(address, {"after": first.context["next_cursor"]})

    lines = [*first.context["lines"], *second.context["lines"]]
    assert (len(first.context["lines"]), second.context["next_cursor"]) == (2, None)
    assert len({line.pk for line in lines}) == 3
    assert "2 of 3 lines are on this page." in first.content.decode()
    # Whoever turns pages looks for a line: nothing is added up again.
    assert ["By till" in page.content.decode() for page in (first, second)] == [True, False]
    assert f'href="{address}print/"' in first.content.decode()


@pytest.mark.parametrize("page", ["/dashboard/settlements/", "/dashboard/settlements/{}/"])
@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "9" * 5000, "\x00", "٣"])
def test_a_cursor_that_is_none_is_no_page(owner, shop, customer, page, after):
    factories.sell(shop, customer)
    address = page.format(encode_reference("se", factories.settle(shop).id))

    assert owner.get(address, {"after": after}).status_code == 404


def test_signing_out_ends_the_session(owner):
    answer = owner.post("/dashboard/sign-out/")

    assert answer["Location"] == "/dashboard/sign-in/"
    assert owner.get("/dashboard/").status_code == 302


@pytest.mark.parametrize("page", CHANGES)
def test_changes_need_the_csrf_token(shop, addresses, page):
    person = factories.hire_person(shop, role=Role.OWNER)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person.user)

    with nothing_changes():
        answer = strict.post(page.format(**addresses))

    assert answer.status_code == 403


def test_staff_are_asked_for_mail_and_password(db):
    page = Client().get("/dashboard/sign-in/", {"next": "/dashboard/tills/"})

    assert (page.status_code, page.context["error"]) == (200, "")
    assert page.context["next"] == "/dashboard/tills/"
