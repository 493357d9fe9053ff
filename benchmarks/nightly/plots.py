"""The plots of the report, as SVG with real text: sharp at any size, and read aloud with the title that they are given."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assistant.answering import thresholds
from assistant.statistics.fonts import chinese_fonts
from knowledge.vocabulary import OUTCOME_TITLES, Outcome

Groups = Sequence[Mapping[str, Any]]

FATES = (("right", "答对", "#1a7f5a"), ("offered", "反问里有对的", "#8cc7ab"), ("none", "没答上", "#c9c9c9"), ("wrong", "答错", "#c0392b"))
"""How turns end, in the order of the bars; the colours differ in lightness too."""
_MET, _MISSED, _INK = "#1a7f5a", "#c0392b", "#333333"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.unicode_minus": False,
}  # fmt: skip


def _drawn(draw: Callable[[Axes], None], width: float, height: float) -> str:
    """One plot as an <svg> element. The reader's browser draws its text; a font of this machine only measures it."""
    with rc_context({**_STYLE, "font.family": [*chinese_fonts(), "sans-serif"]}):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.subplots())
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def targets(found: Sequence[Mapping[str, Any]]) -> str:
    """Shares with their interval, and a mark where the target is."""
    shares = [f for f in found if "of" in f][::-1]

    def draw(axes: Axes) -> None:
        for at, figure in enumerate(shares):
            colour = _MET if figure["met"] else _MISSED
            axes.plot([figure["low"], figure["high"]], [at, at], color=colour, linewidth=2, alpha=0.5)
            axes.plot(figure["value"], at, "o" if figure["met"] else "X", color=colour, markersize=7)
            axes.plot([figure["mark"]] * 2, [at - 0.35, at + 0.35], color=_INK, linewidth=1.5)
        axes.set_yticks(range(len(shares)), [f["title"] for f in shares])
        axes.set_xlim(0, 1)
        axes.set_xlabel("竖线是目标，横线是 95% 区间")

    return _drawn(draw, 9, 0.45 * len(shares) + 0.9)


def stacked(groups: Groups) -> str:
    """How the turns of each group ended, as shares."""
    shown = groups[::-1]

    def draw(axes: Axes) -> None:
        left = [0.0] * len(shown)
        for key, title, colour in FATES:
            shares = [g[key] / g["of"] for g in shown]
            axes.barh(range(len(shown)), shares, left=left, color=colour, label=title, height=0.75)
            left = [a + b for a, b in zip(left, shares, strict=True)]
        axes.set_yticks(range(len(shown)), [f"{g['name']}（{g['of']}）" for g in shown])
        axes.set_xlim(0, 1)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(FATES), frameon=False)

    return _drawn(draw, 9, 0.3 * len(shown) + 1.1)


def reliability(bins: Sequence[Mapping[str, float]]) -> str:
    """Confidence against accuracy; on the dotted line it is what it says."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], ":", color=_INK)
        x, y = [b["confidence"] for b in bins], [b["right"] for b in bins]
        axes.vlines(x, [b["low"] for b in bins], [b["high"] for b in bins], color=_MET, alpha=0.4)
        axes.plot(x, y, "o-", color=_MET)
        for b in bins:
            axes.annotate(f"{b['of']:.0f}", (b["confidence"], b["right"]), textcoords="offset points", xytext=(5, -12), fontsize=8)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="把握", ylabel="第一名确实对的比例（旁边是轮数）")

    return _drawn(draw, 5.5, 4.5)


def sweep(steps: Sequence[Mapping[str, float]]) -> str:
    """What another threshold of answering would do."""

    def draw(axes: Axes) -> None:
        at = [s["at"] for s in steps]
        for key, title, colour, style in (
            ("right", "答了，事项对", _MET, "-"), ("wrong", "答了，事项错", _MISSED, "--"), ("false", "范围外的却答了", "#7a4fbf", ":"),
        ):  # fmt: skip
            axes.plot(at, [s[key] for s in steps], style, color=colour, label=title, linewidth=2)
        axes.axvline(thresholds.ANSWER, color=_INK, linewidth=1)
        axes.annotate(f" 现在 {thresholds.ANSWER}", (thresholds.ANSWER, 0.5))
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="从多大的把握起直接答", ylabel="轮次的比例")
        axes.legend(frameon=False, loc="center left")

    return _drawn(draw, 6.5, 4.5)


def confusion(counts: Mapping[str, Mapping[str, int]]) -> str:
    """The outcome that was expected against the one that came."""
    wanted = sorted(counts, key=lambda name: -sum(counts[name].values()))
    got = list(dict.fromkeys([*wanted, *sorted({name for row in counts.values() for name in row})]))

    def draw(axes: Axes) -> None:
        shares = [[counts[w].get(g, 0) / sum(counts[w].values()) for g in got] for w in wanted]
        axes.imshow(shares, cmap="Greens", vmin=0, vmax=1.4, aspect="auto")
        for y, row in enumerate(wanted):
            for x, column in enumerate(got):
                if number := counts[row].get(column, 0):
                    axes.annotate(str(number), (x, y), ha="center", va="center")
        axes.set_xticks(range(len(got)), [OUTCOME_TITLES[Outcome(name)] for name in got], rotation=30, ha="right")
        axes.set_yticks(range(len(wanted)), [OUTCOME_TITLES[Outcome(name)] for name in wanted])
        axes.set(xlabel="实际的结果", ylabel="该有的结果")

    return _drawn(draw, 8, 0.42 * len(wanted) + 1.6)
