"""The tables of the report, each with its words in English and Persian."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slr.report import LANGS, TABLES, additions, words
from slr.report.firm import FirmTables
from slr.report.grid import Both, Column, Table
from slr.report.rows import Data, labels, records, stand_ins_note

if TYPE_CHECKING:
    import pandas as pd

WHOLE_MODEL = 0
"""The stage of a study that is used for the model as a whole."""


class Builder(FirmTables):
    """Makes the tables of one review from the tables of its stages and its config."""

    def __init__(self, data: Data, settings: Mapping[str, Any]) -> None:
        self.data = data
        self.settings = settings
        self.say = words.load("tables")
        self.included = set(data["screen/included"]["work_id"])
        self.labels = labels(data)
        ended = data["screen/outcomes"]
        self.bases = dict(zip(ended["work_id"], ended["basis"], strict=True))

    def all(self) -> list[Table]:
        """Return every table, in the order of `TABLES`."""
        return [getattr(self, name)() for name in TABLES]

    def studies(self) -> Table:
        """Return the included studies with stage, theme, finding, place, evidence and surety."""
        columns = [
            Column("study", "head", 0.11), Column("title", share=0.14), Column("stage", share=0.07),
            Column("concept", share=0.1), Column("theme", share=0.12),
            Column("finding", share=0.12), Column("place", share=0.06),
            Column("evidence_kind", share=0.06), Column("surety", share=0.07),
            Column("work_id", "code", 0.08),
        ]  # fmt: skip
        rows = []
        for study in records(self.data["code/studies"]):
            coded = study["coded"] == "yes"
            as_theme = self.say.say("as_theme", "fa") if study["theme_fa"] else study["finding_en"]
            finding = {"en": study["finding_en"], "fa": as_theme}
            place = [*_list(study["country"], ";"), *_list(study["sector"], ";")]
            rows.append(
                [
                    self.labels[study["work_id"]],
                    study["title"],
                    self._stage(study) if coded else self.say.both("not_coded"),
                    _pair(study, "concept"),
                    _pair(study, "theme"),
                    finding,
                    self._values(place),
                    self._value(study["evidence_kind"]),
                    self._surety(study),
                    study["work_id"],
                ]
            )
        ids = list(self.data["code/studies"]["work_id"])
        count = self._count_of_stages()
        return self._table("studies", columns, rows, works=ids, note=["note_studies", count])

    def excluded(self) -> Table:
        """Return every work that is not included, in the order of the criteria, with its reason."""
        columns = [
            Column("study", "head", 0.14), Column("title", share=0.22),
            Column("ended_at", share=0.12), Column("reason", share=0.28),
            Column("basis", share=0.08), Column("work_id", "code", 0.1),
        ]  # fmt: skip
        order = {name: at for at, name in enumerate(self.settings["screen"]["criteria"])}
        out = records(self.data["code/excluded"])
        out.sort(key=lambda row: (order.get(row["criterion"], len(order)), row["work_id"]))
        rows = [
            [
                self.labels[row["work_id"]],
                row["title"] or self.say.both("no_title"),
                self.ended(row["work_id"], row["status"], row["criterion"]),
                {"en": row["reason"], "fa": row["reason_fa"]},
                self._value(row["basis"]),
                row["work_id"],
            ]
            for row in out
        ]
        ids = [row["work_id"] for row in out]
        return self._table("excluded", columns, rows, works=ids, note=["note_excluded"])

    def table1(self) -> Table:
        """Return the stages, derived, with the source's own terms."""
        columns = [
            Column("no", "number", 0.04), Column("stage", "head", 0.15),
            Column("setting", share=0.17), Column("internal", share=0.1),
            Column("external", share=0.1), Column("concepts", share=0.1),
            Column("source_term", share=0.22),
        ]  # fmt: skip
        rows = [
            [
                row["stage_no"], _pair(row, "name"), _pair(row, "context"),
                *(self._value(row[c]) for c in ("internal_change", "external_change")),
                self._value(row["concept_change"]), row["source_term_en"] or "",
            ]
            for row in records(self.data["code/table1"])
        ]  # fmt: skip
        return self._table("table1", columns, rows, note=["note_table1"])

    def table2(self) -> Table:
        """Return the models of e-government, a row a step."""
        columns = [
            Column("no", "number", 0.04), Column("model", "head", 0.2),
            Column("year", "number", 0.07),
            Column("among", share=0.12), Column("step_no", "number", 0.05),
            Column("step", share=0.25), Column("common_step", share=0.13),
        ]  # fmt: skip
        rows = [
            [
                row["model_no"], _pair(row, "model"), row["year"] or self.say.both("no_year"),
                self._among(row["included"]), row["step_no"], _pair(row, "step"),
                self._common_step(row["common_step"]),
            ]
            for row in records(self.data["code/table2"])
        ]  # fmt: skip
        works = [self._work(record) for record in self.data["code/table2"]["record_id"]]
        inside = self.data["code/table2"].drop_duplicates("model_no")["included"]
        note: list[str | Both] = ["note_table2", self.say.both("sources_inside", **_share(inside))]
        return self._table("table2", columns, rows, works=works, merged=4, note=note)

    def table2_common_steps(self) -> Table:
        """Return which model has which common step, and those that lack one."""
        steps = self.settings["code"]["common_steps"]
        grid = self.data["code/table2_common_steps"]
        columns = [Column("no", "number", 0.04), Column("model", "head", 0.25)]
        columns += [Column(f"common {name}", share=0.12) for name in steps]
        columns.append(Column("lacks", "number", 0.08))
        rows = []
        for (number, en, fa), of_model in grid.groupby(["model_no", "model_en", "model_fa"]):
            has = dict(zip(of_model["common_step"], of_model["steps"], strict=True))
            marks = [self.say.both("has" if has[name] else "lacks") for name in steps]
            rows.append([int(number), {"en": en, "fa": fa}, *marks, sum(not has[s] for s in steps)])
        models = len(rows)
        having = grid[grid["steps"] > 0].groupby("common_step").size()
        totals = [
            self.say.both("of_models", count=int(having.get(s, 0)), all=models) for s in steps
        ]
        lacking = sum(1 for row in rows if row[-1])
        rows.append(["", self.say.both("models_with"), *totals, ""])
        note: list[str | Both] = [
            "note_common_steps",
            self.say.both("lacking_models", count=lacking, all=models),
        ]
        heads = {f"common {name}": label for name, label in steps.items()}
        return self._table(
            "table2_common_steps", columns, rows, note=note, totals=1, more_heads=heads
        )

    def table3(self) -> Table:
        """Return e-government 1.0, 2.0 and 3.0 compared."""
        columns = [Column("no", "number", 0.04), Column("area", "head", 0.18)]
        columns += [Column(f"egov{n}", share=0.23) for n in (1, 2, 3)]
        rows = [
            [row["row_no"], *(_pair(row, part) for part in ("area", "egov1", "egov2", "egov3"))]
            for row in records(self.data["code/table3"])
        ]
        return self._table("table3", columns, rows, merged=2, note=["note_table3"])

    def table4(self) -> Table:
        """Return the concepts with their sources, counted."""
        columns = [
            Column("no", "number", 0.04), Column("concept", "head", 0.2),
            Column("sources", "number", 0.07), Column("sources_among", "number", 0.08),
            Column("theme", share=0.3), Column("source", share=0.12), Column("among", share=0.1),
        ]  # fmt: skip
        counted = {row["concept_no"]: row for row in records(self.data["code/table4_counts"])}
        rows = []
        for row in records(self.data["code/table4"]):
            count = counted[row["concept_no"]]
            rows.append(
                [
                    row["concept_no"], _pair(row, "concept"), count["sources"], count["included"],
                    _pair(row, "theme"), self.labels[row["work_id"]], self._among(row["included"]),
                ]
            )  # fmt: skip
        works = list(self.data["code/table4"]["work_id"])
        shares = _share(self.data["code/table4"]["included"])
        total = self.say.both("all_concepts")
        rows.append(["", total, shares["all"], shares["count"], "", "", ""])
        note: list[str | Both] = ["note_table4", self.say.both("sources_inside", **shares)]
        return self._table(
            "table4", columns, rows, works=[*works, ""], merged=4, totals=1, note=note
        )

    def table5(self) -> Table:
        """Return the pairs of governance and government, in two blocks."""
        columns = [
            Column("block", "head", 0.22), Column("no", "number", 0.04),
            Column("of_governance", share=0.32), Column("of_government", share=0.32),
        ]  # fmt: skip
        rows = [
            [
                self._value(row["block"]),
                row["pair_no"],
                _pair(row, "governance"),
                _pair(row, "government"),
            ]
            for row in records(self.data["code/table5"])
        ]
        return self._table("table5", columns, rows, merged=1, note=["note_table5"])

    def evidence_map(self) -> Table:
        """Return the included studies by stage and concept."""
        concepts = self.data["code/table4_counts"]
        cells = {
            (row["stage"], row["concept_no"]): row["studies"]
            for row in records(self.data["code/evidence_map"])
        }
        numbers = [int(n) for n in concepts["concept_no"]]
        columns = [Column("stage", "head", 0.2), Column("no_concept", "number", 0.1)]
        columns += [Column(f"concept {n}", "number", 0.09) for n in numbers]
        columns.append(Column("all_studies", "number", 0.09))
        heads = {f"concept {n}": self.say.both("concept_no", number=n, name="") for n in numbers}
        stages = list(dict.fromkeys(stage for stage, _ in cells))
        rows: list[list[Any]] = []
        for stage in stages:
            counts = [cells.get((stage, concept), 0) for concept in [None, *numbers]]
            rows.append([self.stage_name(stage), *counts, sum(counts)])
        sums = [sum(row[at] for row in rows) for at in range(1, len(columns))]
        rows.append([self.say.both("all_stages"), *sums])
        named = self.say.both("concepts_named", list="{list}")
        both = {
            lang: named[lang].format(
                list=words.SEMICOLON[lang].join(
                    f"{n} {name}"
                    for n, name in zip(numbers, concepts[f"concept_{lang}"], strict=True)
                )
            )
            for lang in LANGS
        }
        note: list[str | Both] = ["note_evidence_map", self._count_of_stages(), both]
        return self._table("evidence_map", columns, rows, totals=1, note=note, more_heads=heads)

    def multiverse(self) -> Table:
        """Return what other choices would keep."""
        columns = [
            Column("choice", "head", 0.3), Column("included", "number", 0.08),
            Column("difference", "number", 0.09), Column("awaits", "number", 0.08),
            Column("added", share=0.2), Column("dropped", share=0.2),
        ]  # fmt: skip
        alternatives = records(self.data["screen/multiverse"])
        baseline = alternatives[0]["included"] if alternatives else 0
        rows = [
            [
                {"en": row["label"], "fa": row["label_fa"]}, row["included"],
                _signed(row["included"] - baseline), row["awaiting"],
                self.named(_list(row["added"])), self.named(_list(row["dropped"])),
            ]
            for row in alternatives
        ]  # fmt: skip
        note: list[str | Both] = ["note_multiverse"]
        note += stand_ins_note(self.settings["screen"]["criteria"])
        return self._table("multiverse", columns, rows, note=note)

    def additions(self) -> Table:
        """Return what records beyond the review's own became."""
        columns = [
            Column("record_id", "code", 0.15), Column("study", "head", 0.15),
            Column("became", share=0.2), Column("ended_at", share=0.15),
            Column("reason", share=0.25),
        ]  # fmt: skip
        added = records(self.data["report/additions"])
        rows = [
            [
                row["record_id"], self.labels[row["work_id"]],
                self.say.both("merged_into", work=row["work_id"])
                if row["merged"] == "yes" else self.say.both("new_work"),
                self.ended(row["work_id"], row["status"], row["criterion"]),
                {"en": row["reason"], "fa": row["reason_fa"]},
            ]
            for row in added
        ]  # fmt: skip
        ids = [row["work_id"] for row in added]
        note: list[str | Both] = ["note_additions"] if rows else ["none_additions"]
        return self._table("additions", columns, rows, works=ids, note=note)

    def waiting(self) -> Table:
        """Return what waits, and the file to fill in."""
        columns = [
            Column("study", "head", 0.13), Column("title", share=0.17),
            Column("waits_at", share=0.1), Column("needs", share=0.12),
            Column("fill_in", share=0.13), Column("count_of", share=0.12),
            Column("reason", share=0.15),
        ]  # fmt: skip
        waits = records(self.data["report/waiting"])
        rows = [
            [
                self.labels[row["work_id"]],
                row["title"] or self.say.both("no_title"),
                self.criterion(row["criterion"])
                if row["criterion"]
                else self.say.both("duplicates"),
                (row["needs"] or "").replace(" ", ", "),
                row["fill_in"],
                self._count_of(row["needs"]),
                {"en": row["reason"], "fa": row["reason_fa"]},
            ]
            for row in waits
        ]
        ids = [row["work_id"] for row in waits]
        note: list[str | Both] = ["note_waiting"] if rows else ["none_waiting"]
        return self._table("waiting", columns, rows, works=ids, note=note)

    def _count_of(self, needs: str | None) -> Both:
        """Say of which index and day the counts must be that a work waits for."""
        declared = self.settings["screen"]["facts"]
        return {lang: additions.count_of(_list(needs), declared, lang) or "" for lang in LANGS}

    # ---- parts of them

    def criterion(self, name: str) -> Both:
        """Name a criterion: its id in English; a translation where there is one."""
        return self._value(name)

    def ended(self, work_id: str, status: str, criterion: str | None) -> Both:
        """Say where a work ended, and at which criterion."""
        said = self.say.both(f"status_{status}")
        if not criterion or status == "not_retrieved":
            return said
        at = self.criterion(criterion)
        key = "ended_stand_in" if self.bases[work_id] == "stand-in" else "ended"
        return {
            lang: self.say.say(key, lang, status=said[lang], criterion=at[lang]) for lang in LANGS
        }

    def stage_name(self, stage: int | None) -> Both:
        """Name a stage of the model with its number."""
        if stage is None:
            return self.say.both("not_coded")
        if stage == WHOLE_MODEL:
            return self.say.both("whole_model")
        for row in records(self.data["code/table1"]):
            if row["stage_no"] == stage:
                names = _pair(row, "name")
                return {
                    lang: self.say.say("stage_no", lang, number=stage, name=names[lang])
                    for lang in LANGS
                }
        return {lang: str(stage) for lang in LANGS}

    def named(self, ids: Iterable[str]) -> Both:
        """List works by author and year."""
        found = [self.labels[name] for name in ids]
        return {lang: words.COMMA[lang].join(label[lang] for label in found) for lang in LANGS}

    def _stage(self, study: Mapping[str, Any]) -> Both:
        return self.stage_name(study["stage"])

    def _surety(self, study: Mapping[str, Any]) -> Both:
        parts = [self._value(study["identification"] or "unknown")]
        if fields := _list(study["recalled_fields"]):
            names = self._values(fields)
            parts.append(
                {lang: self.say.say("recalled_fields", lang, fields=names[lang]) for lang in LANGS}
            )
        if study["basis"] == "judgement":
            parts.append(self.say.both("in_by_judgement"))
        return {lang: words.SEMICOLON[lang].join(part[lang] for part in parts) for lang in LANGS}

    def _value(self, value: str | None) -> Both:
        """Translate a word of a vocabulary; one that has no translation stays as it is."""
        if value is None:
            return dict.fromkeys(LANGS, "")
        key = f"value {value}"
        return self.say.both(key) if key in self.say else dict.fromkeys(LANGS, value)

    def _values(self, several: Iterable[str]) -> Both:
        found = [self._value(value) for value in several]
        return {lang: words.COMMA[lang].join(value[lang] for value in found) for lang in LANGS}

    def _common_step(self, name: str) -> Both:
        steps: Mapping[str, Both] = self.settings["code"]["common_steps"]
        return steps[name] if name in steps else self.say.both("no_common_step")

    def _among(self, included: str) -> Both:
        if included == "yes":
            return self.say.both("value yes")
        return self.say.both("not_among", count=len(self.included))

    def _work(self, record: str) -> str:
        clusters = self.data["dedup/clusters"]
        found = clusters.loc[clusters["record_id"] == record, "cluster_id"]
        return str(found.iloc[0]) if len(found) else ""

    def _count_of_stages(self) -> Both:
        """Say how many studies stand behind each stage."""
        coded = self.data["code/studies"]["stage"].dropna()
        stages = [WHOLE_MODEL, *self.data["code/table1"]["stage_no"]]
        counts = [(self.stage_name(stage), int((coded == stage).sum())) for stage in stages]
        said = {
            lang: words.SEMICOLON[lang].join(f"{name[lang]}: {n}" for name, n in counts)
            for lang in LANGS
        }
        return {lang: self.say.say("stage_counts", lang, list=said[lang]) for lang in LANGS}

    def _table(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Any]],
        *,
        note: Sequence[str | Both],
        works: Sequence[str] = (),
        merged: int = 0,
        totals: int = 0,
        more_heads: Mapping[str, Both] | None = None,
    ) -> Table:
        heads = {c.key: (more_heads or {}).get(c.key) or self._head(c.key) for c in columns}
        notes = [
            self.say.both(one, count=len(self.included)) if isinstance(one, str) else one
            for one in note
        ]
        notes.append(
            {lang: first_sentence(self.settings["review"]["about"][lang]) for lang in LANGS}
        )
        return Table(
            name=name,
            title=self.say.both(f"title_{name}", count=len(self.included)),
            notes={lang: [one[lang] for one in notes] for lang in LANGS},
            columns=columns,
            heads={lang: [heads[c.key][lang] for c in columns] for lang in LANGS},
            rows={lang: [[_text(cell, lang) for cell in row] for row in rows] for lang in LANGS},
            works=works or [""] * len(rows),
            merged=merged,
            totals=totals,
        )

    def _head(self, key: str) -> Both:
        return self.say.both(f"head_{key}", count=len(self.included))


def build(data: Data, settings: Mapping[str, Any]) -> list[Table]:
    """Return the tables of the report.

    Parameters
    ----------
    data
        The tables of the stages by schema name, with `report/additions` and `report/waiting`.
    settings
        The config.
    """
    return Builder(data, settings).all()


def first_sentence(text: str) -> str:
    """Return a text up to its first full stop.

    >>> first_sentence("One thing: here. Another.")
    'One thing: here.'
    """
    head, dot, _ = text.partition(". ")
    return head + dot.strip()


def _pair(row: Mapping[str, Any], part: str) -> Both:
    return {lang: row[f"{part}_{lang}"] or "" for lang in LANGS}


def _list(text: str | None, mark: str | None = None) -> list[str]:
    return [part.strip() for part in (text or "").split(mark) if part.strip()]


def _share(included: pd.Series) -> dict[str, int]:
    return {"count": int((included == "yes").sum()), "all": len(included)}


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "0"


def _text(cell: Any, lang: str) -> str:
    if isinstance(cell, Mapping):
        cell = cell[lang]
    return "" if cell is None else str(cell)
