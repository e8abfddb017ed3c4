"""Every sentence that people read goes through gettext, in Python and in scripts."""

import ast
import re
from uuid import uuid4

from babel.messages.jslexer import tokenize

from config.messages import collect_texts
from ledger.chart import EVENTS, NATURES
from ledger.errors import InsufficientFunds
from ledger.templatetags.books import WORDS
from servers.programs import ROOT
from tests.events import TEST_EVENTS

CALLS = {"gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy", "translate", "_"}
# The API's description is for programmers.
DESCRIBING = {"description", "doc", "help_text", "note"}
DESCRIBED = {"group", "holds"}
LOGGED = {"debug", "info", "warning", "error", "exception", "log"}
SENTENCE = re.compile(r"^\s*[A-Z][A-Za-z']*\b.* [a-z]|[a-z]\. [A-Z]", re.DOTALL)
SQL = re.compile(r"\s*(COPY|SELECT|FROM|LEFT|JOIN|INSERT|UPDATE|WITH|SET|CREATE|CASE|EXISTS)\b")
APPLICATIONS = ("banking", "console", "identity", "merchants", "pos", "wallet")
OF_OTHERS = [
    *("foundation/fields.py", "foundation/idempotency.py", "foundation/paging.py"),
    *("ledger/typed.py", "ledger/money.py", "config/error_pages.py", "api/problems.py"),
    *("api/outages.py", "config/way_back.py", "config/middleware.py"),
]
# For operators, who read them in the terminal or in the log, and for the API's description.
NOT_FOR_PEOPLE = {
    "The cut  has not come yet: the database's clock says . Nothing was settled.",
    "Send it as `after` to go on.",
    "A PIN has six digits.",
    "SHEET_FONTS:  is no font that can be read.",
    # Names that an accounting format has in its own language.
    *("EU-Land u. UStID (Bestimmung)", "EU-Land u. UStID (Ursprung)", "Abw. Skontokonto"),
    *("Abw. Versteuerungsart", "Datum Zuord. Steuerperiode", "Postensperre bis"),
    *("Créances sur l'opérateur", "Services bancaires", "Virements internes"),
}
WORDS_OF_SCRIPTS = re.compile(r"[A-Za-z]{2,}[,.:;…]? +[A-Za-z]{2,}|^ *[A-Z][a-z]")
# Names of keys, of headers and of browsers' errors; selectors and classes.
SIGNS_OF_SCRIPTS = {
    *(
        "Alt",
        "AltGraph",
        "ArrowLeft",
        "ArrowRight",
        "Backspace",
        "CapsLock",
        "Control",
        "Digit",
    ),
    *("Digit", "Enter", "Escape", "Meta", "Shift", "Tab"),
    # A reason that scripts give each other.
    "in sight",
    *("Accept-Language", "Content-Type", "Idempotency-Key", "NotSupportedError", "Retry-After"),
    *("#desk button", ".bar form", "button, summary, a", "input, textarea, select"),
    "input:not([type=radio], [type=checkbox]):read-write, textarea:read-write",
    *("chip wait", "note ok banner", "seal grey", "seal new", "sec small"),
    # Thrown and caught by scripts, and shown by none.
    "The server answered ${response.status}.",
}

# Our name, the beginning of a settlement's number, and a short code's form.
SIGNS_OF_TEMPLATES = {"Tessera", "ST", "XXXX"}


def find_unspoken(tree):
    """Return the sentences that are no argument of a translating call or of a log's."""
    passed_over: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed_over.add(node.value)
        elif isinstance(node, ast.Call) and (translates(node) or logs(node)):
            for argument in node.args:
                passed_over.update(ast.walk(argument))
        elif describes(node):
            passed_over.update(ast.walk(node))
        elif isinstance(node, ast.JoinedStr):
            passed_over.update(node.values)
    texts = [read_text(node) for node in ast.walk(tree) if node not in passed_over]
    return [text for text in texts if SENTENCE.search(text) and not SQL.match(text)]


def translates(call):
    return isinstance(call.func, ast.Name) and call.func.id in CALLS


def describes(node):
    if isinstance(node, ast.Assign):
        return {getattr(target, "id", "") for target in node.targets} <= DESCRIBED
    return isinstance(node, ast.keyword) and node.arg in DESCRIBING


def logs(call):
    return isinstance(call.func, ast.Attribute) and call.func.attr in LOGGED


