"""The chart of a report: days, hot subjects and departments, on one picture."""

import io
from typing import TYPE_CHECKING

from assistant.statistics.figures import OUTCOME_TITLES, Figures
from assistant.statistics.fonts import chinese_fonts
from knowledge.vocabulary import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTS_PER_INCH = 130
SHOWN = 10
_SERIES = (
    (OUTCOME_TITLES[Outcome.ANSWERED], "#1a56a8"),
    (OUTCOME_TITLES[Outcome.CLARIFY], "#8fb4e3"),
    (OUTCOME_TITLES[Outcome.NO_ANSWER], "#b3261e"),
)
"""Told apart by lightness too, for those who do not see colours."""
_OTHERS = "#9aa5b1"
_WIDTH = 0.7


def chart(figures: Figures) -> bytes:
    """The chart as PNG. matplotlib is imported here: it takes a second, and the service starts without it."""
    import matplotlib
    from matplotlib.figure import Figure

    families = [*chinese_fonts(), "sans-serif"]
    with matplotlib.rc_context({"font.family": families, "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(11, 7.5), dpi=DOTS_PER_INCH, layout="constrained")
        places = figure.subplot_mosaic([["days", "days"], ["hot", "departments"]])
        _days(places["days"], figures)
        _bars(places["hot"], "问得最多的事（句）", [(str(row[0]), int(row[2])) for row in figures.table("问得最多的事").rows])
        _bars(places["departments"], "各部门（句）", [(str(row[0]), int(row[1])) for row in figures.table("各部门").rows])
        out = io.BytesIO()
        figure.savefig(out, format="png")
    return out.getvalue()


def _days(axes: "Axes", figures: Figures) -> None:
    from matplotlib.ticker import MaxNLocator

    names = [f"{day.month}/{day.day}" for day in figures.days]
    base = [0] * len(names)
    left = [sum(counts.values()) for counts in figures.days.values()]
    for title, colour in _SERIES:
        values = [counts[title] for counts in figures.days.values()]
        axes.bar(range(len(names)), values, width=_WIDTH, bottom=base, label=title, color=colour)
        base = [b + v for b, v in zip(base, values, strict=True)]
    axes.bar(range(len(names)), [n - b for n, b in zip(left, base, strict=True)], width=_WIDTH, bottom=base, label="其他", color=_OTHERS)
    axes.set_xlim(-0.6, max(len(names), SHOWN) - 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    every = max(1, -(-len(names) // 16))
    axes.set_xticks(range(0, len(names), every), names[::every])
    axes.set_title("每天（句）", loc="left")
    axes.legend(frameon=False, ncols=4, fontsize=9, loc="lower right", bbox_to_anchor=(1, 1))


def _bars(axes: "Axes", title: str, rows: list[tuple[str, int]]) -> None:
    first = rows[:SHOWN][::-1]
    names = [name if len(name) <= 16 else f"{name[:15]}…" for name, _ in first]
    bars = axes.barh(range(len(first)), [n for _, n in first], height=0.7, color="#1a56a8")
    axes.set_yticks(range(len(first)), names)
    axes.set_ylim(len(first) - SHOWN - 0.5, len(first) - 0.5)  # few bars are not thick ones
    axes.bar_label(bars, padding=3)
    axes.set_title(title, loc="left")
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
