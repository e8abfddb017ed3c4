"""The fuzzer finds what it is there to find, and the collected payloads break nothing."""

import importlib.util
import signal
import sys
from itertools import islice
from time import thread_time

import pytest

from qr import cpm
from qr.dialect import Dialect, Draft
from qr.errors import PayloadInvalid
from qr.payment import Account, PaymentRequest
from qr.registry import DIALECTS
from tests.fuzz import fuzz_qr, mutation, slowness
from tests.fuzz.targets import (
    NAMES,
    Finding,
    check_input,
    is_slow_here,
    make_input,
    make_seeds,
    make_tokens,
)
from tests.qr.payloads import VECTORS


class Broken(Dialect):
    """A format that is right until it meets a word that names a fault."""

    name = "broken"
    title = "Broken"

    def recognize(self, text):
        return text.startswith("!")

    def parse(self, text):
        if text == "raise":
            raise KeyError(text)
        if text == "refuse":
            raise PayloadInvalid(text)
        if text == "wait":
            start = thread_time()
            while thread_time() < start + 0.02:
                pass
        return Draft({"text": text}, {"text": text})

    def serialize(self, fields, layout):  # noqa: ARG002  there is one layout
        return "lost" if fields["text"] == "lose" else fields["text"]

    def to_request(self, draft):
        text = draft.values["text"]
        accounts = (Account("broken", text),)
        return None if text == "nothing" else PaymentRequest(scheme="broken", accounts=accounts)

    def to_fields(self, request):
        text = request.accounts[0].value
        if text == "mute":
            raise PayloadInvalid(text)
        return {"text": "changed" if text == "change" else text}


@pytest.fixture
def broken(monkeypatch):
    """Put a format with faults in the place of one of ours."""
    monkeypatch.setitem(DIALECTS, NAMES[0], Broken())


def try_text(text):
    check_input(make_input(NAMES[0], text), is_slow=is_slow_here)


@pytest.mark.parametrize("data", [b"", *make_seeds()])
def test_real_payloads_break_nothing(data):
    check_input(data, is_slow=is_slow_here)


@pytest.mark.parametrize("text", ["fine", "refuse", "nothing", "\ud800", "000201fine"])
@pytest.mark.usefixtures("broken")
def test_what_keeps_every_promise_passes(text):
    try_text(text)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("raise", KeyError),
        ("lose", Finding),
        ("mute", Finding),
        ("change", Finding),
        ("wait", Finding),
    ],
)
@pytest.mark.usefixtures("broken")
def test_each_broken_promise_is_found(text, finding):
    with pytest.raises(finding):
        try_text(text)


@pytest.mark.usefixtures("broken")
def test_a_slowness_that_is_not_confirmed_is_none():
    check_input(make_input(NAMES[0], "wait"), is_slow=lambda _: False)


def test_another_consumer_code_is_found(monkeypatch):
    codes = [vector for vector in VECTORS if vector["format"] == "emv_cpm" and vector["valid"]]
    one, other = (vector["payload"] for vector in codes[:2])
    monkeypatch.setattr(cpm, "encode", lambda _: other)

    with pytest.raises(Finding, match="consumer code"):
        check_input(make_input("pix", one), is_slow=is_slow_here)


def test_formats_name_their_parameters_and_schemes():
    assert {b"&mam=", b"&tok=", b"br.gov.bcb.pix", b"05"} <= set(make_tokens())


def test_the_same_seed_gives_the_same_inputs():
    first, again, other = (list(islice(mutation.make_inputs(seed), 300)) for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert first[: len(list(make_seeds()))] == list(make_seeds())


def test_nothing_found_is_a_success(tmp_path, capsys):
    assert fuzz_qr.main(["--mutate", "--seconds", "0", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "1 inputs in at most 0 s, without coverage, seed 0\n"
    assert list(tmp_path.iterdir()) == []


def test_what_was_found_is_kept_and_can_be_tried_again(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(DIALECTS, NAMES[0], Broken())
    monkeypatch.setattr(mutation, "make_inputs", lambda _: [make_input(NAMES[0], "lose")])

    assert fuzz_qr.main(["--mutate", "--folder", str(tmp_path)]) == 1

    [kept] = tmp_path.iterdir()
    assert f"kept as {kept}" in capsys.readouterr().out
    with pytest.raises(Finding):
        fuzz_qr.main([str(kept)])
    monkeypatch.undo()
    assert fuzz_qr.main([str(kept)]) == 0


@pytest.mark.parametrize(("text", "status"), [("fine", 0), ("wait", slowness.SLOW)])
@pytest.mark.usefixtures("broken")
def test_a_kept_input_can_be_measured(tmp_path, text, status):
    kept = tmp_path / "kept"
    kept.write_bytes(make_input(NAMES[0], text))

    assert slowness.main([str(kept)]) == status


def test_a_quick_input_is_not_slow_elsewhere():
    assert not slowness.is_slow_elsewhere(make_input(NAMES[0], "fine"))


@pytest.mark.parametrize(
    ("status", "slow"),
    [
        (0, False),
        (1, False),
        (-signal.SIGKILL, False),
        (slowness.SLOW, True),
        (-signal.SIGXCPU, True),
    ],
)
def test_only_what_was_measured_or_never_ends_is_slow(status, slow):
    assert slowness.says_slow(status) is slow


# What stands for libFuzzer: it ends as planned, and keeps an input when it timed out.
PLAYER = """
import sys
from pathlib import Path
folder = Path(sys.argv[1])
status, *later = (folder / "plan").read_text().split()
(folder / "plan").write_text(" ".join(later))
if status == "70":
    (folder / "timeout-1").write_bytes(bytes([0]) + b"fine")
sys.exit(int(status))
"""


@pytest.mark.parametrize(
    ("plan", "status", "left"),
    [("0 77", 0, "77"), ("77 0", 1, "0"), ("70 0", 0, ""), ("70 77", 1, "")],
)
def test_what_timed_out_and_is_not_slow_was_no_finding(tmp_path, plan, status, left):
    (tmp_path / "plan").write_text(plan)
    command = [sys.executable, "-c", PLAYER, str(tmp_path)]

    assert fuzz_qr.run_guided(command, 60, folder=tmp_path) == status
    assert (tmp_path / "plan").read_text() == left
    assert not (tmp_path / "timeout-1").exists()


def test_no_time_finds_nothing(tmp_path):
    assert fuzz_qr.run_guided([sys.executable, "-c", PLAYER], 0, folder=tmp_path) == 0


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="Atheris has no wheel for this machine"
)
def test_coverage_guides_for_a_second(tmp_path):
    assert fuzz_qr.main(["--seconds", "1", "--folder", str(tmp_path)]) == 0
    assert len(list((tmp_path / "corpus").iterdir())) >= len(set(make_seeds()))
