"""The progress of a long command: a bar on a terminal, nothing in a log."""

from types import TracebackType
from typing import Self

from tqdm import tqdm


class Progress:
    """One bar at a time, on standard error; each step has its own."""

    def __init__(self, *, unit: str) -> None:
        self._unit = unit
        self._bar: tqdm[None] | None = None
        self._step = ""

    def __enter__(self) -> Self:
        """Return itself; nothing is drawn yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()

    def report(self, step: str, done: int, total: int = 0) -> None:
        """Show how much of a step is done; 0 stands for an unknown total."""
        if step != self._step:
            if self._bar is not None:
                self._bar.close()
            self._step = step
            self._bar = tqdm(
                desc=step, total=total or None, unit=self._unit, leave=False, disable=None
            )
        assert self._bar is not None
        self._bar.update(done - self._bar.n)
