"""Whatever people read waits for translation, and pages leave nothing untranslated."""

import html
import json
import re
from html.parser import HTMLParser

import pytest
from babel.messages.mofile import write_mo
from django.template.loader import render_to_string
from django.test import Client
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS_ABBR
from django.utils.translation import override

from config.messages import DOMAINS, collect_texts
from config.way_back import find_place
from config.words import write_words
from identity.errors import PinWrong
from merchants.models import Role
from pos.errors import ChargeNotPayable
from pos.tasks import issue_missing_receipts
from pos.terminals import offer_pairing
from qr.links import encode_token
from tests import factories
from wallet.authentication import WALLET_COOKIE
from wallet.scan_results import describe_foreign

# Esperanto stands for a language: Django knows it, and nobody has translated us to it.
LANGUAGE = "eo"
LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPOKEN = str.maketrans(LATIN, "åƀçđéƒĝĥîĵķľɱñöþɋŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĽṀÑÖÞɊŔŠŢÛṼŴẊÝŽ")
# Names in a sentence, marks and signs of HTML stay as they are.
VERBATIM = re.compile(r"(%\(\w+\)s|<[^>]*>|&\w+;|%[a-z%])")
WORD = re.compile(r"[A-Za-z]{2,}")


def pretend(text):
    pieces = VERBATIM.split(text)
    return "".join(
        piece if place % 2 else piece.translate(SPOKEN) for place, piece in enumerate(pieces)
    )


@pytest.fixture(scope="module")
def translations(tmp_path_factory):
    """A folder with a language in which every letter of every text has an accent."""
    top = tmp_path_factory.mktemp("locale")
    folder = top / LANGUAGE / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for domain in DOMAINS:
        catalog = collect_texts(domain)
        catalog.locale = LANGUAGE
        for message in list(catalog):
            if isinstance(message.id, tuple):
                message.string = tuple(pretend(text) for text in message.id)
            elif message.id:
                message.string = pretend(message.id)
        with (folder / f"{domain}.mo").open("wb") as file:
            write_mo(file, catalog)
    return top


@pytest.fixture
def esperanto(translations, settings):
    """Offer the language beside English."""
    settings.LOCALE_PATHS = [translations]
    settings.LANGUAGES = [("en", "English"), (LANGUAGE, "Esperanto")]
    settings.STAFF_LANGUAGES = ["en", LANGUAGE]
    write_words.cache_clear()


class Reader(HTMLParser):
    """Reads what a page says: its texts, and the attributes that people hear or see."""

    SAID = {"alt", "aria-label", "data-label", "data-sure", "placeholder", "title"}
    SILENT = {"script", "style", "code"}
    # A name, or a moment that Django writes in words of its own.
    DATA = {"bdi", "time"}

    def __init__(self):
        super().__init__()
        self.said, self._open = [], []

    def handle_starttag(self, tag, attrs):
        self._open.append(tag)
        self.said += [text for name, text in attrs if name in self.SAID and text]

    def handle_endtag(self, tag):
        # What HTML leaves open ends with what it stands in.
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if not (self.SILENT | self.DATA) & set(self._open):
            self.said.append(data)


def find_english(page, *, names):
    """Name the words of a page that no translator was asked for; codes and names are none."""
    reader = Reader()
    reader.feed(page)
    text = html.unescape(" ".join(reader.said))
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b", " ", text)
    codes = r"\S*[\d_@/]\S*|\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|\b[A-Z]{3}\b"
    return WORD.findall(re.sub(codes, " ", text))


@pytest.fixture
def names(shop, customer):
    shown = [customer.wallet.user.name, shop.store.name, shop.merchant.name, shop.terminal.name]
    with override(LANGUAGE):
        months = {str(name) for name in [*MONTHS.values(), *MONTHS_3.values()]}
        months |= {str(name) for name in WEEKDAYS_ABBR.values()}
        months |= {name.title() for name in months}
    return {*shown, *months, "Tessera"}


def read(answer, names):
    page = answer.content.decode()
    assert 'lang="eo" dir="ltr"' in page
    return find_english(page, names=names)


def ask_in_esperanto():
    return Client(SERVER_NAME="pay.test", headers={"Accept-Language": LANGUAGE})


@pytest.mark.django_db
def test_the_dashboard_says_nothing_untranslated(esperanto, shop, customer, names):
    sale = factories.sell(shop, customer)
    factories.refund(shop, sale, amount_minor=100)
    settlement = factories.settle(shop)
    owner = factories.hire_person(shop, role=Role.OWNER)
    browser = ask_in_esperanto()
    signing_in = browser.get("/dashboard/sign-in/")
    browser.force_login(owner.user)
    pages = [
        "",
        "tills/",
        "stores/",
        "payments/",
        f"payments/{sale.public_id}/",
        "settlements/",
    ]
    pages += [f"settlements/{settlement.public_id}/", "settlements/close/", "nothing/"]
    pages += [f"settlements/{settlement.public_id}/print/"]
    left = {"sign-in/": read(signing_in, names)}
    for page in pages:
        answer = browser.get(f"/dashboard/{page}")
        left[page] = read(answer, names | {owner.name, sale.check_word})

    assert left == {page: [] for page in left}


