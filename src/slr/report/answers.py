"""The questions of a review, answered from its tables, each with the works that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slr.report import claims as claim
from slr.report import words
from slr.report.measures import Source, filled
from slr.report.rows import records

Cited = list[tuple[str, bool]]
"""Works, and whether each is an included study."""


class Answers:
    """What the tables answer, in one language; `known` is the content of answers.yaml.

    `there` tells whether this review has the questions and the places in the text to answer them.
    """

    def __init__(
        self, source: Source, known: Mapping[str, Any], claims: Sequence[claim.Claim], lang: str
    ) -> None:
        self.source = source
        self.known = known
        self.lang = lang
        self.say = words.load("page")
        self.claims = {one.id: one for one in claims}
        clusters = source.data["dedup/clusters"]
        work_of = dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))
        contexts = source.contexts
        self.cited = contexts.assign(work=contexts["record_id"].map(lambda r: work_of.get(r, r)))
        self.included = set(source.data["screen/included"]["work_id"])
        asked = {one["id"] for one in known.get("questions", [])}
        self.there = bool(asked) and asked <= set(self.claims) and len(contexts) > 0

    def questions(self) -> list[dict[str, Any]]:
        """Return each question with its answer in lines, and the works behind it."""
        return [self._question(one) for one in self.known["questions"]]

    def _question(self, one: Mapping[str, Any]) -> dict[str, Any]:
        stages = self._rows(one["rows"]) if "rows" in one else []
        told = {stage["section"] for stage in stages}
        all_sources = self.sources(*one["sections"])
        sections = [section for section in one["sections"] if section not in told]
        return {
            "id": one["id"],
            "question": self._statement(one["id"]),
            "lines": [line for part in one["lines"] if (line := self._line(part))],
            "stages": stages,
            "cites": self._say("rests_on", sections=self._sections(sections)),
            "sources": self.sources(*sections),
            "note": self._say(
                "outside_note",
                outside=sum(not inside for _, inside in all_sources),
                all=len(all_sources),
                count=len(self.included),
            ),
        }

    def _line(self, part: Mapping[str, Any]) -> str:
        """Return a line of an answer; empty where this run has nothing for it."""
        if "en" not in part:
            return self._statement(part["statement"])
        text = str(part[self.lang])
        if "statement" in part:
            return text.replace("{statement}", self._statement(part["statement"]))
        if "has" in part:
            found = self.claims.get(part["has"])
            counts = found.has[self.lang] if found else ""
            return text.replace("{counts}", counts) if counts else ""
        return self.source.told(part)[self.lang]

    def _rows(self, one: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return a line for each row of a table, with the works that its section cites."""
        lines = []
        for row in records(self.source.frame(one["from"])):
            cells = {
                name: self._cell(one, name, column, row) for name, column in one["cells"].items()
            }
            section = one["sections"].get(str(row[one["sections"]["by"]]), "")
            lines.append(
                {
                    "text": filled(one["each"], cells)[self.lang],
                    "section": section,
                    "cites": self._say("section_cites", sections=self._sections([section])),
                    "sources": self.sources(section),
                }
            )
        return lines

    def _cell(self, one: Mapping[str, Any], name: str, column: str, row: Mapping[str, Any]) -> str:
        said = one.get("words", {}).get(name, {})
        value = row[f"{column}_{self.lang}"] if f"{column}_{self.lang}" in row else row[column]
        return str(said[value][self.lang] if value in said else value)

    def lists(self) -> list[dict[str, Any]]:
        """Return the lists of statements, each with what the sections on them cite."""
        return [self._list(one) for one in self.known.get("lists", [])]

    def _list(self, one: Mapping[str, Any]) -> dict[str, Any]:
        sections = one.get("sections", [])
        own_none = "own" in one and not self.sources(one["own"])
        said = claim.named(list(self.claims.values()), one["statements"])
        told = [
            {
                "statement": found.statement[self.lang],
                "place": found.place[self.lang],
                "own_none": one["own_none"][self.lang] if own_none else "",
                "cites": self._say("section_cites", sections=self._sections(sections[at : at + 1]))
                if sections
                else "",
                "sources": self.sources(*sections[at : at + 1]),
            }
            for at, found in enumerate(said)
        ]
        note = one["note"][self.lang] if "note" in one else ""
        return {"id": one["id"], "title": one["title"][self.lang], "note": note, "items": told}

    def sources(self, *sections: str) -> Cited:
        """Return the works that sections of the paper cite, in the order of the text."""
        here = self.cited[self.cited["section"].isin(sections)]
        return [(work, work in self.included) for work in dict.fromkeys(here["work"])]

    def _statement(self, name: str) -> str:
        found = self.claims.get(name)
        return found.statement[self.lang] if found else ""

    def _say(self, key: str, /, **fields: str | int) -> str:
        return self.say.say(key, self.lang, **fields)

    def _sections(self, sections: Sequence[str]) -> str:
        """Name sections of the paper, in Persian with the mark between numbers that it has."""
        joined = words.COMMA[self.lang].join(sections)
        return claim.place(joined, self.known.get("places", {}), self.lang)
