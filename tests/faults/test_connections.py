"""The web's connections to PostgreSQL: few, whatever comes, and they outlive a migration."""

import contextlib
import os
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests.faults.crew import Crew
from tests.faults.shop import ANSWER_MAX_S, ask_books, check_sales, wait_for
from tests.stack import SIZE

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(120, func_only=True)]

WEB_MOST = SIZE.web_workers * settings.CONNECTIONS_MAX
# The worker's, and beat's.
OTHERS_MOST = SIZE.task_processes + 1
BURSTS = 3
COUNT = b"""
    SELECT count(*), count(*) FILTER (WHERE wait_event_type = 'Lock') FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""


def count_threads(stack):
    """Count the threads of the web's processes, which come with requests and go when idle."""
    parent = int(stack.processes["web"].pid_path.read_text())
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    children = [int(pid) for path in tasks for pid in path.read_text().split()]
    return sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in children)


def count_connections(stack):
    return ask_books(stack, COUNT)[0]


@pytest.fixture(autouse=True)
def settled(stack):
    """Begin when what another test's hanging database left behind has gone."""

    def is_settled():
        return (
            count_connections(stack)[0] <= WEB_MOST + OTHERS_MOST
            and httpx.get(f"{stack.url}/readyz").status_code == httpx.codes.OK
        )

    wait_for(is_settled, within_s=90)


def burst(stack, shop):
    """Keep most connections of the web waiting at the same time, then let all of them go."""
    callers, over = 2 * WEB_MOST, threading.Event()
    with ThreadPoolExecutor(callers) as crowd:
        with psycopg.connect(stack.servers.superuser_url(stack.database)) as other:
            other.execute("LOCK TABLE pos_charge")
            asked = [crowd.submit(_keep_asking, shop, over) for _ in range(callers)]
            try:
                wait_for(lambda: count_connections(stack)[1] > WEB_MOST // 2, within_s=60)
            finally:
                over.set()
        answers = set().union(*(future.result() for future in asked))
    assert answers <= {httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE}
    assert httpx.codes.OK in answers


def _keep_asking(shop, over):
    """Ask again and again: a lock is waited for two seconds only.

    Who is refused at once asks a moment later, or the callers alone keep the processor busy.
    """
    answers = set()
    with shop.till.open() as client:
        while not over.wait(0.2):
            answers.add(client.get("charges?limit=1").status_code)
    return answers


def test_bursts_with_long_pauses_open_no_more_connections_than_there_are_threads(stack, shop):
    idle = wait_for(lambda: count_threads(stack), within_s=5)
    for _ in range(BURSTS):
        burst(stack, shop)
        assert count_connections(stack)[0] <= WEB_MOST + OTHERS_MOST
        # Each burst is answered by threads that the one before has not seen.
        busy = count_threads(stack)
        wait_for(partial(_have_ended, stack, busy), within_s=30)

    assert idle
    assert count_connections(stack)[0] <= WEB_MOST + OTHERS_MOST


def _have_ended(stack, busy):
    return count_threads(stack) <= busy - 2


TEXTS = b"""
    SELECT table_name, column_name, character_maximum_length FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'character varying'
       AND table_name ~ '^(pos|wallet|merchants|identity|relay|ledger)_'
     ORDER BY table_name, column_name
"""
WIDEN = sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE varchar({})")


def list_texts(stack):
    """List the columns of text with their lengths."""
    return ask_books(stack, TEXTS)


def change_types(stack, columns, *, by):
    """Do to every column of text what a migration does that allows longer ones."""
    with psycopg.connect(stack.servers.owner_url(stack.database), autocommit=True) as owner:
        for table, column, length in columns:
            names = sql.Identifier(table), sql.Identifier(column)
            # A trigger is about some columns: those stay as they are.
            with contextlib.suppress(psycopg.errors.FeatureNotSupported):
                change_type(owner, WIDEN.format(*names, sql.Literal(length + by)))


def change_type(owner, statement):
    """Change one, again where it would have kept the sales waiting for too long."""

    def try_it():
        try:
            owner.execute(statement)
        except psycopg.errors.LockNotAvailable:
            return False
        return True

    wait_for(try_it, within_s=30)


def test_a_migration_under_load_fails_no_request(stack, shop, demo):
    columns = list_texts(stack)
    with Crew(stack, demo) as crew:
        answers: list[httpx.Response] = []
        for api in (api for each in crew.shops for api in (each.till, each.phone)):
            api.answered.append(answers.append)
        # By then every statement of a sale is prepared on most connections.
        crew.wait_for_sales(60)
        change_types(stack, columns, by=60)
        crew.wait_for_sales(30)
        change_types(stack, columns, by=0)
        crew.wait_for_sales(30)
        crew.stop()
        check_sales(stack, crew.sales)

    assert [one.text for one in answers if one.is_error] == []
    assert len(answers) >= 3 * 120


def processes_of(stack, name):
    """List a program's own process and all of its children."""
    pids = [int(stack.processes[name].pid_path.read_text())]
    for pid in pids:
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        pids += [int(child) for path in tasks for child in path.read_text().split()]
    return pids


@contextlib.contextmanager
def hanging(stack, name):
    """Stop every process of a program as they stand, and let them go on afterwards."""
    pids = processes_of(stack, name)
    signal_all(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_all(pids, signal.SIGCONT)


def signal_all(pids, number):
    """Send them a signal; some of PostgreSQL's end by themselves meanwhile."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def test_a_database_that_hangs_is_answered_for_and_static_files_go_on(stack, shop):
    # Most connections are then still to be opened, to a server that does not answer.
    stack.stop("web")
    stack.start("web")
    page = httpx.get(f"{stack.url}/wallet/sign-in/", follow_redirects=True).text
    (sheet, *_) = re.findall(r'href="(/static/[^"]+[.]css)"', page)
    charge = shop.open_charge()
    confirmation, key = shop.scan(charge), "a database that hangs"
    with ThreadPoolExecutor(60) as crowd, hanging(stack, "postgres"):
        waiting = [crowd.submit(shop.till.get, f"charges/{charge['id']}") for _ in range(20)]
        waiting += [crowd.submit(ask, stack, "/readyz") for _ in range(20)]
        waiting += [crowd.submit(shop.phone.post, "wallet/payments", confirmation, key=key)]
        alive = [crowd.submit(ask, stack, "/livez") for _ in range(5)]
        assert ask(stack, sheet).is_success
        assert {one.result().status_code for one in alive} == {httpx.codes.OK}
        assert {one.result().status_code for one in waiting} == {503}
        # What hangs is known by now: nobody waits for it again.
        assert ask(stack, "/livez").is_success
        assert shop.till.get(f"charges/{charge['id']}").json()["code"] == "try_again"

    assert shop.confirm(confirmation, key=key)["charge"]["status"] == "captured"
    # Who gave up has closed what it waited for, so the database serves nobody who has gone.
    with ThreadPoolExecutor(4 * WEB_MOST) as crowd:
        list(crowd.map(shop.till.get, ["charges?limit=1"] * 8 * WEB_MOST))
    wait_for(lambda: count_connections(stack)[0] <= WEB_MOST + OTHERS_MOST, within_s=3)
    stack.manage("check_books")


def ask(stack, path):
    return httpx.get(f"{stack.url}{path}", timeout=ANSWER_MAX_S)
