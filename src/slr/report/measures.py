"""Counts that a review declares: what its tables, statements and captions say in numbers.

A measure is plain data, such as ``{from: models, distinct: model_no}``; nothing in it is ever
evaluated as code. `Source.numbers` tells what each form gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

from slr.code.codebook import SEPARATOR, Codebook, labelled
from slr.errors import ConfigError, Problem
from slr.paths import DECLARED
from slr.report import LANGS, words
from slr.report.grid import Both
from slr.report.rows import Data, records

if TYPE_CHECKING:
    import pandas as pd

Number = int | float
Measure = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """What measures count in: stage tables, declared tables, contexts, drawings, config, flow."""

    data: Data
    contexts: pd.DataFrame
    figures: Mapping[str, Any]
    settings: Mapping[str, Any]
    flow: Mapping[str, Any]

    @cached_property
    def book(self) -> Codebook:
        """The codebook of the review."""
        return Codebook.of(self.settings["code"])

    @cached_property
    def studies(self) -> pd.DataFrame:
        """The included studies with a column for each variable of the codebook."""
        values = self.data["code/values"].pivot(index="work_id", columns="variable", values="value")
        values = values.reindex(columns=list(self.book.variables))
        table = self.data["code/studies"].merge(values, "left", "work_id")
        years = self.data["dedup/works"][["work_id", "year_from", "year_to", "ENTRYTYPE"]]
        return table.merge(years, "left", "work_id")

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        works = self.data["dedup/works"]
        clusters = self.data["dedup/clusters"].rename(columns={"cluster_id": "work_id"})
        pulled = self.data["pull/records"].merge(clusters, "left", "record_id")
        cited = self.contexts.merge(pulled[["record_id", "language"]], "left", "record_id")
        known = cited["record_id"].isin(set(pulled["record_id"]))
        return {
            "included": self.data["screen/included"],
            "records": pulled,
            "works": works,
            "studies": self.studies,
            "contexts": cited.assign(is_record=known.map({True: "yes", False: "no"})),
        }

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table by the name that measures use: a declared one, or one of every review."""
        if name in self._frames:
            return self._frames[name]
        table = self.data[f"code/{name}"]
        if "work_id" not in table:
            return table
        years = self.data["dedup/works"][["work_id", "year_from", "year_to"]]
        return table.merge(years, "left", "work_id")

    def record(self, key: str) -> str | None:
        """Return the record of the review's own sources that has a key.

        Records of other sources may have the same key; nothing is said of them.
        """
        known = set(self.data["pull/records"]["record_id"])
        return next((name for name in self.own(key) if name in known), None)

    def own(self, key: str) -> list[str]:
        """Return the full ids that a bare key may stand for."""
        from slr import config

        sources = config.baseline(self.settings, self.data["pull/records"]["source"])
        return [f"{source}/{key}" for source in sources]

    def numbers(self, measures: Sequence[Measure] | Measure) -> list[Number] | None:
        """Return the numbers that measures give, one after another; None where one cannot be had.

        - ``{flow: NAME}``: a count of the flow.
        - ``{from: TABLE, where: {COLUMN: VALUE, ...}}``: its rows; a value may be a list, null for
          none, or ``{not: VALUE}``. With ``distinct: COLUMN`` its different values (apart by
          semicolons with ``split: true``), with ``by: COLUMN`` the rows of each of them, with
          ``least`` or ``most: COLUMN`` its least or greatest number, with ``largest: COLUMN`` the
          rows of its most frequent value and this value, with ``cells: [COLUMN, ...]`` and ``as``
          the number of each cell, with ``complete: {of: COLUMN, values: COLUMN, all: [...]}`` how
          many values of one column have all of another. A table without rows gives nothing.
        - ``{length: PATH}``: how many things stand at a dotted path of the declared figures.
        - ``{drawings: numbered | unnumbered}``: how many figures are redrawn.
        - ``{columns: TABLE, like: PATTERN}``, ``{tables: [...]}``, ``{words: TABLE.COLUMN}``:
          columns of a name, tables that have rows, words of a vocabulary without `none`.
        - ``{works: [KEY, ...]}``: into how many works records are merged; ``{year_of: KEY}``.
        - ``{sum: [...]}``, ``{minus: [A, B]}``, ``{share_pct: [A, B]}``, ``{half: A}`` of measures.
        """
        listed = [measures] if isinstance(measures, Mapping) else measures
        numbers: list[Number] = []
        for measure in listed:
            try:
                given = self._numbers(measure)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                found = f"the measure {dict(measure)} cannot be counted: {error!r}."
                fix = "Does it name a table, column or count that there is?"
                raise ConfigError(Problem(found, fix, DECLARED)) from error
            if given is None:
                return None
            numbers += given
        return numbers

    def _numbers(self, measure: Measure) -> list[Number] | None:
        if "from" in measure:
            frame = self.frame(measure["from"])
            found = _where(frame, measure.get("where", {}))
            return _counted(found, measure) if len(frame) else None
        for form, count in _FORMS.items():
            if form in measure:
                return count(self, measure)
        [(form, wanted)] = measure.items()
        return self._computed(form, wanted)

    def _computed(self, form: str, wanted: Any) -> list[Number] | None:
        parts = self.numbers(wanted)
        if parts is None:
            return None
        match form:
            case "sum":
                return [sum(parts)]
            case "minus":
                return [parts[0] - parts[1]]
            case "share_pct":
                return [round(100 * parts[0] / parts[1], 1)] if parts[1] else None
            case "half":
                return [parts[0] // 2]
        raise ValueError(f"no such measure: {form}")  # the schema lets no other through

    # ---- in words

    def labels(self, variable: str) -> dict[str, Both]:
        """Return the words of the values of a variable, those of the codebook first."""
        known = self.book.variables[variable]
        given = {p for v in self.studies[variable].dropna() for p in known.parts(v)}
        values = [*known.labels, *sorted(given - set(known.labels))]
        return {value: labelled(known.labels, value) for value in values}

    def told(self, text: Mapping[str, Any]) -> Both:
        """Return a sentence with its fields filled in.

        Each of its `fields` is a measure, or a listing in words: ``{tally: VARIABLE}`` of the
        studies of each value, ``{words: VARIABLE}`` of the values, ``{each: {en, fa}, from:
        TABLE}`` of the rows of a table. `included` is a field of every sentence.
        """
        fields = {name: self._field(one) for name, one in text.get("fields", {}).items()}
        fields.setdefault("included", dict.fromkeys(LANGS, str(self.flow["included"])))
        return {
            lang: words.fill(text[lang], lang, **{n: both[lang] for n, both in fields.items()})
            for lang in LANGS
        }

    def _field(self, one: Measure) -> Both:
        if "tally" in one:
            return self._tally(one["tally"])
        if "listed" in one:
            labels = self.labels(one["listed"])
            return _joined([{lang: f"{v} {w[lang]}" for lang in LANGS} for v, w in labels.items()])
        if "each" in one:
            rows = records(self.frame(one["from"]))
            return _joined(
                [filled(one["each"], row) for row in rows],
                words.COMMA if one.get("commas") else None,
            )
        counted = self.numbers(one)
        return dict.fromkeys(LANGS, ", ".join(map(str, counted or [])))

    def _tally(self, variable: str) -> Both:
        known = self.book.variables[variable]
        told = []
        for value, both in self.labels(variable).items():
            count = sum(value in known.parts(given) for given in self.studies[variable].dropna())
            told.append({lang: f"{both[lang]}: {count}" for lang in LANGS})
        return _joined(told)


def filled(text: Both, row: Mapping[str, Any]) -> Both:
    """Return a text with the cells of a row in it: ``{name}`` is the cell in the language."""
    told = {}
    for lang in LANGS:
        own = {k.removesuffix(f"_{lang}"): v for k, v in row.items() if k.endswith(f"_{lang}")}
        cells = {k: "" if v is None else v for k, v in {**row, **own}.items()}
        told[lang] = words.fill(text[lang], lang, **cells)
    return told


def _joined(parts: Sequence[Both], mark: Mapping[str, str] | None = None) -> Both:
    between = mark or words.SEMICOLON
    return {lang: between[lang].join(part[lang] for part in parts) for lang in LANGS}


def _where(frame: pd.DataFrame, wanted: Mapping[str, Any]) -> pd.DataFrame:
    for column, value in wanted.items():
        negated = isinstance(value, Mapping)
        one = value["not"] if isinstance(value, Mapping) else value
        allowed = [str(v) for v in (one if isinstance(one, list) else [one])]
        there = frame[column].notna()
        here = ~there if one is None else there & frame[column].astype("str").isin(allowed)
        frame = frame[~here if negated else here]
    return frame


def _counted(frame: pd.DataFrame, measure: Measure) -> list[Number] | None:
    """Return what a measure counts of the rows that it is about."""
    for form, count in _OF_ROWS.items():
        if form in measure:
            return count(frame, measure)
    return [len(frame)]


def _distinct(frame: pd.DataFrame, measure: Measure) -> list[Number]:
    values = frame[measure["distinct"]].dropna()
    if measure.get("split"):
        return [len({part.strip() for value in values for part in value.split(SEPARATOR)})]
    return [int(values.nunique())]


def _by(frame: pd.DataFrame, measure: Measure) -> list[Number]:
    return [int(n) for n in frame.groupby(measure["by"], sort=False).size()]


def _extreme(frame: pd.DataFrame, measure: Measure) -> list[Number] | None:
    least = "least" in measure
    values = frame[measure["least" if least else "most"]].dropna()
    return [int(values.min() if least else values.max())] if len(values) else None


def _largest(frame: pd.DataFrame, measure: Measure) -> list[Number]:
    sizes = frame.groupby(measure["largest"]).size()
    return [int(sizes.max()), int(sizes.idxmax())]


def _cells(frame: pd.DataFrame, measure: Measure) -> list[Number]:
    rows: Iterable[Sequence[str]] = frame[measure["cells"]].to_numpy().tolist()
    return [measure["as"][cell] for row in rows for cell in row]


def _complete(frame: pd.DataFrame, measure: Measure) -> list[Number]:
    wanted = measure["complete"]
    has = frame.groupby(wanted["of"])[wanted["values"]].agg(set)
    return [int(sum(set(wanted["all"]) <= values for values in has))]


_OF_ROWS: Mapping[str, Callable[[pd.DataFrame, Measure], list[Number] | None]] = {
    "distinct": _distinct,
    "by": _by,
    "least": _extreme,
    "most": _extreme,
    "largest": _largest,
    "cells": _cells,
    "complete": _complete,
}
"""What a measure may count of the rows of a table, by the word that asks for it."""


def _length(source: Source, measure: Measure) -> list[Number] | None:
    found = _at(source.figures, measure["length"])
    return None if found is None else [len(found)]


def _drawings(source: Source, measure: Measure) -> list[Number] | None:
    numbered = measure["drawings"] == "numbered"
    drawn = [one for one in source.figures.values() if "number" in one]
    return [sum((one["number"] is not None) == numbered for one in drawn)] if drawn else None


def _columns(source: Source, measure: Measure) -> list[Number] | None:
    frame = source.frame(measure["columns"])
    names = sum(fnmatchcase(str(name), measure["like"]) for name in frame.columns)
    return [names] if len(frame) else None


def _tables(source: Source, measure: Measure) -> list[Number]:
    return [sum(len(source.frame(name)) > 0 for name in measure["tables"])]


def _words(source: Source, measure: Measure) -> list[Number]:
    table, column = measure["words"].split(".")
    known = source.settings["code"]["tables"][table]["columns"][column]["values"]
    return [len(set(known) - {"none"})]


def _works(source: Source, measure: Measure) -> list[Number] | None:
    named = [source.record(key) for key in measure["works"]]
    if None in named:
        return None
    clusters = source.data["dedup/clusters"]
    return [int(clusters.loc[clusters["record_id"].isin(named), "cluster_id"].nunique())]


def _year_of(source: Source, measure: Measure) -> list[Number] | None:
    pulled = source.data["pull/records"]
    is_it = pulled["record_id"] == source.record(measure["year_of"])
    years = pulled.loc[is_it, "year_from"].dropna()
    return [int(years.iloc[0])] if len(years) else None


_FORMS: Mapping[str, Callable[[Source, Measure], list[Number] | None]] = {
    "flow": lambda source, measure: [source.flow[measure["flow"]]],
    "length": _length,
    "drawings": _drawings,
    "columns": _columns,
    "tables": _tables,
    "words": _words,
    "works": _works,
    "year_of": _year_of,
}
"""What a measure may count besides rows of a table."""


def _at(document: Any, path: str) -> Any:
    """Return what stands at a dotted path, numbers being places in a list; None if nothing."""
    for part in path.split("."):
        if isinstance(document, Mapping) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document
