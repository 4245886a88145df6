"""The tables of the report, each with its words in English and Persian.

Here are those of every review; those that a review declares are built by `slr.report.shown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slr.report import LANGS, additions, words
from slr.report.declared import Declared, blamed
from slr.report.firm import FirmTables
from slr.report.grid import Both, Column, Table
from slr.report.measures import Source
from slr.report.rows import labels, records, stand_ins_note, vocabulary

Note = str | Both


class Builder(FirmTables):
    """Makes the tables of one review from the tables of its stages and its config."""

    def __init__(self, source: Source, declared: Declared) -> None:
        self.source = source
        self.data = source.data
        self.settings = source.settings
        self.declared = declared
        self.say = words.load("tables")
        self.included = set(self.data["screen/included"]["work_id"])
        self.labels = labels(self.data)
        ended = self.data["screen/outcomes"]
        self.bases = dict(zip(ended["work_id"], ended["basis"], strict=True))

    def all(self, names: Sequence[str]) -> list[Table]:
        """Return the tables of these names, in their order."""
        return [self._one(name) for name in names]

    def _one(self, name: str) -> Table:
        from slr.report import shown

        if name in self.declared.tables:
            with blamed(f"tables/{name}.yaml"):
                return shown.table(self, name, self.declared.tables[name])
        if name in self.settings["code"].get("maps", {}):
            return shown.map_table(self, name, self.settings["code"]["maps"][name])
        made: Table = getattr(self, name)()
        return made

    def studies(self) -> Table:
        """Return the included studies with all that is coded of them."""
        variables = self.source.book.variables
        share = 0.55 / max(len(variables), 1)
        columns = [
            Column("study", "head", 0.12), Column("title", share=0.2),
            *(Column(f"variable {name}", share=share) for name in variables),
            Column("work_id", "code", 0.1),
        ]  # fmt: skip
        heads = {f"variable {name}": one.title for name, one in variables.items()}
        found = records(self.source.studies)
        rows = [
            [
                self.labels[study["work_id"]],
                study["title"] or self.say.both("no_title"),
                *(self.coded(name, study[name]) for name in variables),
                study["work_id"],
            ]
            for study in found
        ]
        ids = [study["work_id"] for study in found]
        note = ["note_coded" if variables else "note_no_codebook"]
        return self.table("studies", columns, rows, works=ids, note=note, more_heads=heads)

    def agreement(self) -> Table:
        """Return how far coders agree, by variable."""
        columns = [
            Column("variable", "head", 0.2), Column("type", share=0.15),
            Column("studies_coded", "number", 0.1), Column("measure", share=0.2),
            Column("agreement", "number", 0.1), Column("interval", share=0.2),
        ]  # fmt: skip
        rows = [
            [
                self.source.book.variables[row["variable"]].title,
                self.say.both(f"type_{row['type']}"),
                row["studies"],
                self.say.both(f"measure_{row['measure']}"),
                "–" if row["value"] is None else f"{row['value']:.2f}",
                "" if row["low"] is None else f"{row['low']:.2f} – {row['high']:.2f}",
            ]
            for row in records(self.data["code/agreement"])
        ]
        note = ["note_agreement" if rows else "none_agreement"]
        return self.table("agreement", columns, rows, merged=3, note=note)

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
                self.word(row["basis"]),
                row["work_id"],
            ]
            for row in out
        ]
        ids = [row["work_id"] for row in out]
        return self.table("excluded", columns, rows, works=ids, note=["note_excluded"])

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
                self.named(parts_of(row["added"])), self.named(parts_of(row["dropped"])),
            ]
            for row in alternatives
        ]  # fmt: skip
        note: list[str | Both] = ["note_multiverse"]
        note += stand_ins_note(self.settings["screen"]["criteria"], self.declared.words)
        return self.table("multiverse", columns, rows, note=note)

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
        return self.table("additions", columns, rows, works=ids, note=note)

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
        return self.table("waiting", columns, rows, works=ids, note=note)

    def _count_of(self, needs: str | None) -> Both:
        """Say of which index and day the counts must be that a work waits for."""
        declared = self.settings["screen"]["facts"]
        return {lang: additions.count_of(parts_of(needs), declared, lang) or "" for lang in LANGS}

    # ---- parts of them

    def coded(self, variable: str, value: str | None) -> Both:
        """Return an answer in words; a study without one is not coded in that."""
        if value is None:
            return dict.fromkeys(LANGS, "")
        one = self.source.book.variables[variable]
        return self.joined([self._labelled(one.labels, part) for part in one.parts(value)])

    def _labelled(self, known: Mapping[str, Both], value: str) -> Both:
        return known[value] if value in known else self.word(value)

    def criterion(self, name: str) -> Both:
        """Name a criterion: its id in English; a translation where there is one."""
        return self.word(name)

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

    def named(self, ids: Iterable[str]) -> Both:
        """List works by author and year."""
        return self.joined([self.labels[name] for name in ids])

    def surety(self, study: Mapping[str, Any]) -> Both:
        """Say how sure the entry of a study is."""
        parts = [self.word(study["identification"] or "unknown")]
        if fields := parts_of(study["recalled_fields"]):
            names = self.joined([self.word(name) for name in fields])
            parts.append(
                {lang: self.say.say("recalled_fields", lang, fields=names[lang]) for lang in LANGS}
            )
        if study["basis"] == "judgement":
            parts.append(self.say.both("in_by_judgement"))
        return {lang: words.SEMICOLON[lang].join(part[lang] for part in parts) for lang in LANGS}

    def word(self, value: str | None) -> Both:
        """Translate a word of a vocabulary; one that has no translation stays as it is."""
        return vocabulary(self.declared.words, value)

    def joined(self, parts: Sequence[Both]) -> Both:
        """Join words by commas."""
        return {lang: words.COMMA[lang].join(part[lang] for part in parts) for lang in LANGS}

    def inside(self, included: str) -> Both:
        """Say whether a work is among the included."""
        if included == "yes":
            return self.say.both("value yes")
        return self.say.both("not_among", count=len(self.included))

    def table(  # noqa: PLR0913  (what a table may have, each by name)
        self,
        name: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Any]],
        *,
        note: Sequence[Note],
        works: Sequence[str] = (),
        merged: int = 0,
        totals: int = 0,
        title: Both | None = None,
        more_heads: Mapping[str, Both] | None = None,
    ) -> Table:
        """Return a table ready to be written; heads and title are phrases unless given."""
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
            title=title or self.say.both(f"title_{name}", count=len(self.included)),
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


def first_sentence(text: str) -> str:
    """Return a text up to its first full stop.

    >>> first_sentence("One thing: here. Another.")
    'One thing: here.'
    """
    head, dot, _ = text.partition(". ")
    return head + dot.strip()


def parts_of(text: str | None, mark: str | None = None) -> list[str]:
    """Return the parts of a cell that holds several, apart by blanks or by a mark."""
    return [part.strip() for part in (text or "").split(mark) if part.strip()]


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "0"


def _text(cell: Any, lang: str) -> str:
    if isinstance(cell, Mapping):
        cell = cell[lang]
    return "" if cell is None else str(cell)
