"""The demo finds a port, refuses clearly, and forgets on request."""

import ipaddress
import socket

import pytest
from django.db import connection

from banking.models import BankAccount
from demo import people, run
from demo.customers import BANK
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.queries import sum_balance
from pos.desk import look_at_desk
from pos.models import Charge, Terminal
from servers.embedded import OWNER_ROLE
from servers.places import PlaceRefused, find_lan_address
from servers.state import StateFolder

EVERYWHERE = "0.0.0.0"  # noqa: S104  nothing is bound


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def place(tmp_path):
    return run.Place(tmp_path)


def test_a_wanted_port_is_used():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert run.choose_port("127.0.0.1", wanted=str(port)) == port


def test_a_wanted_port_that_is_taken_is_refused(taken):
    with pytest.raises(run.DemoRefused, match=f"Port {taken} is taken"):
        run.choose_port("127.0.0.1", wanted=str(taken))


def test_without_a_wish_the_next_free_port_is_taken_and_said(taken, monkeypatch, capsys):
    monkeypatch.setattr(run, "_PORT", taken)

    port = run.choose_port("127.0.0.1", wanted="")

    assert port > taken
    assert f"so this demo uses {port}" in capsys.readouterr().out


@pytest.mark.parametrize("wanted", ["x", "0", "65536", "-1"])
def test_what_is_not_a_port_is_refused(wanted):
    with pytest.raises(run.DemoRefused, match="is not a port"):
        run.choose_port("127.0.0.1", wanted=wanted)


def test_an_address_that_is_not_ours_is_refused():
    with pytest.raises(PlaceRefused, match=r"Cannot serve on 203\.0\.113\.1"):
        run.choose_port("203.0.113.1", wanted="9000")


@pytest.mark.parametrize("wanted", ["", "localhost", "127.0.0.1", "::1"])
def test_this_machine_alone_is_called_localhost(wanted):
    assert run.choose_hosts(wanted) == ("localhost", "localhost")


def test_everywhere_is_called_by_an_address_that_a_phone_can_open(monkeypatch):
    monkeypatch.setattr(run, "find_lan_address", lambda: "192.0.2.7")

    assert run.choose_hosts(EVERYWHERE) == (EVERYWHERE, "192.0.2.7")


def test_without_a_network_everywhere_is_here(monkeypatch):
    monkeypatch.setattr(run, "find_lan_address", lambda: "127.0.0.1")

    assert run.choose_hosts(EVERYWHERE) == (EVERYWHERE, "localhost")


def test_a_named_address_stays():
    assert run.choose_hosts("192.0.2.7") == ("192.0.2.7", "192.0.2.7")


def test_the_local_network_address_is_one():
    ipaddress.IPv4Address(find_lan_address())


def test_a_running_demo_is_not_started_twice(place):
    state = StateFolder(place.folder)
    state.hold()

    with pytest.raises(run.DemoRefused, match="running already"):
        run.run_demo(place)
    state.release()


def test_a_running_demo_is_not_reset(place):
    state = StateFolder(place.folder)
    state.hold()

    with pytest.raises(run.DemoRefused, match="running already"):
        run.reset_demo(place)
    assert place.folder.exists()
    state.release()


def test_reset_forgets_everything(place, capsys):
    place.folder.mkdir()
    (place.folder / "secrets.json").write_text("{}")

    run.reset_demo(place)

    assert not place.folder.exists()
    assert "gone" in capsys.readouterr().out


@pytest.mark.django_db
def test_tills_of_a_new_demo_report_no_payment_of_the_past(monkeypatch):
    monkeypatch.setattr(people, "_DAYS", 1)

    with connection.cursor() as cursor:
        # Until the test is undone: the owner alone dates sales back.
        cursor.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
    people.make_demo()

    assert Charge.objects.filter(status="captured").exists()
    assert [look_at_desk(till).paid for till in Terminal.objects.all()] == [[], [], []]
    # What the bank begins with is what the books say lies there.
    safeguard = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    assert sum_balance(safeguard) == BANK.opening_minor
    assert BankAccount.objects.get().iban == BANK.iban
