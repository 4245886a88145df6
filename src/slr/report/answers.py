"""The research questions, answered from the tables, each answer with the works it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slr.report import claims as claim
from slr.report import words
from slr.report.rows import Data, records

if TYPE_CHECKING:
    import pandas as pd

QUESTIONS = {
    "Q1": ("4.1", "4.1.1", "4.1.2", "4.1.4", "4.1.5"),
    "Q2": ("4.2", "4.3"),
    "Q3": ("4.1.3", "4.2"),
}
"""Which sections of the paper answer which question."""
SECTION_OF_STAGE = {1: "4.1.1", 2: "4.1.2", 3: "4.1.3", 4: "4.1.4"}
CONCLUSIONS = "5"
"""The section that gives the people's role and the strategies."""
E_GOVERNMENT, E_GOVERNANCE = 2, 3
"""Stages whose setting Table 1 calls so."""

Cited = list[tuple[str, bool]]
"""Works, and whether each is an included study."""


class Answers:
    """What the tables answer, in one language.

    `there` tells whether this review has the questions and the places in the text to answer them.
    """

    def __init__(
        self,
        data: Data,
        contexts: pd.DataFrame,
        drawings: Mapping[str, Any],
        claims: Sequence[claim.Claim],
        lang: str,
    ) -> None:
        self.data = data
        self.drawings = drawings
        self.lang = lang
        self.say = words.load("page")
        self.claims = {one.id: one for one in claims}
        clusters = data["dedup/clusters"]
        work_of = dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))
        self.cited = contexts.assign(work=contexts["record_id"].map(lambda r: work_of.get(r, r)))
        self.included = set(data["screen/included"]["work_id"])
        self.there = set(QUESTIONS) <= set(self.claims) and len(contexts) > 0

    def questions(self) -> list[dict[str, Any]]:
        """Return each question with its answer in lines, and the works behind it."""
        answers = []
        for name, sections in QUESTIONS.items():
            lines, stages = getattr(self, f"_{name.lower()}")()
            all_sources = self.sources(*sections)
            told = {section for section in SECTION_OF_STAGE.values() if stages}
            sources = self.sources(*(section for section in sections if section not in told))
            outside = sum(not inside for _, inside in all_sources)
            answers.append(
                {
                    "id": name,
                    "question": self._statement(name),
                    "lines": lines,
                    "stages": stages,
                    "cites": self._say(
                        "rests_on", sections=self._sections([s for s in sections if s not in told])
                    ),
                    "sources": sources,
                    "note": self._say(
                        "outside_note",
                        outside=outside,
                        all=len(all_sources),
                        count=len(self.included),
                    ),
                }
            )
        return answers

    def roles(self) -> list[dict[str, Any]]:
        """Return the people's role in each step, with what the section on the step cites."""
        own = self.sources(CONCLUSIONS)
        return [
            {
                "statement": role.statement[self.lang],
                "place": role.place[self.lang],
                "own_none": not own,
                "cites": self._say(
                    "section_cites", sections=self._sections([SECTION_OF_STAGE[stage]])
                ),
                "sources": self.sources(SECTION_OF_STAGE[stage]),
            }
            for stage, role in enumerate(claim.roles(list(self.claims.values())), start=1)
        ]

    def sources(self, *sections: str) -> Cited:
        """Return the works that sections of the paper cite, in the order of the text."""
        here = self.cited[self.cited["section"].isin(sections)]
        return [(work, work in self.included) for work in dict.fromkeys(here["work"])]

    def _q1(self) -> tuple[list[str], list[dict[str, Any]]]:
        rows = records(self.data["code/table1"])
        stages = []
        for row in rows:
            number = row["stage_no"]
            section = SECTION_OF_STAGE.get(number, "")
            stages.append(
                {
                    "text": self._say(
                        "answer_stage",
                        name=row[f"name_{self.lang}"],
                        setting=row[f"context_{self.lang}"],
                        internal=self._say(f"changes_{row['internal_change']}"),
                        external=self._say(f"changes_{row['external_change']}"),
                        concepts=self._say(f"concepts_{row['concept_change']}"),
                    ),
                    "cites": self._say("section_cites", sections=self._sections([section])),
                    "sources": self.sources(section),
                }
            )
        coded = self.data["code/studies"]["stage"]
        counts = [
            f"{row[f'name_{self.lang}']} {int((coded == row['stage_no']).sum())}" for row in rows
        ]
        lines = [
            self._say("answer_stages", count=len(rows)),
            self._say("answer_thin", counts=self._join(counts)),
        ]
        return lines, stages

    def _q2(self) -> tuple[list[str], list[dict[str, Any]]]:
        table = self.data["code/table5"]
        pairs = [
            f"{row[f'governance_{self.lang}']} / {row[f'government_{self.lang}']}"
            for row in records(table)
        ]
        lines = [
            self._say("answer_places", government=E_GOVERNMENT, governance=E_GOVERNANCE),
            *(self._statement(name) for name in ("F44", "F47", "F48")),
            self._say("answer_pairs", count=len(pairs), list=self._join(pairs)),
            self._say("answer_doubt", statement=self._statement("X4")),
            self._say("answer_doubt", statement=self._statement("X22")),
        ]
        return lines, []

    def _q3(self) -> tuple[list[str], list[dict[str, Any]]]:
        lines = [self._statement(name) for name in ("F52", "F29", "F30")]
        figure = self.claims.get("F31")
        if figure and figure.has[self.lang]:
            lines.append(self._say("answer_figure2", counts=figure.has[self.lang]))
        return [*lines, self._say("answer_steps")], []

    def _statement(self, name: str) -> str:
        found = self.claims.get(name)
        return found.statement[self.lang] if found else ""

    def _say(self, key: str, /, **fields: str | int) -> str:
        return self.say.say(key, self.lang, **fields)

    def _sections(self, sections: Sequence[str]) -> str:
        """Name sections of the paper, in Persian with the mark between numbers that it has."""
        return claim.place(self._join(sections), self.lang)

    def _join(self, parts: Sequence[str]) -> str:
        return words.COMMA[self.lang].join(parts)
