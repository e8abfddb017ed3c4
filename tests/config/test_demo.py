"""The demo finds a port, refuses clearly, and forgets on request."""

import ipaddress
import socket

import pytest

from config import demo
from config.state import StateFolder


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "_FOLDER", tmp_path / "demo")
    monkeypatch.setattr(demo, "_FACTS", tmp_path / "demo.json")
    return tmp_path / "demo"


def test_a_wanted_port_is_used():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert demo.choose_port("127.0.0.1", wanted=str(port)) == port


def test_a_wanted_port_that_is_taken_is_refused(taken):
    with pytest.raises(demo.DemoRefused, match=f"Port {taken} is taken"):
        demo.choose_port("127.0.0.1", wanted=str(taken))


def test_without_a_wish_the_next_free_port_is_taken_and_said(taken, monkeypatch, capsys):
    monkeypatch.setattr(demo, "_PORT", taken)

    port = demo.choose_port("127.0.0.1", wanted="")

    assert port > taken
    assert f"so this demo uses {port}" in capsys.readouterr().out


@pytest.mark.parametrize("wanted", ["x", "0", "65536", "-1"])
def test_what_is_not_a_port_is_refused(wanted):
    with pytest.raises(demo.DemoRefused, match="is not a port"):
        demo.choose_port("127.0.0.1", wanted=wanted)


def test_an_address_that_is_not_ours_is_refused():
    with pytest.raises(demo.DemoRefused, match=r"Cannot serve on 203\.0\.113\.1"):
        demo.choose_port("203.0.113.1", wanted="9000")


def test_the_local_network_address_is_one():
    ipaddress.IPv4Address(demo.find_lan_address())


def test_a_running_demo_is_not_started_twice(folder):
    state = StateFolder(folder)
    state.hold()

    with pytest.raises(demo.DemoRefused, match="running already"):
        demo.run_demo()
    state.release()


def test_a_running_demo_is_not_reset(folder):
    state = StateFolder(folder)
    state.hold()

    with pytest.raises(demo.DemoRefused, match="running already"):
        demo.reset_demo()
    assert folder.exists()
    state.release()


def test_reset_forgets_everything(folder, capsys):
    folder.mkdir()
    (folder / "secrets.json").write_text("{}")

    demo.reset_demo()

    assert not folder.exists()
    assert "gone" in capsys.readouterr().out
