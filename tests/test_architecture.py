"""What the import checker cannot see: the line of packages holds for rows, tasks and words."""

import ast
import functools
import importlib
import inspect
import re
import tomllib

import pytest
from django.apps import apps
from django.conf import settings

from config.celery import app
from foundation.refusals import list_problems
from servers.programs import ROOT

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
LAYERS = [layer.split(" | ") for layer in CONFIG["contracts"][0]["layers"]]
HEIGHT = {package: -height for height, layer in enumerate(LAYERS) for package in layer}
OURS = [model for model in apps.get_models() if model._meta.app_label in HEIGHT]
SOURCES = sorted(path for package in HEIGHT for path in (ROOT / package).rglob("*.py"))
SIZED = [
    # Django writes an application's first migration, and nobody reads it.
    *[path for path in SOURCES if path.name != "0001_initial.py"],
    *sorted((ROOT / "tests").rglob("*.py")),
    *sorted((ROOT / "bench").rglob("*.py")),
    *sorted((ROOT / "static").rglob("*.js")),
    *sorted((ROOT / "static").rglob("*.css")),
    *sorted((ROOT / "templates").rglob("*.html")),
]
WITH_REFUSALS = ["banking", "console", "identity", "ledger", "merchants", "pos", "wallet"]
# They are met on pages or by our own code, never by a client of the API.
NOT_IN_THE_API = {
    "DifferenceUnexplained",
    "DrawerRefused",
    "AccountDecided",
    "AccountNeedsAnother",
    "AccountUnknown",
    "AdjustmentAlready",
    "AdjustmentUnfit",
    "BreakDecided",
    "DecisionUnfit",
    "FileTooLarge",
    "StatementUnreadable",
    "TopUpTooLarge",
    "TopUpsTooMany",
    "AddressIncomplete",
    "AddressUnwritable",
    "FileDiffers",
    "JournalRefused",
    "LogoUnfit",
    "HoldDayUnfit",
    "HoldOver",
    "LeaseLost",
    "NewcomerConfirms",
    "OwnDownload",
    "OwnMoney",
    "FileUnwritable",
    "NothingToPayAgain",
    "NothingToSend",
    "OwnAccountChange",
    "OwnRun",
    "OwnWallet",
    "ReportRefused",
    "RunElsewhere",
    "AlreadySettled",
    "ArticleUnreadable",
    "BarcodeTaken",
    "CartGone",
    "CartTaken",
    "PercentUnreadable",
    "ApplicationDecided",
    "AskedAlready",
    "LiftDecided",
    "DecidedMeanwhile",
    "FeeRuleAlready",
    "FeeRuleTooSoon",
    "InvoiceRefused",
    "MonthNotOver",
    "NotFrozen",
    "OperatorAddressTaken",
    "OwnRequest",
    "OwnApplication",
    "SetUpClosed",
    "SetUpCodeOver",
    "SetUpCodeWrong",
    "TooManyInvitations",
    "TooManyLetters",
    "VatNumberUnreadable",
    "AmountUnreadable",
    "PlaceUnreadable",
    "AmountOverflows",
    "BatchTooLarge",
    "BooksBroken",
    "ChangeAlready",
    "ChangeOver",
    "LastOperator",
    "CodeNotSeen",
    "CodeWrong",
    "CodesTooMany",
    "DoorsCrowded",
    "VerificationOver",
    "CodeInParts",
    "CodesSeveral",
    "CutInFuture",
    "CurrencyNotOffered",
    "CurrencyUnknown",
    "DumpUnreadable",
    "HeadUnreadable",
    "ItemNameTaken",
    "TillInUse",
    "EntryDiffers",
    "HeadsDiffer",
    "HolderDiffers",
    "IdentityAsked",
    "IdentityDecided",
    "RedemptionLimitReached",
    "TopUpOverLimit",
    "IbanOutOfReach",
    "IbanRefused",
    "NameUnwritable",
    "OrderAlive",
    "OrderDiffers",
    "OrderElsewhere",
    "OrderOnItsWay",
    "FactorAlready",
    "FrozenByOperator",
    "FactorLocked",
    "FactorWrong",
    "PasskeyRefused",
    "InvitationOver",
    "NothingToSettle",
    "PairingRefused",
    "PinTooEasy",
    "LastOwner",
    "MemberAlready",
    "SignInLocked",
    "WalletAlready",
    "WalletMissing",
    "ExportsElsewhere",
    "ReportMailUnknown",
    "TooManyExports",
}
# Inside an application: what is higher may know what is lower. What is not named is a noun.
INSIDE = {"urls": 4}
INSIDE |= dict.fromkeys(["views", "api", "admin", "tasks", "management", "templatetags"], 3)
INSIDE |= dict.fromkeys(["queries", "errors", "fees", "payouts", "principals", "places"], 1)
INSIDE |= {"timetables": 1}
INSIDE |= dict.fromkeys(["models", "chart", "kinds", "periods", "transitions"], 0)
NOUN = 2
# They name what somebody else may do; "Return", "Yield" or the act itself says what is done.
VAGUE = re.compile(r"(Give|Tell|Let|Have)\b")
MONEY = re.compile(r"{% money (?:(?! as )[^%])*%}|{{ [\w.]+\|money }}")


def name_of(path):
    return str(path.relative_to(ROOT))


@functools.cache
def read_nodes(path):
    return tuple(ast.walk(ast.parse(path.read_text())))


