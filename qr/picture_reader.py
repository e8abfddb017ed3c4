"""Reads pictures in a child process: one that takes too much ends only the child.

A small file can keep a decoder busy for minutes, or fill the memory, whatever is checked
before. The child's processor time and memory are limited per picture, and it runs at low
priority. `python -m qr.picture_reader BYTES` is the child: a line of JSON and the picture in, a
line of JSON out.
"""

import json
import os
import resource
import select
import subprocess
import sys
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from qr.errors import Deviation, Kind, PayloadInvalid
from qr.scanning import Seen, Symbology, read_picture
from qr.split_codes import Part

# An ordinary photograph takes a twentieth of it. PostgreSQL and the web go first.
PROCESSOR_S = 2
# The largest picture that is let in takes 310 MB at its peak.
MEMORY_MAX = 400 * 2**20
_NICENESS = 10
# For a machine so busy that a second of processor time takes ten.
_PATIENCE_S = 20.0
_PACKAGE = Path(__file__).parent


class PictureReader:
    """One child, started when the first picture comes and again after each that ended it.

    Not for two threads at once.
    """

    def __init__(self, *, memory_max: int = MEMORY_MAX) -> None:
        self._memory_max = memory_max
        self._child: subprocess.Popen[bytes] | None = None
        self._finish: Callable[[], object] = lambda: None

    def read(
        self, picture: bytes, *, symbologies: Sequence[Symbology] = tuple(Symbology)
    ) -> Seen:
        """Return the result of `read_picture`.

        Raises:
            PayloadInvalid: it is no such picture, or takes too much time or memory.
        """
        child = self._start()
        names = [each.name for each in symbologies]
        head = json.dumps({"size": len(picture), "symbologies": names}).encode() + b"\n"
        try:
            answer = _ask(child, head + picture)
        except BrokenPipeError:
            answer = b""
        if not answer.endswith(b"\n"):
            self.stop()
            rule = f"a picture is read within {PROCESSOR_S} seconds of processor time"
            raise PayloadInvalid.from_deviation(Deviation("", Kind.LENGTH, rule))
        return _understand(json.loads(answer))

    def stop(self) -> None:
        """End the child; the next picture starts another."""
        self._finish()
        self._child = None

    def _start(self) -> "subprocess.Popen[bytes]":
        if self._child is None or self._child.poll() is not None:
            self.stop()
            self._child = subprocess.Popen(  # noqa: S603  this very module, with this Python
                [sys.executable, "-m", "qr.picture_reader", str(self._memory_max)],
                cwd=_PACKAGE.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            # Also when nobody holds this reader any more, and at the end of the process.
            self._finish = weakref.finalize(self, _end, self._child)
        return self._child


def _ask(child: "subprocess.Popen[bytes]", question: bytes) -> bytes:
    assert child.stdin is not None, "the child is started with pipes"
    assert child.stdout is not None
    child.stdin.write(question)
    child.stdin.flush()
    ready, _, _ = select.select([child.stdout], [], [], _PATIENCE_S)
    return child.stdout.readline() if ready else b""


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    child.communicate()


def _understand(answer: dict[str, Any]) -> Seen:
    if "rule" in answer:
        fault = Deviation("", Kind(answer["kind"]), answer["rule"])
        raise PayloadInvalid.from_deviation(fault)
    return Seen(answer["texts"], [Part(*part) for part in answer["parts"]])


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Answer pictures until the source ends."""
    while line := source.readline():
        head = json.loads(line)
        picture = source.read(head["size"])
        _limit_processor_time()
        symbologies = [Symbology[name] for name in head["symbologies"]]
        target.write(json.dumps(_answer(picture, symbologies)).encode() + b"\n")
        target.flush()


def _answer(picture: bytes, symbologies: Sequence[Symbology]) -> dict[str, Any]:
    try:
        seen = read_picture(picture, symbologies=symbologies)
    except PayloadInvalid as refusal:
        return {"kind": refusal.kind, "rule": refusal.rule}
    except MemoryError:  # pragma: no cover  only the child, whom nobody measures, has so little
        return {"kind": Kind.LENGTH, "rule": "a picture takes no more memory than is given"}
    parts = [[part.number, part.total, part.parity] for part in seen.parts]
    return {"texts": seen.texts, "parts": parts}


def _limit_processor_time() -> None:
    used = sum(os.times()[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # Whole seconds, one of which has begun. What goes over it is ended by SIGXCPU.
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + PROCESSOR_S + 1, hard))


if __name__ == "__main__":  # pragma: no cover  the child, whom nobody measures
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin.buffer, sys.stdout.buffer)
