"""The translations are whole, keep each sentence's facts, and have each form of a plural."""

import re

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import ngettext, override, to_locale

from config.catalogues import (
    LOCALE,
    compile_catalogues,
    is_translated,
    key_of,
    list_catalogues,
    list_spoken,
    update_catalogue,
)
from config.messages import DOMAINS, collect_texts
from config.words import write_words
from identity.errors import PinWrong

LANGUAGES = [to_locale(code) for code, _name in settings.LANGUAGES if code != "en"]
FACT = re.compile(r"%\(\w+\)s|%%|</?[a-z]+[^>]*>")
# In Arabic "one" and "two" of something are words without a number.
NUMBER_IN_WORDS = {"ar": (0, 1, 2)}
EXCLAMATION = re.compile("[!\N{INVERTED EXCLAMATION MARK}\N{FULLWIDTH EXCLAMATION MARK}]")


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogues(request):
    """A language's catalogues, by domain."""
    return request.param, {domain: read(request.param, domain) for domain in DOMAINS}


@pytest.fixture(scope="module")
def texts():
    return {domain: collect_texts(domain) for domain in DOMAINS}


def read(language, domain):
    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def test_what_customers_and_cashiers_read_is_translated(catalogues, texts):
    language, have = catalogues
    missing = {}
    for domain in DOMAINS:
        for message in list_spoken(texts[domain]).values():
            known = have[domain].get(message.id, message.context)
            if known is None or not is_translated(known.string):
                missing[key_of(message)[0]] = message.locations[0][0]

    assert missing == {}, (
        f"Texts of the till, the wallet or receipts are not translated into {language}: "
        f"run `make messages`, and fill in the empty msgstr in locale/{language}/LC_MESSAGES."
    )


def test_each_translation_keeps_the_facts_and_is_calm(catalogues):
    language, have = catalogues
    wrong = [
        (message.id, form)
        for catalogue in have.values()
        for message in catalogue
        if message.id and is_translated(message.string)
        for place, form in list_forms(message)
        if not keeps_facts(message, place, form, language) or EXCLAMATION.search(form)
    ]

    assert wrong == []


def list_forms(message):
    forms = [message.string] if isinstance(message.string, str) else message.string
    return list(enumerate(forms))


def keeps_facts(message, place, form, language):
    original = message.id if isinstance(message.id, str) else message.id[1]
    wanted, kept = set(FACT.findall(original)), set(FACT.findall(form))
    in_words = not isinstance(message.id, str) and place in NUMBER_IN_WORDS.get(language, ())
    return kept == wanted or (in_words and kept < wanted and len(wanted - kept) == 1)


def test_each_plural_has_all_forms_of_its_language(catalogues):
    _language, have = catalogues
    plurals = [
        (message, catalogue.num_plurals)
        for catalogue in have.values()
        for message in catalogue
        if isinstance(message.id, tuple)
    ]

    assert plurals
    assert [one.id for one, count in plurals if len(one.string) != count] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Die PIN stimmt nicht. Noch 2 Versuche."),
        (
            "fr",
            "Le code PIN n\N{RIGHT SINGLE QUOTATION MARK}est pas correct. 2 essais restants.",
        ),
        ("es", "El PIN no es correcto. Quedan 2 intentos."),
        ("ar", "الرقم السري غير صحيح. بقيت محاولتان."),
        ("zh-hans", "PIN 码不正确。还可尝试 2 次。"),
    ],
)
def test_a_refusal_is_said_in_each_language(language, said):
    with override(language):
        assert str(PinWrong(2)) == said


@pytest.mark.parametrize(("count", "form"), [(2, 2), (5, 3), (11, 5), (99, 5), (100, 4)])
def test_arabic_takes_the_form_that_babel_counts(count, form):
    catalogue = read("ar", "django")
    text = ("%(count)s item", "%(count)s items")

    with override("ar"):
        said = ngettext(*text, count)
    assert said == catalogue.get(text).string[form]


def test_scripts_have_their_words_in_each_language():
    for code, _name in settings.LANGUAGES:
        script = write_words(code).script.decode()
        assert ("Kassieren" in script) == (code == "de")


def test_an_update_keeps_translations_and_asks_for_new_texts(tmp_path, texts):
    path = tmp_path / "de" / "LC_MESSAGES" / "djangojs.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Charge"\nmsgstr "Kassieren"\n\nmsgid "Of old"\nmsgstr "Von früher"\n'
    )

    left = update_catalogue(path, texts["djangojs"])
    once = path.read_bytes()
    again = update_catalogue(path, texts["djangojs"])

    assert left == again == len(list_spoken(texts["djangojs"])) - 1
    assert path.read_bytes() == once
    assert 'msgstr "Kassieren"' in once.decode()
    assert '#~ msgstr "Von früher"' in once.decode()
    assert list_catalogues(tmp_path) == [path]
    assert compile_catalogues(tmp_path) == [path]
    assert compile_catalogues(tmp_path) == []