@pytest.fixture(scope="module", autouse=True)
def _forget_nodes():
    """Keep a hundred megabytes of trees no longer than this file's tests use them."""
    yield
    read_nodes.cache_clear()


def read_imports(path):
    """Return every module a file imports, wherever in the file it does."""
    for node in read_nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def read_calls(path, name):
    for node in read_nodes(path):
        called = getattr(node, "func", None)
        if name in {getattr(called, "id", ""), getattr(called, "attr", "")}:
            yield node


def height_inside(module):
    # merchants/views_sign_in.py is a part of the views.
    whole = module.partition("_")[0]
    return INSIDE.get(module, INSIDE["views"] if whole in {"views", "api"} else NOUN)


def points_up(path, imported):
    package, *inside = path.relative_to(ROOT).with_suffix("").parts
    target, _, rest = imported.partition(".")
    if target not in HEIGHT:
        return False
    if target != package:
        return HEIGHT[target] >= HEIGHT[package]
    if package == "config" or inside[0] == "migrations":
        return False
    return height_inside(rest.partition(".")[0]) > height_inside(inside[0])


def list_functions(path):
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in read_nodes(path) if isinstance(node, kinds)]


def read_docstrings(path):
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in read_nodes(path):
        if isinstance(node, kinds):
            yield ast.get_docstring(node) or ""


def list_fields():
    return [field for model in OURS for field in model._meta.get_fields()]


def test_foreign_keys_point_down_and_leave_no_name_behind():
    for field in list_fields():
        if not (field.is_relation and field.concrete):
            continue
        target = field.related_model._meta.app_label
        here = field.model._meta.app_label
        if target in HEIGHT and target != here:
            assert HEIGHT[target] < HEIGHT[here], f"{field} points up"
            assert field.remote_field.hidden, f"{field} needs related_name='+'"


def test_no_column_has_a_fraction():
    for field in list_fields():
        if field.concrete:
            assert field.get_internal_type() != "FloatField", field
            # Sums may pass what an integer column holds; they have no fraction either.
            assert getattr(field, "decimal_places", 0) in (0, None), field


def test_imports_point_down_between_applications_and_inside_them():
    assert not [
        (name_of(path), imported)
        for path in SOURCES
        for imported in read_imports(path)
        if points_up(path, imported)
    ]


def test_amounts_never_become_floats():
    assert not [
        (name_of(path), call.lineno) for path in SOURCES for call in read_calls(path, "float")
    ]


def test_files_fit_on_a_few_screens():
    lines = {name_of(path): path.read_text().count("\n") for path in SIZED}

    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_functions_fit_on_a_screen_or_two():
    assert not [
        (name_of(path), node.name)
        for path in SIZED
        if path.suffix == ".py"
        for node in list_functions(path)
        if (node.end_lineno or 0) - node.lineno >= 60
    ]


def test_docstrings_begin_with_a_verb_that_says_what_is_done():
    assert not [
        (name_of(path), text.partition("\n")[0])
        for path in SIZED
        if path.suffix == ".py"
        for text in read_docstrings(path)
        if VAGUE.match(text)
    ]


def test_modules_are_named_for_what_they_are():
    names = {path.stem for path in SOURCES}

    assert not names & {"common", "core", "helpers", "misc", "services", "util", "utils"}


def test_every_queued_task_exists():
    app.loader.import_default_modules()

    named = {
        call.args[0].value
        for path in SOURCES
        for call in read_calls(path, "enqueue_on_commit")
        if isinstance(call.args[0], ast.Constant)
    }

    assert named
    assert named <= set(app.tasks)


def test_every_task_of_the_timetable_exists():
    app.loader.import_default_modules()

    timetable = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert timetable <= set(app.tasks)


def test_every_task_is_named_after_its_application():
    app.loader.import_default_modules()

    ours = {(name, task.__module__) for name, task in app.tasks.items() if "celery" not in name}

    assert ours
    assert all(name.partition(".")[0] == module.partition(".")[0] for name, module in ours)


def test_every_refusal_has_a_status_or_never_reaches_the_api():
    problems = list_problems()
    for package in WITH_REFUSALS:
        module = importlib.import_module(f"{package}.errors")
        for name, refusal in inspect.getmembers(module, inspect.isclass):
            if refusal.__module__ == module.__name__:
                assert (refusal in problems) != (name in NOT_IN_THE_API), name
                assert not name.endswith("Error"), name


def test_statuses_are_refusals_and_codes_agree_on_theirs():
    statuses: dict[str, int] = {}

    for told in list_problems().values():
        # Of what is the server's fault, no refusal tells but that somebody has to wait.
        assert 400 <= told.status < 500 or told.code == "busy"
        assert re.fullmatch(r"[a-z_]+", told.code)
        assert statuses.setdefault(told.code, told.status) == told.status, told.code


def test_money_on_pages_stands_by_itself():
    """In a sentence that runs from right to left its sign would go to the other end."""
    bare = []
    for path in sorted(
        path
        for place in ("banking", "merchants", "pos", "wallet")
        for path in (ROOT / "templates" / place).glob("*.html")
    ):
        text = path.read_text()
        for found in MONEY.finditer(text):
            before = text[: found.start()]
            is_in_a_tag = before.rpartition("<")[2].count(">") == 0
            is_isolated = before.count("<bdi") > before.count("</bdi>")
            if not is_in_a_tag and not is_isolated:
                bare.append(f"{path.name}: {found[0]}")
    assert bare == []
