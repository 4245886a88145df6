"""How firm the result is, in words and in tables: for the report and for the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slr.report import LANGS, words
from slr.report.declared import Declared
from slr.report.grid import Both, Column, Table
from slr.report.rows import Data, records, stand_ins_note

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


@dataclass(frozen=True)
class Firm:
    """What the grid of choices tells, in numbers.

    `stated` is whether `count` is what the paper states, and not only what the review has;
    `share` is in per cent, with one decimal.
    """

    grid: Mapping[str, str]
    count: int
    stated: bool
    times: int
    lists: int
    same: int
    tried: int

    @property
    def share(self) -> float:
        """The universes that include as many works, in per cent of those tried."""
        return round(100 * self.times / self.tried, 1)


def count(data: Data, expected: Mapping[str, int]) -> Firm:
    """Count how often the number that the paper states, or that the review has, comes out.

    Parameters
    ----------
    data
        The tables `screen/grid`, `screen/universes` and `screen/firmness` by these names.
    expected
        What the paper states: `review.expected` of the config.
    """
    universes = data["screen/universes"]
    here = int((data["screen/firmness"]["included"] == "yes").sum())
    number = expected.get("included", here)
    there = universes[universes["included"] == number]
    same = (universes["shared"] == here) & (universes["included"] == here)
    grid = dict(data["screen/grid"].itertuples(index=False))
    return Firm(
        grid,
        number,
        "included" in expected,
        len(there),
        int(there["list_no"].nunique()),
        int(same.sum()),
        len(universes),
    )


def sentences(data: Data, expected: Mapping[str, int], lang: str) -> list[list[str]]:
    """Say how firm the result is: what was tried, what came out, and what that can bear.

    Returns
    -------
    list of list of str
        Paragraphs, each a list of sentences; one that says so where the config names no choices.
    """
    say = words.load("firm").say
    axes = data["screen/axes"]
    if axes.empty:
        return [[words.load("tables").say("none_axes", lang)]]
    firm = count(data, expected)
    works = data["screen/firmness"]
    inside = works[works["included"] == "yes"]
    always = int((inside["kept_in"] == firm.tried).sum())
    one = works["flip_distance"] == 1
    others = round(100 - firm.share, 1)
    tried = [
        _spanned(firm, axes, lang),
        say(
            "range",
            lang,
            least=firm.grid["least"],
            most=firm.grid["most"],
            low=firm.grid["lower_quartile"],
            high=firm.grid["upper_quartile"],
            median=firm.grid["median"],
        ),
        say(
            "expected" if firm.stated else "baseline",
            lang,
            count=firm.count,
            times=firm.times,
            share=firm.share,
            lists=firm.lists,
            same=firm.same,
        ),
        say(
            "always",
            lang,
            count=len(inside),
            always=always,
            near=int((one & (works["included"] == "yes")).sum()),
            enter=int((one & (works["included"] == "no")).sum()),
        ),
    ]
    moved = [*_moved(axes, lang), _by_group(data["screen/groups"], lang)]
    rests = "rest_on" if always < len(inside) else "rest_on_all"
    worth = [
        say("hands", lang),
        say("weight_expected" if firm.stated else "weight", lang, count=firm.count, others=others),
        say(
            rests,
            lang,
            always=always,
            **({"rest": len(inside) - always} if always < len(inside) else {}),
        ),
    ]
    return [tried, moved, worth]


def _spanned(firm: Firm, axes: pd.DataFrame, lang: str) -> str:
    fields: dict[str, str | int] = {
        "axes": firm.grid["axes"],
        "choices": int((axes["choice"] != "baseline").sum()),
        "universes": int(firm.grid["universes_in_grid"]),
    }
    say = words.load("firm").say
    if firm.grid["sampled"] == "no":
        return say("spanned", lang, **fields)
    fields |= {"tried": firm.tried, "seed": firm.grid["seed"]}
    return say("sampled", lang, **fields, reach=firm.grid["distance_searched"])


def _moved(axes: pd.DataFrame, lang: str) -> list[str]:
    """Name the choice that brings most works in, and the one that turns most away."""
    told = []
    for key, column in (("moves_in", "gained"), ("moves_out", "lost")):
        moved = axes[axes[column].fillna(0) > 0]
        if len(moved):
            [row] = records(moved.nlargest(1, column))
            told.append(
                words.load("firm").say(
                    key,
                    lang,
                    axis=row["axis_label" if lang == "en" else "axis_label_fa"],
                    choice=row["label" if lang == "en" else "label_fa"],
                    number=round(row[column], 1),
                )
            )
    return told


def _by_group(groups: pd.DataFrame, lang: str) -> str:
    say = words.load("firm").say
    listing = []
    for row in records(groups):
        label = row["label" if lang == "en" else "label_fa"]
        if row["least"] == row["most"]:
            listing.append(say("group_same", lang, group=label, least=row["least"]))
        else:
            fields = {"least": row["least"], "most": row["most"]}
            listing.append(say("group_range", lang, group=label, **fields))
    return say("by_group", lang, listing=words.SEMICOLON[lang].join(listing))


class FirmTables:
    """The tables on how firm the result is; part of the builder of all tables."""

    data: Data
    settings: Mapping[str, Any]
    declared: Declared
    labels: Mapping[str, Both]
    say: words.Words
    table: Callable[..., Table]
    named: Callable[[Sequence[str]], Both]
    criterion: Callable[[str], Both]

    def axes(self) -> Table:
        """Return the choices of the grid, with what each moves and why one might make it."""
        columns = [
            Column("group", "head", 0.1), Column("axis", share=0.16), Column("choice", share=0.17),
            Column("alone", "number", 0.06), Column("gained", "number", 0.06),
            Column("lost", "number", 0.06), Column("range", share=0.08), Column("why", share=0.24),
        ]  # fmt: skip
        groups = {row["group"]: _both(row, "label") for row in records(self.data["screen/groups"])}
        rows = []
        for row in records(self.data["screen/axes"]):
            label = _both(row, "label")
            if row["choice"] == "baseline":
                label = {
                    lang: self.say.say("as_review", lang, choice=label[lang]) for lang in LANGS
                }
            rows.append(
                [
                    groups[row["group"]],
                    _both(row, "axis_label"),
                    label,
                    row["alone"],
                    row["gained"],
                    row["lost"],
                    "" if row["least"] is None else f"{row['least']}–{row['most']}",
                    _both(row, "why"),
                ]
            )
        return self.table("axes", columns, rows, note=self._notes("axes"), merged=2)

    def firmness(self) -> Table:
        """Return the share of universes that keep a study, and how near a change is."""
        columns = [
            Column("study", "head", 0.2), Column("in_review", share=0.1),
            Column("share", "number", 0.1), Column("distance", "number", 0.1),
            Column("flip_by", share=0.4),
        ]  # fmt: skip
        shown = [
            row
            for row in records(self.data["screen/firmness"])
            if row["included"] == "yes" or row["flip_distance"] == 1
        ]
        shown.sort(key=lambda row: (row["included"] == "no", -row["share_pct"], row["work_id"]))
        rows = [
            [
                self._name(row["work_id"]),
                self.say.both(f"value {row['included']}"),
                row["share_pct"],
                row["flip_distance"],
                self._choices(row["flip_by"]),
            ]
            for row in shown
        ]
        ids = [row["work_id"] for row in shown]
        return self.table("firmness", columns, rows, works=ids, note=self._notes("firmness"))

    def left_out(self) -> Table:
        """Return the review without each source, and without each criterion."""
        columns = [
            Column("left_out", "head", 0.2), Column("included", "number", 0.1),
            Column("awaits", "number", 0.1), Column("added", share=0.25),
            Column("dropped", share=0.25),
        ]  # fmt: skip
        rows = []
        for row in records(self.data["screen/left_out"]):
            name = self.criterion(row["name"]) if row["kind"] == "criterion" else None
            left = {
                lang: self.say.say(
                    f"without_{row['kind']}", lang, name=name[lang] if name else row["name"]
                )
                for lang in LANGS
            }
            lists = [self.named((row[part] or "").split()) for part in ("added", "dropped")]
            rows.append([left, row["included"], row["awaiting"], *lists])
        note: list[str | Both] = ["note_left_out"]
        if (self.data["screen/left_out"]["kind"] == "source").sum() == 1:
            note.append("note_one_source")
        note += stand_ins_note(self.settings["screen"]["criteria"], self.declared.words)
        return self.table("left_out", columns, rows, note=note)

    def _notes(self, table: str) -> list[str | Both]:
        if self.data["screen/axes"].empty:
            return ["none_axes"]
        stand_ins = stand_ins_note(self.settings["screen"]["criteria"], self.declared.words)
        return [f"note_{table}", words.load("firm").both("hands"), *stand_ins]

    def _name(self, work: str) -> Both:
        """Return author and year; of a source that a choice brings in, its key if need be."""
        return self.labels.get(work) or dict.fromkeys(LANGS, work.rpartition("/")[2])

    def _choices(self, flip_by: str | None) -> Both:
        """Say choices in words, of those named as ``axis=choice``."""
        told = {f"{r['axis']}={r['choice']}": r for r in records(self.data["screen/axes"])}
        made = [told[name] for name in (flip_by or "").split()]
        return {
            lang: words.SEMICOLON[lang].join(
                f"{_both(row, 'axis_label')[lang]}: {_both(row, 'label')[lang]}" for row in made
            )
            for lang in LANGS
        }


def _both(row: Mapping[str, Any], part: str) -> Both:
    return {"en": row[part] or "", "fa": row[f"{part}_fa"] or ""}
