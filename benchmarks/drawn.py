"""Pictures of what benchmarks measure."""

from __future__ import annotations

from pathlib import Path

from slr.report import style


def cost(points: list[tuple[int, float, float]], of: str, path: Path) -> None:
    """Draw seconds of the processor and MiB against a number of things, all scales log.

    `points` are (number, seconds, MiB); `of` says what is counted.
    """
    with style.use("en"):
        figure = style.figure(style.DOUBLE, 2.6)
        sizes = [point[0] for point in points]
        told = (("seconds of the processor", 1, "blue"), ("memory, MiB", 2, "orange"))
        for at, (name, place, colour) in enumerate(told):
            axes = figure.add_axes((0.08 + 0.5 * at, 0.17, 0.4, 0.72))
            values = [point[place] for point in points]
            axes.loglog(sizes, values, marker="o", color=style.COLOUR[colour])
            if place == 1:  # a line as steep as cost that is in proportion
                base = values[-1] / sizes[-1]
                axes.loglog(sizes, [base * n for n in sizes], color=style.LINE, linestyle=":")
            axes.set_title(name, fontsize=style.SIZE["head"])
            axes.set_xlabel(of)
            axes.set_xticks(sizes, [f"{n // 1000:,}k" for n in sizes])
            axes.set_yticks(values, [f"{value:,.3g}" for value in values])
            axes.minorticks_off()
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