@pytest.mark.django_db
def test_the_till_says_nothing_untranslated(esperanto, shop, customer, names):
    sale, cashier = factories.sell(shop, customer), factories.hire_person(shop)
    names |= {cashier.name, sale.check_word}
    browser, left = ask_in_esperanto(), {}
    wrong, right = {"code": "ZZZZZZ"}, {"code": offer_pairing(shop.terminal)}
    left["pair"] = read(browser.get("/till/pair/"), names)
    left["not paired"] = read(browser.post("/till/pair/", wrong), names)
    browser.post("/till/pair/", right)
    wrong, right = (
        {"cashier": str(cashier.id), "pin": pin} for pin in ("000000", factories.PIN)
    )
    left["unlock"] = read(browser.get("/till/unlock/"), names)
    left["not unlocked"] = read(browser.post("/till/unlock/", wrong), names)
    browser.post("/till/unlock/", right)
    receipt = sale.receipt_url.partition("pay.test")[2]
    issue_missing_receipts()
    for page in ("/till/", "/till/activity/", receipt, f"{receipt}slip/"):
        left[page] = read(browser.get(page, follow=True), names)

    assert left == {page: [] for page in left}


@pytest.mark.django_db
def test_the_wallet_says_nothing_untranslated(esperanto, shop, customer, names):
    paid, open_sale = factories.sell(shop, customer), factories.make_charge(shop)
    names |= {paid.check_word, open_sale.check_word}
    browser = ask_in_esperanto()
    link = f"/p/{encode_token(open_sale.token).lower()}"
    left = {"sign-in": read(browser.get("/wallet/", follow=True), names)}
    browser.cookies[WALLET_COOKIE] = customer.token
    for page in ("/", "/wallet/", "/wallet/scan/", "/wallet/code/", "/wallet/my-code/", link):
        left[page] = read(browser.get(page, follow=True), names)
    typed = browser.post("/wallet/code/", {"code": "https://example.org/"})
    left["typed"] = read(typed, names | {"example.org"})

    assert left == {page: [] for page in left}


@pytest.mark.django_db
def test_the_api_refuses_in_the_language_it_is_asked_in(esperanto, shop):
    address = "/api/v1/charges/ch_00000000000000000000000000"
    headers = {"Authorization": f"Bearer {shop.token}"}
    asked = [
        Client().get(address, headers=headers | more)
        for more in ({"Accept-Language": LANGUAGE}, {})
    ]

    assert [answer.json()["code"] for answer in asked] == ["not_found"] * 2
    said = [answer.json()["detail"] for answer in asked]
    assert said == [pretend("There is no such charge."), "There is no such charge."]


def test_refusals_are_spoken_when_they_are_made(esperanto):
    with override(LANGUAGE):
        said = [str(PinWrong(1)), str(PinWrong(2)), str(ChargeNotPayable("expired"))]
        result = describe_foreign("https://example.org/")

    sentences = ["The PIN is not right. 1 try left.", "The PIN is not right. 2 tries left."]
    sentences += ["This charge cannot be paid: it is expired. Nothing was taken."]
    assert said == [pretend(sentence) for sentence in sentences]
    assert find_english(result.detail, names={"example.org"}) == []


@pytest.mark.django_db
def test_scripts_get_their_words_by_an_address_that_names_the_language(esperanto):
    address = f"/words/{LANGUAGE}.{write_words(LANGUAGE).version}.js"
    answer = Client().get(address)

    catalogue = re.search(r"newcatalog = ({.*?});", answer.content.decode(), re.DOTALL)
    assert catalogue is not None
    assert json.loads(catalogue[1])["No connection"] == pretend("No connection")
    assert "immutable" in answer["Cache-Control"]
    older = Client().get(f"/words/{LANGUAGE}.0.js")
    assert (older.content, older["Cache-Control"]) == (answer.content, "no-cache")
    assert Client().get(address.replace(LANGUAGE, "de")).status_code == 404
    assert f'src="{address}"' in ask_in_esperanto().get("/").content.decode()
    assert "/words/" not in Client().get("/").content.decode()


@pytest.mark.django_db
def test_mail_and_files_say_nothing_untranslated(esperanto, shop, customer, names, mailoutbox):
    owner = factories.hire_person(shop, role=Role.OWNER)
    sale = factories.sell(shop, customer)
    settlement = factories.settle(shop)
    with override(LANGUAGE):
        issue_missing_receipts()
    browser = ask_in_esperanto()
    browser.force_login(owner.user)
    address = f"/dashboard/settlements/{settlement.public_id}.csv?layout=point"
    file = browser.get(address).getvalue().decode()
    (mail,) = mailoutbox
    known = names | {shop.store.street, "pay.test", "http", "SHA", "END", "UTC", "ST", "Europe"}

    assert find_english(f"{mail.subject} {mail.body}", names=known) == []
    assert find_english(mail.alternatives[0][0], names=known) == []
    assert find_english(file, names=known) == []
    assert sale.receipt_url in mail.body


@pytest.mark.parametrize("status", ["400", "403", "404", "405", "500", "503"])
def test_error_pages_say_nothing_untranslated(esperanto, status):
    with override(LANGUAGE):
        page = render_to_string(f"{status}.html", {"place": find_place("/till/")})

    assert find_english(page, names={"Tessera"}) == []
