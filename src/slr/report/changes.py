"""The page of changes: what a run changed against the last one, in two languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr import config, io
from slr.diff import Difference, kinds
from slr.diff.compare import RECORDS
from slr.paths import CHANGES, CONFIG, PROCESSED, REPORTED
from slr.report import LANGS, declared, document, words
from slr.report.grid import ROWS_MAX, Both
from slr.report.page import places
from slr.report.rows import labels_of_records, records
from slr.run import alone

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

OPEN_MAX = 12
"""Longest section that the page shows without being asked."""
_PAGE = REPORTED / "index.html"
_LISTED = (RECORDS, "dedup/clusters", "screen/included")
_IDS = {"work_id", "record_id", "node_id", "source", "target", "record_a", "record_b", "was",
        "others", "record_ids"}  # fmt: skip
_NAMES = {"field", "criterion", "fact", "file", "key", "index", "coder", "alternative", "count",
          "measure", "name"}  # fmt: skip
_COUNTS = ("identified", "duplicates_removed", "screened", "not_retrieved", "excluded", "awaiting",
           "included")  # fmt: skip
_SUFFIXES = ("_before", "_now")
_SHORT = 300


def write(root: Path, told: Difference) -> str:
    """Write `report/changes.html`; return its path.

    Raises
    ------
    SlrError
        If a run is at work, which would put the page out of date.
    """
    with alone(root):
        review = config.load(root / CONFIG)["review"]
        vocabulary = declared.read(root).words
        at: dict[str, str] = {}
        if (root / _PAGE).exists():
            at = places({n: io.read_made(root / PROCESSED / f"{n}.csv", n) for n in _LISTED})
        io.write_text(root / CHANGES, render(told, review, at, vocabulary))
    return CHANGES.as_posix()


def render(
    told: Difference,
    review: Mapping[str, Any],
    at: Mapping[str, str],
    vocabulary: Mapping[str, Both],
) -> str:
    """Return the page.

    Parameters
    ----------
    review
        Section `review` of the config.
    at
        Where on the report's page each record is (see :func:`slr.report.page.places`).
    vocabulary
        Words of the data, as the review declares them.
    """
    parts = [Part(told, review, at, vocabulary, lang) for lang in LANGS]
    return document.render("changes.html.j2", parts)


class Part(document.Part):
    """The page of changes in one language, as the template asks for it."""

    def __init__(
        self,
        told: Difference,
        review: Mapping[str, Any],
        at: Mapping[str, str],
        vocabulary: Mapping[str, Both],
        lang: str,
    ) -> None:
        super().__init__(lang, "changes", review)
        self.told = told
        self.review = self.title
        self.title = self._say("what_changed")
        self._at = at
        self._labels = labels_of_records(told.entries)
        self._values = words.load("tables")
        self._vocabulary = vocabulary
        self.flow = list(self._flow())
        self.tables = list(told.sections)
        self.sections = ["answer", *(["flow"] if self.flow else [])]  # the answer lists the rest

    @property
    def above(self) -> Markup:
        """What stands above the title."""
        return self.x(self.review)

    @property
    def window(self) -> str:
        """What the page is called in its window."""
        return f"{self.title}: {self.review}"

    # ---- the answer

    @property
    def answer(self) -> str:
        """How many works are included, and were."""
        before, now = self.told.included
        return self._say("included_before_now", before=before, now=now)

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """What people changed."""
        return records(self.told.inputs)

    def ended(self, included: str) -> list[dict[str, Any]]:
        """Return the works that were gained or lost."""
        if "outcomes" not in self.told.sections:
            return []
        table = self.told.sections["outcomes"]
        return records(table[table["included"] == included].head(ROWS_MAX))

    def status(self, row: Mapping[str, Any], side: str) -> str:
        """Say where a work ended, at which criterion, by what."""
        status, criterion, basis = (row[f"{n}_{side}"] for n in ("status", "criterion", "basis"))
        if status is None:
            return ""
        told = self._values.say(f"status_{status}", self.lang)
        if criterion and status != "included":
            key = "ended_stand_in" if basis == "stand-in" else "ended"
            fields = {"status": told, "criterion": self.value(criterion)}
            return self._values.say(key, self.lang, **fields)
        return words.COMMA[self.lang].join([told, self.value(basis)])

    def reason(self, row: Mapping[str, Any]) -> str:
        """Return the reason in the language of the page, if it has one in it."""
        translated = row.get("reason_fa") if self.lang == "fa" else None
        return str(translated or row["reason"] or "")

    def _counted(self, table: pd.DataFrame) -> str:
        parts = [self._say(f"kind_{kind}", count=count) for kind, count in kinds(table).items()]
        return words.COMMA[self.lang].join(parts)

    # ---- the flow

    def _flow(self) -> Iterator[dict[str, Any]]:
        """Yield the counts of the flow before and now, with the widths of their bars.

        None where the report has not caught up: its counts would contradict the outcomes.
        """
        if self.told.now.kind == "files":
            return
        before, now = self.told.flow
        keys = [*now, *(key for key in before if key not in now)]
        shown = [k for name in _COUNTS for k in keys if k == name or k.startswith(f"{name}.")]
        most = max([_count(side, key) or 0 for side in (before, now) for key in shown], default=0)
        for key in shown:
            name, _, criterion = key.partition(".")
            one, other = _count(before, key), _count(now, key)
            yield {
                "name": self._say(f"count_{name}", criterion=self.value(criterion))
                if criterion
                else self._say(f"count_{name}"),
                "counts": ["" if count is None else count for count in (one, other)],
                "difference": _signed(one, other),
                "widths": [100 * (count or 0) // (most or 1) for count in (one, other)],
            }

    # ---- sections

    def link(self, name: str) -> str:
        """Return where on the report's page a work or record is; empty if it is not there."""
        return f"index.html#{self.lang}-{self._at[name]}" if name in self._at else ""

    def label(self, name: str) -> str:
        """Return author and year of a work or record; empty where it has no entry."""
        return self._labels[name][self.lang] if name in self._labels else ""

    def heading(self, name: str) -> Markup:
        """Return the title of a section with a capital letter."""
        text = self._say(f"section_{name}")
        return self.x(text[:1].upper() + text[1:])

    def counted(self, name: str) -> str:
        """Return the counts of a section."""
        return self._counted(self.told.sections[name])

    def is_open(self, name: str) -> bool:
        """Tell whether a section is shown without being asked for."""
        return name == "outcomes" or len(self.told.sections[name]) <= OPEN_MAX

    def more(self, name: str) -> int:
        """Count the rows of a section that the page leaves out."""
        return max(len(self.told.sections[name]) - ROWS_MAX, 0)

    def columns(self, name: str) -> list[str]:
        """Return the columns of a section as they are shown, those without a value left out."""
        table = self.told.sections[name].dropna(axis="columns", how="all")
        found = [c for c in table if not c.endswith((*_SUFFIXES, "_fa")) and c != "included"]
        late = [c for c in found if c in ("reason", "title")]
        sides = [s[1:] for s in _SUFFIXES if any(c.endswith(s) for c in table)]
        return [*(c for c in found if c not in late), *sides, *reversed(late)]

    def rows(self, name: str) -> Iterator[list[list[dict[str, str]]]]:
        """Yield the rows of a section: for each cell its pieces, each of a kind with its text."""
        columns = self.columns(name)
        for row in records(self.told.sections[name].head(ROWS_MAX)):
            yield [list(self._cell(name, column, row)) for column in columns]

    def _cell(self, name: str, column: str, row: Mapping[str, Any]) -> Iterator[dict[str, str]]:
        value = row.get(column)
        if name == "outcomes" and column in ("before", "now"):
            yield {"kind": "text", "text": self.status(row, column)}
        elif column in ("before", "now") and column not in row:
            told = {
                key.removesuffix(f"_{column}"): str(field)
                for key, field in row.items()
                if key.endswith(f"_{column}") and field is not None
            }
            text = words.COMMA[self.lang].join(self.value(told[key], key) for key in told)
            yield {"kind": "text", "text": text[:_SHORT]}
        elif column == "reason":
            yield {"kind": "text", "text": self.reason(row)}
        elif value is None:
            return
        elif column == "change":
            yield {"kind": "change", "text": self._say(f"change_{value}"), "change": value}
        elif column in _IDS or (name == "works" and column in ("before", "now")):
            yield from ({"kind": "id", "text": one} for one in str(value).split())
        elif column == "files" or (name == "files" and column == "name"):
            yield from ({"kind": "file", "text": one} for one in str(value).split())
        elif column in _NAMES:
            known = value in self._vocabulary or f"value {value}" in self._values
            yield {"kind": "text" if known else "code", "text": self.value(str(value))}
        else:
            free = column == "title" or name == "records"  # whose words mean themselves
            yield {
                "kind": "text",
                "text": (str(value) if free else self.value(str(value)))[:_SHORT],
            }

    def value(self, text: str, column: str = "") -> str:
        """Return a value of a table in the language of the page, if it is one of a few words."""
        if (key := f"{column} {text}") in self.say:
            return self.say.say(key, self.lang)
        if text in self._vocabulary:
            return self._vocabulary[text][self.lang]
        for say, key in (
            (self._values, f"value {text}"),
            (self._values, f"status_{text}"),
        ):
            if key in say:
                return say.say(key, self.lang)
        return text


def _count(flow: Mapping[str, str], key: str) -> int | None:
    """Return a count; None where it is absent, or is none."""
    told = flow.get(key, "")
    return int(told) if told.isdecimal() else None


def _signed(before: int | None, now: int | None) -> str:
    """Return the difference of two counts with its sign; empty where there is none."""
    if before is None or now is None or before == now:
        return ""
    return f"{now - before:+d}"
