"""Looks for an input that breaks a promise of the payment codes' library.

    python -m tests.fuzz.fuzz_qr --seconds 60

Inputs that failed are kept in the folder; give one to try it again.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from time import monotonic

from tests.fuzz.mutation import TOKENS, fuzz
from tests.fuzz.slowness import ROOT, is_slow_elsewhere
from tests.fuzz.targets import check_input, is_slow_here, make_seeds

FOLDER = ROOT / ".tessera/fuzz"
# Longer than any QR code; what is longer is refused for that alone.
LENGTH_MAX = 8192
SECONDS_PER_INPUT = 10
# How libFuzzer ends when an input took that long.
TIMED_OUT = 70


def main(arguments: list[str]) -> int:
    """Fuzz, or try single inputs again; 1 if something was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="how long to look (60)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where inputs are kept")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers")
    parser.add_argument(
        "--mutate", action="store_true", help="without Atheris, even if it is there"
    )
    parser.add_argument("inputs", type=Path, nargs="*", help="files to try again")
    options = parser.parse_args(arguments)
    if options.inputs:
        for path in options.inputs:
            check_input(path.read_bytes(), is_slow=is_slow_here)
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.mutate or importlib.util.find_spec("atheris") is None:
        return _mutate(options.seconds, seed=options.seed, folder=options.folder)
    return _guide(options.seconds, seed=options.seed, folder=options.folder)


def _mutate(seconds: int, *, seed: int, folder: Path) -> int:
    count, data, failure = fuzz(seconds, seed=seed)
    _print(f"{count} inputs in at most {seconds} s, without coverage, seed {seed}")
    if failure is None:
        return 0
    path = folder / f"crash-{sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    _print(f"{type(failure).__name__}: {failure}\n  {data!r}\n  kept as {path}")
    return 1


def _guide(seconds: int, *, seed: int, folder: Path) -> int:
    corpus, words = folder / "corpus", folder / "words"
    corpus.mkdir(exist_ok=True)
    for data in make_seeds():
        (corpus / sha256(data).hexdigest()[:16]).write_bytes(data)
    words.write_text("".join(f'"{_escape(token)}"\n' for token in TOKENS))
    command = [
        sys.executable, "-m", "tests.fuzz.guided", f"-max_len={LENGTH_MAX}", f"-seed={seed}",
        f"-dict={words}", f"-artifact_prefix={folder}/", f"-timeout={SECONDS_PER_INPUT}",
        "-print_final_stats=1", "-verbosity=0", str(corpus),
    ]  # fmt: skip
    return run_guided(command, seconds, folder=folder)


def run_guided(command: list[str], seconds: int, *, folder: Path) -> int:
    """Run libFuzzer for so long; 1 if it found something.

    It waits for an input by the clock, which also runs while a busy machine does something
    else. What timed out is measured again by itself, and if it is not slow, the rest of the
    time is used.
    """
    end = monotonic() + seconds
    while (left := round(end - monotonic())) > 0:
        # It ends by itself; the limit is for what hangs where no signal reaches it.
        ended = subprocess.run(
            [*command, f"-max_total_time={left}"],
            cwd=ROOT, env=os.environ, timeout=left + 120, check=False,
        )  # fmt: skip
        if ended.returncode != TIMED_OUT:
            return int(ended.returncode != 0)
        for path in folder.glob("timeout-*"):
            if is_slow_elsewhere(path.read_bytes()):
                return 1
            path.unlink()
    return 0


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


def _escape(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