def read_text(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(map(read_text, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def find_unspoken_in_script(source):
    """Return the texts of a script that are no argument of `gettext` or `ngettext`."""
    tokens = [each for each in tokenize(source) if not each.type.endswith("comment")]
    unspoken, depth, speaks_to = [], 0, 0
    for place, token in enumerate(tokens):
        if token.value == "(":
            depth += 1
            if tokens[place - 1].value in {"gettext", "ngettext"} and not speaks_to:
                speaks_to = depth
        elif token.value == ")":
            speaks_to = 0 if depth == speaks_to else speaks_to
            depth -= 1
        elif token.type in {"string", "template_string"} and not speaks_to:
            text = token.value[1:-1]
            words = re.sub(r"\$\{[^}]*\}", "", text)
            if WORDS_OF_SCRIPTS.search(words) and text not in SIGNS_OF_SCRIPTS:
                unspoken.append(text)
    return unspoken


def list_modules():
    for package in APPLICATIONS:
        yield from (ROOT / package).rglob("*.py")
    yield from (ROOT / name for name in OF_OTHERS)


def test_no_sentence_of_python_is_left_untranslated():
    found = {
        path.relative_to(ROOT).as_posix(): set(find_unspoken(ast.parse(path.read_text())))
        for path in list_modules()
        if not {"migrations", "management"} & set(path.parts)
    }

    left = {name: texts - NOT_FOR_PEOPLE for name, texts in found.items()}
    assert {name: texts for name, texts in left.items() if texts} == {}


def test_no_sentence_of_a_script_is_left_untranslated():
    left = {
        path.name: find_unspoken_in_script(path.read_text())
        for path in (ROOT / "static").rglob("*.js")
    }

    assert {name: texts for name, texts in left.items() if texts} == {}


def test_the_lints_see_what_they_are_for():
    python = """
say("There is no such charge.")
say(f"Only {left} is left.")
say(gettext("There is no such charge."))
logger.warning("Receipt %s was not mailed", number)
"""
    script = """
speak("polite", `Sale ends in ${seconds} seconds.`);
title.textContent = "Paid";
title.textContent = gettext("Paid %(amount)s", { amount: money("EUR and more") });
"""

    assert find_unspoken(ast.parse(python)) == ["There is no such charge.", "Only  is left."]
    said = ["Sale ends in ${seconds} seconds.", "Paid"]
    assert find_unspoken_in_script(script) == said


def test_a_translating_call_is_given_a_text_that_stands_there():
    computed = [
        f"{path.name}:{node.lineno}"
        for path in list_modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and translates(node)
        and node.args
        and not isinstance(node.args[0], ast.Constant)
    ]

    assert computed == []


def test_texts_are_found_in_python_templates_and_scripts():
    server, scripts = collect_texts("django"), collect_texts("djangojs")

    assert server["There is no such charge."].locations[0][0] == "pos/errors.py"
    assert server["Skip to content"].locations[0][0] == "templates/base.html"
    assert server["Type more than zero."].locations[0][0] == "ledger/typed.py"
    assert scripts["Type more than zero."].locations[0][0] == "static/js/amounts.js"
    plural = scripts["Sale ends in %(count)s second."].id
    assert plural == ("Sale ends in %(count)s second.", "Sale ends in %(count)s seconds.")


def test_every_kind_of_transfer_and_account_has_its_word():
    assert set(WORDS) == (set(EVENTS) - set(TEST_EVENTS)) | set(NATURES)


def test_what_the_ledger_says_without_django_is_translated_too():
    said = str(InsufficientFunds("insufficient_funds", uuid4()))

    assert collect_texts("django")[said].locations[0][0] == "api/problems.py"


def find_unspoken_in_template(source):
    """Return the words of a template that stand outside of its translating tags."""
    spoken = (
        r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{% block body_class.*?endblock"
        r"|{#.*?#}|<(script|style).*?</\1>"
    )
    said = re.sub(spoken, " ", source, flags=re.DOTALL)
    said = re.sub(r"{%.*?%}|{{.*?}}", "", said, flags=re.DOTALL)
    heard = r'(?:alt|aria-label|data-label|data-sure|placeholder|title)="([^"]*)"'
    texts = [re.sub(r"<[^>]*>", " ", said), *re.findall(heard, said)]
    return set(re.findall("[A-Za-z]{2,}", " ".join(texts))) - SIGNS_OF_TEMPLATES


def test_no_word_of_a_template_is_left_untranslated():
    templates = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    left = {path.name: find_unspoken_in_template(path.read_text()) for path in templates}

    assert {name: words for name, words in left.items() if words} == {}
    page = '<p title="Net">{% translate "Paid" %} twice</p>'
    assert find_unspoken_in_template(page) == {"Net", "twice"}
