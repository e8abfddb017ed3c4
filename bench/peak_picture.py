"""Draws the sale day as SVG: what was offered and what was completed, and how long it took."""

from typing import Any

_WIDTH, _HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 44, 48
_PANEL = 300
_GAP = 64
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #3b4441 }
  .title { font-weight: 600 }
  .axis { stroke: #b9c0bd; stroke-width: 1 }
  .line { fill: none; stroke: #0b6e4f; stroke-width: 2.5; stroke-linejoin: round }
  .other { fill: none; stroke: #9a5b00; stroke-width: 2.5; stroke-linejoin: round }
  .ideal { fill: none; stroke: #8a9490; stroke-width: 1.5; stroke-dasharray: 4 4 }
  .dot { fill: #0b6e4f } .other-dot { fill: #9a5b00 }
  @media (prefers-color-scheme: dark) {
    text { fill: #d5dcd9 }
    .axis { stroke: #55605c }
    .line { stroke: #5fd3a7 } .dot { fill: #5fd3a7 }
    .other { stroke: #f0b35a } .other-dot { fill: #f0b35a }
    .ideal { stroke: #7d8884 }
  }
"""


class Panel:
    """One diagram: its place, and the largest values on its axes."""

    def __init__(self, left: float, *, x_max: float, y_max: float) -> None:
        self._left, self._x_max, self._y_max = left, x_max, y_max

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a value is drawn."""
        height = _HEIGHT - _TOP - _BOTTOM
        return (
            round(self._left + x / self._x_max * _PANEL, 1),
            round(_HEIGHT - _BOTTOM - min(1, y / self._y_max) * height, 1),
        )

    def draw_line(self, kind: str, points: list[tuple[float, float]]) -> str:
        """Draw a line through values."""
        placed = " ".join(f"{x},{y}" for x, y in (self.place(*each) for each in points))
        return f'<polyline class="{kind}" points="{placed}"/>'

    def draw_dots(self, kind: str, points: list[tuple[float, float]]) -> list[str]:
        """Draw a dot for each value."""
        placed = [self.place(*each) for each in points]
        return [f'<circle class="{kind}" cx="{x}" cy="{y}" r="4"/>' for x, y in placed]

    def draw_axes(
        self, title: str, xs: list[tuple[float, str]], ys: list[tuple[float, str]]
    ) -> list[str]:
        """Draw the axes with their words."""
        (left, bottom), (right, top) = self.place(0, 0), self.place(self._x_max, self._y_max)
        drawn = [
            f'<text class="title" x="{left}" y="{top - 22}">{title}</text>',
            f'<path class="axis" d="M{left} {top}V{bottom}H{right}" fill="none"/>',
        ]
        for x, words in xs:
            placed, _ = self.place(x, 0)
            drawn.append(
                f'<text x="{placed}" y="{bottom + 18}" text-anchor="middle">{words}</text>'
            )
        for y, words in ys:
            _, placed = self.place(0, y)
            drawn.append(
                f'<text x="{left - 8}" y="{placed + 4}" text-anchor="end">{words}</text>'
            )
        return drawn


def draw_peak(peak: dict[str, Any]) -> str:
    """Return the picture of a sale day's figures."""
    rows = peak["rows"]
    offered = [row["offered"] for row in rows]
    most = max(row["value"] for row in rows)
    xs = [(row["offered"], f"{row['name'].removeprefix('peak_x')} x") for row in rows]
    left = Panel(_LEFT, x_max=max(offered), y_max=1.25 * most)
    completed = [(row["offered"], row["value"]) for row in rows]
    ideal = [(0.0, 0.0), (most, most), (max(offered), most)]
    right = Panel(_LEFT + _PANEL + _GAP - _RIGHT, x_max=max(offered), y_max=1100)
    confirmed = [(row["offered"], row["times_ms"]["confirm"]["p99"]) for row in rows]
    middle = [(row["offered"], row["times_ms"]["confirm"]["p50"]) for row in rows]
    parts = [
        *left.draw_axes(
            "Checkouts a second: completed, by offered", xs, [(0, "0"), (most, f"{most:.0f}")]
        ),
        left.draw_line("ideal", ideal),
        left.draw_line("line", completed),
        *left.draw_dots("dot", completed),
        *right.draw_axes(
            "Confirmation, ms: p99 and p50", xs, [(0, "0"), (500, "500"), (1000, "1000")]
        ),
        right.draw_line("ideal", [(0.0, 1000.0), (max(offered), 1000.0)]),
        right.draw_line("other", confirmed),
        *right.draw_dots("other-dot", confirmed),
        right.draw_line("line", middle),
        *right.draw_dots("dot", middle),
    ]
    inner = "\n".join(f"  {part}" for part in parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        ' aria-label="Completed checkouts and times of confirmations by what was offered">\n'
        f"<style>{_STYLE}</style>\n{inner}\n</svg>\n"
    )
