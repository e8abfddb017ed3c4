"""A child reads pictures, and nothing that it does takes time or memory from others."""

import io
import json
import os
import resource
import signal
import threading

import pytest
from PIL import Image

from qr import picture_reader
from qr.errors import Kind, PayloadInvalid
from qr.picture_reader import PictureReader, serve
from qr.scanning import Seen, Symbology
from tests.qr.test_scanning import LINK, PAYMENT_CODE, open_code, paint_bars, save
from tests.qr.test_split_codes import TRANSFER, paint, split


@pytest.fixture
def reader():
    reading = PictureReader()
    yield reading
    reading.stop()


def child_of(reader):
    return reader._child.pid


def test_texts_and_parts_come_through(reader):
    assert reader.read(save(open_code(LINK))) == Seen([LINK])
    (part,) = reader.read(paint(split(TRANSFER)[0])).parts
    assert (part.number, part.total) == (1, 2)


def test_only_what_is_looked_for_is_read(reader):
    bars = save(paint_bars(PAYMENT_CODE))

    assert reader.read(bars).texts == [PAYMENT_CODE]
    assert reader.read(bars, symbologies=[Symbology.QR]).texts == []


def test_refusals_come_through_and_the_child_stays(reader):
    with pytest.raises(PayloadInvalid, match="whole JPEG") as refusal:
        reader.read(b"GIF89a")
    child = child_of(reader)

    assert refusal.value.kind is Kind.STRUCTURE
    assert reader.read(save(open_code(LINK))).texts == [LINK]
    assert child_of(reader) == child


# The second one is more than a pipe holds: the child ends while it is being sent.
@pytest.mark.parametrize("size", [0, 200_000])
def test_a_picture_that_takes_too_long_is_refused_and_the_next_one_read(reader, size):
    reader.read(save(open_code(LINK)))
    child = child_of(reader)
    os.kill(child, signal.SIGSTOP)
    # What the kernel sends when the limit is reached; it comes while the picture is being read.
    os.kill(child, signal.SIGXCPU)
    threading.Timer(0.2, os.kill, (child, signal.SIGCONT)).start()

    with pytest.raises(PayloadInvalid, match="2 seconds of processor time") as refusal:
        reader.read(save(open_code(LINK)) + bytes(size))

    assert refusal.value.kind is Kind.LENGTH
    assert reader.read(save(open_code(LINK))).texts == [LINK]
    assert child_of(reader) != child


@pytest.mark.slow
def test_a_picture_that_takes_too_much_memory_is_refused_and_the_next_one_read():
    reader = PictureReader(memory_max=120 * 2**20)
    large = Image.new("RGBA", (4000, 3900), "white")

    with pytest.raises(PayloadInvalid, match="memory") as refusal:
        reader.read(save(large, "PNG"))

    assert refusal.value.kind is Kind.LENGTH
    assert reader.read(save(open_code(LINK))).texts == [LINK]
    reader.stop()


def test_the_child_gives_way_and_has_its_limits(reader):
    reader.read(save(Image.new("L", (10, 10)), "PNG"))
    child = child_of(reader)

    _, memory = resource.prlimit(child, resource.RLIMIT_AS)
    processor, _ = resource.prlimit(child, resource.RLIMIT_CPU)
    assert os.getpriority(os.PRIO_PROCESS, child) >= 10
    assert memory == picture_reader.MEMORY_MAX
    assert 3 <= processor <= 10


@pytest.fixture
def _own_limit(monkeypatch):
    """Restore this process's limit of processor time after the test."""
    # Here, unlike in a child, all that the tests before have left is swept up meanwhile.
    monkeypatch.setattr(picture_reader, "PROCESSOR_S", 60)
    before = resource.getrlimit(resource.RLIMIT_CPU)
    yield
    resource.setrlimit(resource.RLIMIT_CPU, before)


def ask(picture, *names):
    head = {"size": len(picture), "symbologies": names}
    return json.dumps(head).encode() + b"\n" + picture


@pytest.mark.usefixtures("_own_limit")
def test_the_child_answers_each_picture_with_a_line():
    part = paint(split(TRANSFER)[0])
    asked = ask(save(open_code(LINK)), "QR") + ask(b"GIF89a", "QR") + ask(part, "QR")
    answers = io.BytesIO()

    serve(io.BytesIO(asked), answers)

    whole, refused, half = map(json.loads, answers.getvalue().splitlines())
    assert whole == {"texts": [LINK], "parts": []}
    assert refused == {"kind": "structure", "rule": refused["rule"]}
    assert "whole JPEG" in refused["rule"]
    assert (half["texts"], [each[:2] for each in half["parts"]]) == ([], [[1, 2]])


def test_the_child_ends_with_its_reader():
    reader = PictureReader()
    reader.read(save(open_code(LINK)))
    child = reader._child
    assert child is not None
    del reader

    assert child.wait(timeout=10) != 0
