"""The SQL functions in the database are those of the files, and `migrate` makes them so."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

from foundation.sql_functions import (
    SqlFunction,
    install_functions,
    list_functions,
    list_installed,
)
from ledger.results import Result
from tests.owners import as_owner
from wallet.payments import Outcome

pytestmark = pytest.mark.django_db
NAME = "ledger_read_available"
ENUMS = {"ledger_result": Result, "wallet_outcome": Outcome}
FUNCTIONS = list_functions()
# Whatever PostgreSQL knows of a function: arguments, result, rights, settings, body, triggers.
_KNOWN = """
    SELECT pg_get_functiondef(p.oid) FROM pg_proc p
     WHERE pronamespace = 'public'::regnamespace
     UNION ALL
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT tgisinternal
     ORDER BY 1
"""
_CODES = """
    SELECT t.typname, e.enumlabel FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
     ORDER BY e.enumsortorder
"""


def read_known():
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN)
        return [known for (known,) in cursor.fetchall()]


def install(functions):
    with as_owner():
        return install_functions(functions)


def write_function(folder, text, *, name="read_available"):
    path = Path(folder) / f"{name}.sql"
    path.write_text(text)
    return SqlFunction(f"ledger_{name}", path)


@pytest.fixture
def balance():
    """The file of a function that is easy to change."""
    [found] = [function for function in FUNCTIONS if function.name == NAME]
    return found


def without(functions, *left_out):
    return [function for function in functions if function not in left_out]


def test_each_file_holds_the_one_function_of_its_name():
    created = re.compile(r"^CREATE OR REPLACE FUNCTION (\w+)\(", re.MULTILINE)

    assert len(FUNCTIONS) > 20
    assert not [f.path for f in FUNCTIONS if created.findall(f.text) != [f.name]]
    assert not [f.path for f in FUNCTIONS if f.text.count("$$") != 2]
    assert not [f.path for f in FUNCTIONS if not f.text.startswith("-- ")]


def test_the_database_has_the_functions_of_the_files_and_no_others():
    filed = {(function.name, function.body) for function in FUNCTIONS}

    assert {(found.name, found.body) for found in list_installed()} == filed


def test_what_stands_before_the_body_is_in_force_too():
    before = read_known()

    with as_owner() as cursor:
        for function in FUNCTIONS:
            cursor.execute(function.text)

    assert read_known() == before


def test_a_second_run_changes_nothing():
    assert install(FUNCTIONS) == []


def test_a_space_in_a_file_is_installed(balance, tmp_path):
    changed = write_function(tmp_path, balance.text.replace("SELECT", "SELECT "))

    assert install([*without(FUNCTIONS, balance), changed]) == [f"{NAME} installed"]
    [found] = [each for each in list_installed() if each.name == NAME]
    assert found.body == changed.body


def test_a_function_changed_by_hand_is_as_its_file_again(balance):
    before = read_known()
    with as_owner() as cursor:
        cursor.execute(balance.text.replace("SELECT", "SELECT 7 *"))

    assert install(FUNCTIONS) == [f"{NAME} installed"]
    assert read_known() == before


def test_other_arguments_stand_beside_the_old_ones_until_those_have_retired(balance, tmp_path):
    more = write_function(
        tmp_path, balance.text.replace("account uuid", "account uuid, hint text DEFAULT ''")
    )
    retired = balance

    assert install([*FUNCTIONS, more]) == [f"{NAME} installed"]
    assert install([*FUNCTIONS, more]) == []
    assert install([*without(FUNCTIONS, retired), more]) == [f"{NAME}(uuid) dropped"]


def test_a_function_whose_file_has_gone_is_dropped(balance):
    before = read_known()

    assert install(without(FUNCTIONS, balance)) == [f"{NAME}(uuid) dropped"]
    assert len(read_known()) == len(before) - 1


def test_a_file_with_a_mistake_is_refused_and_installs_nothing(balance, tmp_path):
    wrong = write_function(tmp_path, balance.text.replace("ledger_account", "ledger_acount"))
    before = read_known()

    with pytest.raises(ProgrammingError, match="ledger_acount"):
        install([*without(FUNCTIONS, balance), wrong])

    assert read_known() == before


def test_nothing_is_migrated_where_the_application_s_role_is_missing(settings):
    settings.APPLICATION_ROLE = "nobody_made_it"

    with pytest.raises(CommandError, match="There is no role nobody_made_it"):
        call_command("migrate")


def test_python_knows_the_same_outcomes_as_the_database():
    with connection.cursor() as cursor:
        cursor.execute(_CODES)
        codes = cursor.fetchall()

    assert {name for name, _ in codes} == set(ENUMS)
    for name, known in ENUMS.items():
        assert [code for named, code in codes if named == name] == list(known)
