"""The wallet's page of limits: what is used, and the way to more by an operator's decision."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from banking.models import Expectation, Order
from console.models import AuditEntry
from ledger.queries import read_available, read_balance
from relay.letters import send_due_letters
from tests import factories
from tests.banking import bank
from tests.clocks import date_back
from tests.flows.steps import make_operator, open_console, open_wallet, sign_id
from tests.flows.test_redemptions import TYPED as REDEMPTION
from tests.flows.test_top_ups import announce, arrive
from tests.tiers import allow
from wallet.forms_identity import IdentityForm
from wallet.identity_requests import erase_facts
from wallet.models import IdentityRequest, Tier, Wallet
from wallet.tasks import erase_identity_facts

pytestmark = pytest.mark.django_db
PAGE, QUEUE = "/wallet/limits/", "/console/identities/"
TYPED = {
    "legal_name": "Wei  Li",
    "born_on": "1990-04-05",
    "street": "Quay Street",
    "building_number": "3",
    "postcode": "D02 X285",
    "town": "Dublin",
    "country": "IE",
    "document_kind": "passport",
    "document_tail": "7k4",
}
ENDED = {"street": "", "town": "", "country": "", "legal_name": "", "born_on": None}


@pytest.fixture
def customer(db):
    return factories.open_customer(tier=Tier.START)


@pytest.fixture
def pages(customer):
    return open_wallet(customer)


@pytest.fixture
def operator(db):
    return open_console(make_operator())


@pytest.fixture
def wish(pages):
    assert ask(pages).status_code == 302
    return IdentityRequest.objects.get()


def ask(pages, *, number=1, **typed):
    return pages.post(PAGE, TYPED | {"made_id": sign_id(IdentityForm, number)} | typed)


def read(browser, address=PAGE):
    return " ".join(browser.get(address).content.decode().split())


def read_tier():
    return Wallet.objects.get().tier


def test_page_shows_each_limit_and_how_much_is_used(pages, customer, shop):
    factories.sell(shop, customer, amount_minor=5000)

    page = read(pages)

    assert "Start" in page
    assert "<bdi>€50.00</bdi> of <bdi>€1,000.00</bdi>" in page
    assert "<bdi>€50.00</bdi> of <bdi>€500.00</bdi>" in page
    assert "<bdi>€450.00</bdi> left" in page
    assert 'high="90" value="10"' in page
    # The next tier's, in the form.
    assert "Paid in 24 hours </span> <b><bdi>€5,000.00</bdi></b>" in page
    assert 'href="/wallet/limits/"' in read(pages, "/wallet/")


def test_a_wallet_without_limits_says_so(pages, customer):
    Wallet.objects.update(tier=Tier.CHECKED)
    allow()

    page = read(pages)

    assert "This wallet has no limits." in page
    assert "Ask for higher limits" not in page


def test_a_wish_waits_and_is_sent_once(pages, wish):
    again = ask(pages)
    other = ask(pages, number=2)
    changed = ask(pages, legal_name="Somebody Else")

    assert again.status_code == 302
    assert (other.status_code, changed.status_code) == (409, 409)
    assert "You have asked already" in other.content.decode()
    row = IdentityRequest.objects.get()
    assert (row.tier, row.status) == ("known", "waiting")
    assert (row.legal_name, row.document_tail) == ("Wei Li", "7K4")
    page = read(pages)
    assert "you get a letter about the decision" in page
    assert "Ask for higher limits" not in page
    # Whoever holds the phone reads none of it.
    assert "Quay Street" not in page
    assert read_tier() == Tier.START


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("legal_name", " ", "Type your name as the document has it"),
        ("born_on", "", "Type your date of birth."),
        ("born_on", "yesterday", "Type your date of birth."),
        ("born_on", "2999-01-01", "a day in the past"),
        ("born_on", "1899-12-31", "a day in the past"),
        ("document_kind", "library", "Choose the document."),
        ("document_tail", "12", "Type the last 3 or 4 signs"),
        ("document_tail", "C01X00T47", "Type the last 3 or 4 signs"),
        ("document_tail", "7-4", "Type the last 3 or 4 signs"),
        ("postcode", "", "Type the postcode"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(pages, field, typed, said):
    answer = ask(pages, **{field: typed})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not IdentityRequest.objects.exists()


def test_an_operator_raises_all_limits_and_the_customer_is_told(pages, wish, operator):
    assert "1 customer wants higher limits." in read(operator, "/console/")
    assert "Li Wei" in read(operator, QUEUE)
    page = read(operator, f"{QUEUE}{wish.public_id}/")
    for fact in ("Wei Li", "5 Apr 1990", "Quay Street 3", "Passport", "…7K4"):
        assert fact in page

    for _ in range(2):
        operator.post(f"{QUEUE}{wish.public_id}/grant/")

    assert read_tier() == Tier.KNOWN
    [entry] = AuditEntry.objects.all()
    assert (entry.deed, entry.subject) == ("identity.granted", wish.pk)
    assert entry.before == {"status": "waiting"}
    assert (entry.after["tier"], entry.after["person"]) == ("known", "Li Wei")
    assert "7K4" not in str(entry.after)
    send_due_letters()
    [letter] = mail.outbox
    assert letter.subject == "Your limits were raised"
    page = read(pages)
    assert "Granted" in page
    assert "<bdi>€0.00</bdi> of <bdi>€5,000.00</bdi>" in page
    assert "customer wants" not in read(operator, "/console/")
    assert "Limits raised" in read(operator, "/console/log/")


def test_a_reason_is_given_and_the_customer_may_ask_again(pages, wish, operator):
    address = f"{QUEUE}{wish.public_id}/decline/"
    assert operator.post(address, {"reason": " "}).status_code == 422
    operator.post(address, {"reason": "The name is another one."})

    assert read_tier() == Tier.START
    assert "The name is another one." in read(pages)
    send_due_letters()
    assert "The name is another one." in mail.outbox[0].body
    assert ask(pages, number=2).status_code == 302
    assert IdentityRequest.objects.count() == 2


def test_withdrawn_it_is_decided_no_more(pages, wish, operator):
    for _ in range(2):
        pages.post(f"{PAGE}withdraw/")

    answer = operator.post(f"{QUEUE}{wish.public_id}/grant/")

    assert answer.status_code == 409
    assert "decided or withdrawn meanwhile" in answer.content.decode()
    assert read_tier() == Tier.START
    assert "Withdrawn" in read(pages)
    assert not AuditEntry.objects.exists()
    send_due_letters()
    assert mail.outbox == []


@pytest.mark.parametrize("way", ["grant", "decline"])
def test_nobody_decides_about_their_own_wallet(pages, wish, customer, way):
    own = open_console(make_operator("wei@operator.test", name="WEI LI"))

    answer = own.post(f"{QUEUE}{wish.public_id}/{way}/", {"reason": "Because."})

    assert answer.status_code == 409
    assert "Another operator has to decide." in answer.content.decode()
    assert read_tier() == Tier.START
    assert IdentityRequest.objects.get().status == "waiting"


def test_the_highest_tier_asks_the_operator_whether_they_saw_the_document(pages, operator):
    Wallet.objects.update(tier=Tier.KNOWN)
    ask(pages)
    wish = IdentityRequest.objects.get()
    address = f"{QUEUE}{wish.public_id}/grant/"
    assert "Show them the document you named" in read(pages)

    unseen = operator.post(address)
    assert (unseen.status_code, read_tier()) == (422, Tier.KNOWN)
    assert "Look at the document first" in unseen.content.decode()

    operator.post(address, {"seen": "on"})
    assert read_tier() == Tier.CHECKED
    assert "Nothing more can be raised." in read(pages)
    assert ask(pages, number=2).status_code == 409


def test_a_granted_wish_s_facts_are_typed_once(pages, wish, operator):
    operator.post(f"{QUEUE}{wish.public_id}/grant/")

    page = read(pages)

    assert 'value="Quay Street"' in page
    assert 'value="1990-04-05"' in page
    assert "7K4" not in page


def test_a_wish_of_before_lowers_nobody(wish, operator):
    Wallet.objects.update(tier=Tier.CHECKED)

    operator.post(f"{QUEUE}{wish.public_id}/grant/")

    assert read_tier() == Tier.CHECKED


@pytest.mark.parametrize(
    ("end", "left"),
    [
        ("grant", {"street": "Quay Street", "town": "Dublin"}),
        ("decline", ENDED),
        ("withdraw", ENDED),
    ],
)
def test_an_ended_wish_is_erased_after_a_while(pages, wish, operator, settings, end, left):
    if end == "withdraw":
        pages.post(f"{PAGE}withdraw/")
    else:
        operator.post(f"{QUEUE}{wish.public_id}/{end}/", {"reason": "Because."})
    days = settings.IDENTITY_KEPT_DAYS
    mine = IdentityRequest.objects.filter(pk=wish.pk)

    mine.update(ended_at=Now() - timedelta(days=days) + timedelta(minutes=1))
    erase_facts()
    assert mine.get().document_tail == "7K4"

    mine.update(ended_at=Now() - timedelta(days=days))
    for _ in range(2):
        erase_identity_facts()
    row = mine.get()
    assert (row.document_kind, row.document_tail) == ("", "")
    assert {name: getattr(row, name) for name in left} == left
    assert row.erased_at is not None
    assert "Erased" in read(operator, f"{QUEUE}{wish.public_id}/")


def test_a_waiting_wish_is_never_erased(wish, settings):
    settings.IDENTITY_KEPT_DAYS = 0

    erase_facts()

    assert IdentityRequest.objects.get().document_tail == "7K4"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "granted"},
        {"status": "declined", "reason": "No."},
        {"status": "withdrawn"},
    ],
)
def test_no_wish_ends_without_its_time_and_its_decider(wish, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityRequest.objects.filter(pk=wish.pk).update(**change)


def test_unknown_wishes_are_not_found(operator):
    for reference in ("ir_" + "0" * 26, "x"):
        assert operator.get(f"{QUEUE}{reference}/").status_code == 404


def test_a_top_up_that_would_pass_the_limit_is_refused_beforehand(pages):
    bank.find_account()

    refused = announce(pages, "900.01")

    assert refused.status_code == 422
    assert "Your wallet may hold €1,000.00, so at most €900.00 can" in refused.content.decode()
    assert announce(pages, "900.00").status_code == 302


def test_money_that_came_all_the_same_is_told_of(pages, customer):
    bank.find_account()
    address = announce(pages, "900.00")["Location"]
    [expected] = Expectation.objects.all()

    arrive(expected.reference, "900.01")

    page = read(pages, address)
    assert "€900.01 arrived, but is more than your wallet may hold." in page
    assert read_balance(customer.wallet.account_id) == 10_000


def test_only_so_much_goes_to_the_bank_a_day(pages, customer):
    allow(Tier.START, redeemed_day=5000)

    assert redeem(pages, "40,00").status_code == 302
    refused = redeem(pages, "10,01")
    assert refused.status_code == 422
    assert "€50.00 at most go to a bank account, and €10.00 of it" in refused.content.decode()
    assert read_available(customer.wallet.account_id) == 6000
    assert redeem(pages, "10,00").status_code == 302

    # What was canceled never left, and what left long ago counts no more.
    first, second = Order.objects.order_by("id")
    pages.post(f"/wallet/redeem/{first.public_id}/cancel/")
    assert redeem(pages, "40,00").status_code == 302
    assert redeem(pages, "0,01").status_code == 422
    long_ago = timezone.now() - timedelta(days=1, minutes=1)
    date_back(Order.objects.filter(pk=second.pk), created_at=long_ago)
    assert redeem(pages, "10,00").status_code == 302


def redeem(pages, amount):
    return pages.post("/wallet/redeem/", REDEMPTION | {"amount": amount})
