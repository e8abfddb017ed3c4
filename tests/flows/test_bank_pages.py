"""The console's pages of money in: accounts, statements, breaks, safeguarding."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from banking import booking, breaks, imports
from banking.expectations import expect
from banking.models import BankAccount, BankFile, Break, CsvMapping, Order, Statement
from console.models import AuditEntry
from ledger.queries import read_balance
from merchants.models import Organisation
from tests.banking import bank
from tests.banking.samples import Camt, Ntry, Tx
from tests.flows.steps import make_operator, open_console
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
ADDRESS = {
    "holder": "Tessera Geld GmbH",
    "street": "Am Kai",
    "building_number": "1",
    "postcode": "50667",
    "town": "Köln",
    "country": "DE",
}
SECOND_IBAN = "DE02120300000000202051"


def open_as(name):
    return open_console(make_operator(f"{name.split()[0].lower()}@operator.test", name=name))


@pytest.fixture
def aoife(db):
    return open_as("Aoife Kelly")


@pytest.fixture
def brian(db):
    return open_as("Brian Walsh")


@pytest.fixture
def account(db):
    return bank.find_account()


def upload(browser, content, *, name="statement.xml", **facts):
    file = SimpleUploadedFile(name, content)
    return browser.post("/console/statements/", {"file": file} | facts)


def sweep():
    imports.read_waiting_files()
    booking.book_entries()


def state(*entries):
    total = 1000 + sum(float(each.amount) for each in entries)
    return Camt(closing=f"{total:.2f}", entries=tuple(map(str, entries))).write()


@pytest.fixture
def row(aoife, account):
    tx = Tx(name="Ana Silva", iban="IE29AIBK93115212345678", text="lunch")
    upload(aoife, state(Ntry("10.00", bank="1", txs=(tx,))))
    sweep()
    return Break.objects.get()


def read(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def list_deeds():
    return list(AuditEntry.objects.order_by("id").values_list("deed", flat=True))


def test_an_uploaded_statement_waits_is_read_and_shown(aoife, account):
    assert upload(aoife, state(Ntry("10.00", bank="1"))).status_code == 302
    assert "Read within seconds" in read(aoife, "/console/statements/")

    sweep()

    text = read(aoife, "/console/statements/")
    assert "Read within seconds" not in text
    assert "€1,010.00" in text
    assert list_deeds() == ["bank_file.uploaded"]
    statement = Break.objects.get().entry.statement
    assert "€10.00" in read(aoife, f"/console/statements/{statement.public_id}/")


def test_a_file_that_was_read_before_says_so(aoife, account):
    content = state(Ntry("10.00", bank="1"))
    said = "This file was read before."
    first = upload(aoife, content)
    assert said not in read(aoife, first["Location"])
    sweep()

    again = upload(aoife, content)

    assert said in read(aoife, again["Location"])
    assert Break.objects.count() == 1


def test_the_first_page_tells_of_money_of_nobody(aoife, row):
    page = read(aoife, "/console/")
    assert "1 amount moved at the bank, and nobody knows for whom." in page
    assert "Nothing waits." not in page

    aoife.post(f"/console/breaks/{row.public_id}/keep/", {"note": "asked the bank"})

    assert "Nothing waits." in read(aoife, "/console/")


def test_a_new_account_is_the_organisation_s_own_as_a_rule(aoife):
    assert 'value="" selected' in read(aoife, "/console/accounts/new/")
    with as_owner():
        Organisation.objects.create(
            legal_name="Tessera Geld GmbH",
            legal_form="company",
            licence="limited_network",
            street="Am Kai",
            town="Köln",
            country="DE",
            currency="EUR",
            time_zone="Europe/Berlin",
        )

    page = read(aoife, "/console/accounts/new/")

    assert 'value="Tessera Geld GmbH"' in page
    assert 'value="DE" selected' in page


def test_a_refused_file_says_why(aoife, account):
    upload(aoife, state(Ntry("10.00"))[:-30], name="monday.xml")
    sweep()

    text = read(aoife, "/console/statements/")
    assert "Nothing was booked" in text
    assert "monday.xml, line" in text


@pytest.mark.parametrize("content", [b"", b"x" * (12 * 2**20 + 1)], ids=["empty", "large"])
def test_what_no_page_takes_is_refused_at_once(aoife, content):
    assert upload(aoife, content).status_code == 422
    assert not BankFile.objects.exists()


def test_a_csv_is_read_by_its_mapping(aoife, account):
    page = f"/console/accounts/{account.public_id}/csv/"
    facts = {"name": "House bank", "delimiter": ";", "encoding": "utf-8-sig"}
    facts |= {"decimal_mark": ",", "date_order": "dmy", "booked_on": "Tag"}
    assert aoife.post(page, facts).status_code == 422
    assert aoife.post(page, facts | {"amount": "Betrag"}).status_code == 302
    assert aoife.post(page, facts | {"amount": "Betrag"}).status_code == 422

    mapping = CsvMapping.objects.get()
    upload(aoife, b"Tag;Betrag\n27.11.2026;5,00\n", name="x.csv", mapping=mapping.pk)
    sweep()

    assert Break.objects.get().amount_minor == 500


def test_pages_of_entries_follow_each_other(aoife, account):
    upload(aoife, state(*[Ntry("1.00", bank=str(n)) for n in range(60)]))
    sweep()
    page = f"/console/statements/{Statement.objects.get().public_id}/"

    first = aoife.get(page)
    second = aoife.get(page, {"after": first.context["next_cursor"]})

    assert (len(first.context["entries"]), len(second.context["entries"])) == (50, 10)
    assert len(aoife.get("/console/breaks/").context["rows"]) == 50
    assert aoife.get(page, {"after": "x"}).status_code == 404
    assert aoife.get("/console/breaks/", {"after": "x"}).status_code == 404
    assert aoife.get("/console/statements/", {"after": "x"}).status_code == 404


def test_a_break_is_credited_to_whom_an_operator_names(aoife, row, customer):
    before = read_balance(customer.wallet.account_id)
    page = f"/console/breaks/{row.public_id}/"
    assert "Ana Silva" in read(aoife, page)

    facts = {"address": customer.wallet.user.email, "note": "She called"}
    assert aoife.post(f"{page}credit/", facts).status_code == 302
    breaks.carry_out_decisions()

    assert read_balance(customer.wallet.account_id) == before + 1000
    assert list_deeds()[-1] == "break.credit"
    entry = AuditEntry.objects.order_by("id").last()
    assert entry
    assert entry.after["to"] == customer.wallet.user.name
    assert "Aoife Kelly" in read(aoife, "/console/breaks/?status=decided")
    assert "Every amount is where it belongs" in read(aoife, "/console/breaks/")
    assert "Credited to" in read(aoife, page)


def test_a_suggestion_is_taken_by_one_tap(aoife, row, customer):
    page = f"/console/breaks/{row.public_id}/"
    assert aoife.post(f"{page}credit/", {"suggested": "1"}).status_code == 404
    with as_owner():
        Break.objects.update(suggested_account=customer.wallet.account_id)

    assert "Perhaps it belongs to" in read(aoife, page)
    assert aoife.post(f"{page}credit/", {"suggested": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.credit_account_id == customer.wallet.account_id


def test_nobody_credits_their_own_wallet(row, customer, nothing_moved):
    user = customer.wallet.user
    # Another account of the same person, who is an operator.
    browser = open_as(user.name)

    answer = browser.post(f"/console/breaks/{row.public_id}/credit/", {"address": user.email})
    breaks.carry_out_decisions()

    assert answer.status_code == 409
    assert "your own" in answer.content.decode()
    row.refresh_from_db()
    assert row.decision == ""
    assert nothing_moved()


def test_a_break_goes_back_to_its_sender(aoife, row):
    page = f"/console/breaks/{row.public_id}/"
    assert 'value="IE29AIBK93115212345678"' in read(aoife, page)

    facts = {"name": "Ana Silva", "iban": "IE29 AIBK 9311 5212 3456 78"}
    assert aoife.post(f"{page}return/", facts | {"iban": "IE29"}).status_code == 422
    assert aoife.post(f"{page}return/", facts).status_code == 302
    assert aoife.post(f"{page}return/", facts).status_code == 409

    assert Order.objects.get().creditor_iban == "IE29AIBK93115212345678"
    assert list_deeds()[-1] == "break.send_back"


def test_a_break_is_split_kept_and_borne(aoife, row, account):
    page = f"/console/breaks/{row.public_id}/"
    for refused in ("10.00", "0", "x"):
        answer = aoife.post(f"{page}split/", {"amount": refused})
        assert answer.status_code == 422
        assert f'value="{refused}"' in answer.content.decode()
    assert aoife.post(f"{page}split/", {"amount": "4.00"}).status_code == 302
    parts = Break.objects.filter(split_from=row)
    assert sorted(part.amount_minor for part in parts) == [400, 600]

    kept = f"/console/breaks/{parts[0].public_id}/"
    assert aoife.post(f"{kept}keep/", {"note": ""}).status_code == 422
    assert aoife.post(f"{kept}keep/", {"note": "asked the bank"}).status_code == 302
    assert "asked the bank" in read(aoife, kept)
    assert aoife.post(f"{kept}bear/", {}).status_code == 409
    assert list_deeds()[-2:] == ["break.split", "break.keep"]


def test_what_went_out_is_borne(aoife, account):
    entry = str(Ntry("3.00", sign="DBIT", code="CHRG"))
    upload(aoife, Camt(closing="997.00", entries=(entry,)).write())
    sweep()
    page = f"/console/breaks/{Break.objects.get().public_id}/"

    assert "A charge of the bank" in read(aoife, page)
    assert aoife.post(f"{page}credit/", {"address": "x@y.test"}).status_code == 422
    assert aoife.post(f"{page}bear/", {"note": "monthly"}).status_code == 302


def test_another_account_takes_two_people(aoife, brian, account):
    facts = ADDRESS | {"iban": SECOND_IBAN, "currency": "EUR"}
    page = aoife.post("/console/accounts/new/", facts)["Location"]
    second = BankAccount.objects.get(iban=SECOND_IBAN)
    assert not second.is_in_use
    # Found by the IBAN.
    assert second.bic == "BYLADEM1001"

    assert "another operator decides" in read(aoife, page)
    assert f"{page}use/" in read(brian, page)
    assert aoife.post(f"{page}use/").status_code == 409
    assert BankAccount.objects.get(is_in_use=True) == account
    assert brian.post(f"{page}use/").status_code == 302

    assert BankAccount.objects.get(is_in_use=True) == second
    assert list_deeds() == ["bank_account.added", "bank_account.used"]


def test_the_first_account_is_in_use_at_once(aoife):
    facts = ADDRESS | {"iban": SECOND_IBAN, "currency": "EUR"}
    assert aoife.post("/console/accounts/new/", facts | {"iban": "DE00"}).status_code == 422

    assert aoife.post("/console/accounts/new/", facts).status_code == 302

    assert BankAccount.objects.get().is_in_use
    assert aoife.post("/console/accounts/new/", facts).status_code == 422


def test_an_address_is_changed_and_logged(aoife, account):
    page = f"/console/accounts/{account.public_id}/"
    assert account.holder in read(aoife, page)
    assert aoife.post(page, ADDRESS | {"town": ""}).status_code == 422

    assert aoife.post(page, ADDRESS | {"town": "Bonn"}).status_code == 302

    account.refresh_from_db()
    assert account.town == "Bonn"
    entry = AuditEntry.objects.get()
    assert (entry.before["town"], entry.after["town"]) == ("Köln", "Bonn")


def test_safeguarding_is_checked_now_and_kept(aoife, account):
    assert "Not checked yet" in read(aoife, "/console/safeguarding/")
    upload(aoife, Camt(opening="0.00", closing="0.00").write())
    sweep()

    assert aoife.post("/console/safeguarding/").status_code == 302
    assert "It holds, to the cent" in read(aoife, "/console/safeguarding/")

    later = Camt(opening="5.00", closing="5.00", day="2026-11-28")
    upload(aoife, later.write())
    sweep()
    aoife.post("/console/safeguarding/")
    text = read(aoife, "/console/safeguarding/")
    assert "It does not hold" in text
    assert "A statement is missing" in text


@pytest.mark.parametrize("page", ["accounts", "statements", "breaks"])
def test_what_is_no_reference_is_not_there(aoife, page):
    assert aoife.get(f"/console/{page}/bk_x/").status_code == 404


def test_empty_pages_say_what_comes(aoife):
    assert "Every amount is where it belongs" in read(aoife, "/console/breaks/")
    assert "No statement has been read" in read(aoife, "/console/statements/")
    assert "no bank account" in read(aoife, "/console/safeguarding/")
    assert "cannot top up" in read(aoife, "/console/accounts/")


def test_a_reversed_top_up_s_break_names_the_wallet_and_the_entry(aoife, account, customer):
    expected = expect(
        uuid.uuid4(),
        credit_account_id=customer.wallet.account_id,
        currency="EUR",
        amount_minor=1000,
    )
    tx = Tx(amount="10.00", reference=expected.reference)
    back = Ntry("10.00", sign="DBIT", bank="T2", reversal="true", txs=(tx,))
    both = (str(Ntry("10.00", bank="T1", txs=(tx,))), str(back))
    upload(aoife, Camt(entries=both).write())
    sweep()

    shown = read(aoife, f"/console/breaks/{Break.objects.get().public_id}/")

    assert "Takes back the top-up of" in shown
    assert customer.wallet.user.name in shown
    assert "T1" in shown
