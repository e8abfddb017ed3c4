"""An installation made as docs/operations.md says, by its own statements and commands."""

import os
import re
import subprocess
import sys

import psycopg
import pytest

from servers.embedded import run_servers
from servers.programs import ROOT

PAGE = (ROOT / "docs/operations.md").read_text()
CREATE, HAND_OVER = (
    block.replace("tessera", "lanterna")
    for block in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
)
[MIGRATE] = re.findall(r"^    (DATABASE_URL=\"\$OWNER_DATABASE_URL\" .*)$", PAGE, re.MULTILINE)
COUNT = "SELECT count(*) FROM ledger_transfer"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


class Installation:
    """A database of its own with roles of its own, and the operator's shell."""

    def __init__(self, servers):
        self.servers = servers
        self.application, self.owner = (
            f"postgresql://{role}@/lanterna?host={servers.postgres_socket}"
            for role in ("lanterna", "lanterna_owner")
        )

    def ask_as_superuser(self, statements, *, database):
        url = self.servers.superuser_url(database)
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements.split(";\n"):
                connection.execute(statement)

    def count_transfers(self):
        with psycopg.connect(self.application) as connection:
            return connection.execute(COUNT).fetchone()

    def run(self, command):
        command = command.replace(".venv/bin/python", sys.executable)
        environment = os.environ | {
            "DATABASE_URL": self.application,
            "OWNER_DATABASE_URL": self.owner,
            "APPLICATION_ROLE": "lanterna",
        }
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    with run_servers(tmp_path_factory.mktemp("operations")) as servers:
        installation = Installation(servers)
        installation.ask_as_superuser(CREATE, database="postgres")
        migrated = installation.run(MIGRATE)
        assert migrated.returncode == 0, migrated.stderr
        yield installation


def test_the_application_works_with_the_rights_it_is_granted(installation):
    assert installation.count_transfers() == (0,)
    assert installation.run(".venv/bin/python manage.py check_books").returncode == 0


def test_the_application_cannot_migrate(installation):
    refused = installation.run(".venv/bin/python manage.py migrate relay zero")

    assert refused.returncode != 0
    assert "must be owner of" in refused.stderr


def test_tables_of_the_application_are_handed_over_first(installation):
    installation.ask_as_superuser(
        "REASSIGN OWNED BY lanterna_owner TO lanterna;\n"
        "GRANT CONNECT ON DATABASE lanterna TO PUBLIC",
        database="lanterna",
    )

    refused = installation.run(MIGRATE)
    installation.ask_as_superuser(HAND_OVER, database="lanterna")
    granted = installation.run(MIGRATE)

    assert refused.returncode != 0
    assert "belongs to lanterna, and lanterna has all" in refused.stderr
    assert granted.returncode == 0, granted.stderr
    assert installation.count_transfers() == (0,)
