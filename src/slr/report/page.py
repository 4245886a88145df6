"""The page: one HTML file in two languages that needs nothing beside it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slr.identity import Names
from slr.report import (
    FIGURES,
    LANGS,
    SOURCES,
    TABLES,
    document,
    firm,
    grid,
    in_order,
    markup,
    style,
    words,
)
from slr.report import claims as claim
from slr.report import flow as flows
from slr.report.answers import Answers
from slr.report.declared import Declared, blamed
from slr.report.grid import Table
from slr.report.measures import Source
from slr.report.rows import Data, labels_of_records, records
from slr.report.tables import Builder
from slr.schemas.tables import columns
from slr.trace import EDGE

if TYPE_CHECKING:
    from markupsafe import Markup

_BEFORE = ("studies", "excluded")
_AFTER = ("additions", "waiting", "records", "use")
SVG_BYTES_MAX = 400_000
"""A drawing heavier than this goes into the page as PNG, if that is lighter."""


@dataclass(frozen=True)
class Drawn:
    """A figure as the page takes it: its words, and its files by language and kind."""

    picture: style.Picture
    files: Mapping[str, Mapping[str, bytes]]


@dataclass(frozen=True)
class Content:
    """All that the page tells."""

    source: Source
    declared: Declared
    tables: Sequence[Table]
    figures: Sequence[Drawn]
    claims: Sequence[claim.Claim]


def render(content: Content) -> str:
    """Return the page; the same content gives the same text."""
    return document.render(
        "page.html.j2",
        [Part(content, lang) for lang in LANGS],
        fact_header=",".join(columns("raw/facts")),
        judgement_header=",".join(columns("raw/screening")),
    )


def anchors(ids: Iterable[str]) -> dict[str, str]:
    """Return for each id a name that can stand in an address, none twice.

    >>> anchors(["paper/A 1", "paper/A-1"])
    {'paper/A 1': 'record-paper-A-1', 'paper/A-1': 'record-paper-A-1-2'}
    """
    made: dict[str, str] = {}
    used: set[str] = set()
    for name in ids:
        bare = "record-" + (re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-") or "x")
        slug, number = bare, 1
        while slug in used:
            number += 1
            slug = f"{bare}-{number}"
        used.add(slug)
        made[name] = slug
    return made


def places(data: Data) -> dict[str, str]:
    """Return the names (see :func:`anchors`) of the records that the page lists, in their order.

    These are all; of more than a page bears, those of the included works.
    """
    made = anchors(data["pull/records"]["record_id"])
    if len(made) <= grid.ROWS_MAX:
        return made
    clusters, included = data["dedup/clusters"], data["screen/included"]
    kept = set(clusters.loc[clusters["cluster_id"].isin(included["work_id"]), "record_id"])
    return {record: name for record, name in made.items() if record in kept}


class Part(document.Part):
    """The page in one language, as the template asks for it."""

    def __init__(self, content: Content, lang: str) -> None:
        self.source = content.source
        self.data, self.flow = self.source.data, self.source.flow
        settings = self.source.settings
        super().__init__(lang, "page", settings["review"])
        self.content = content
        self.build = Builder(self.source, content.declared)
        self.included = self.flow["included"]
        self._merged = labels_of_records(self.data["pull/records"])
        self._anchors = places(self.data)
        known = content.declared.answers
        self.told = Answers(self.source, known, content.claims, lang)
        self.lists = (
            [self._linked_list(one) for one in self.told.lists()] if self.told.there else []
        )
        self._heads = {one["id"]: one["title"] for one in self.lists}
        if "heading" in known:
            self._heads["answers"] = known["heading"][lang]
        if "heading" in settings["report"]:
            self._heads["own"] = settings["report"]["heading"][lang]
        self.figures = {drawn.picture.name: self._figure(drawn) for drawn in content.figures}
        self.tables = {table.name for table in content.tables}
        own = (self.tables | set(self.figures)) - {*FIGURES, *TABLES, SOURCES}
        self.own = in_order(own, settings)
        self.sections = list(self._sections())

    def _sections(self) -> Iterator[str]:
        """Yield the parts of the page that this review has."""
        yield "flow"
        if self.told.there:
            yield "answers"
            yield from (one["id"] for one in self.lists)
        yield from _BEFORE
        if self.own:
            yield "own"
        yield from ("network", "choices")
        if self.content.claims:
            yield from ("claims", "inconsistencies") if self.inconsistencies else ("claims",)
        yield from _AFTER

    def part_title(self, section: str) -> Markup:
        """Return what a part of the page is called."""
        return self.x(self._heads[section]) if section in self._heads else self.t(section)

    def table(self, name: str) -> Markup:
        """Return a table with links to the records of its rows."""
        from markupsafe import Markup

        [table] = [t for t in self.content.tables if t.name == name]

        def link(work: str) -> str:
            place = self.anchor(work)
            return place and f"#{place}"

        made = grid.as_html(grid.readable(table), self.lang, link)
        return Markup(made)  # noqa: S704  (escaped there)

    def label(self, work: str) -> Markup:
        """Return author and year of a work, or of a record that was merged into one."""
        known = self.build.labels.get(work) or self._merged[work]
        return self.x(known[self.lang])

    def anchor(self, work: str) -> str:
        """Return where on the page a work's record is; nothing if it is not listed there."""
        return f"{self.lang}-{self._anchors[work]}" if work in self._anchors else ""

    def _criterion(self, name: str) -> str:
        return self.build.criterion(name)[self.lang]

    # ---- figures

    def _figure(self, drawn: Drawn) -> dict[str, Any]:
        files = drawn.files[self.lang]
        svg = files["svg"]
        light = len(svg) <= SVG_BYTES_MAX or len(svg) <= len(files["png"])
        shown = ("image/svg+xml", svg) if light else ("image/png", files["png"])
        width, height = _size(svg)
        return {
            "uri": document.uri(*shown),
            "width": width,
            "height": height,
            "size": "wide" if width > _NARROW else "narrow",
            "title": markup.bare(drawn.picture.title[self.lang]),
            "caption": drawn.picture.caption[self.lang],
            "alt": markup.bare(drawn.picture.alt[self.lang]),
        }

    # ---- the flow

    @property
    def stated(self) -> str:
        """What the counts of the paper are worth beside ours, where both are the same."""
        flow = self.flow
        if not flow["expected"] or flows.differs(flow):
            return ""
        stated = self.source.settings["report"].get("stated")
        expected = {"identified": "–", "included": "–"} | flow["expected"]
        return words.fill(stated[self.lang], self.lang, **expected) if stated else ""

    @property
    def cite(self) -> str:
        """How to cite the review, where the config says so."""
        cite = self.source.settings["report"].get("cite")
        return words.fill(cite[self.lang], self.lang, included=self.included) if cite else ""

    @property
    def differs(self) -> list[str]:
        """Each count that is not the paper's."""
        flow = self.flow
        return [
            self._say("differs", stated=stated, what=self._say(f"what_{name}"), has=flow[name])
            for name, stated in flow["expected"].items()
            if flow[name] != stated
        ]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The flow in words, each count with how to trace it and the works behind it."""
        flow, outcomes = self.flow, self.data["screen/outcomes"]
        clusters = self.data["dedup/clusters"]
        pulled = list(self.data["pull/records"]["record_id"])
        extra = clusters.loc[clusters["record_id"] != clusters["cluster_id"], "record_id"]
        steps = [
            self._step(
                self._say("flow_identified", count=flow["identified"]), "identified", pulled
            ),
            self._step(
                self._say(
                    "flow_duplicates", count=flow["duplicates_removed"], left=flow["screened"]
                ),
                "duplicates_removed",
                extra,
            ),
        ]
        if flow["unreadable"]:
            steps[0]["text"] += f" ({self._say('flow_rejects', count=flow['unreadable'])})"
        for name, left in flow["remaining"].items():
            ended = outcomes[(outcomes["criterion"] == name) & (outcomes["status"] != "awaiting")]
            key = "flow_stand_in" if name in flow["stand_in"] else "flow_excluded"
            key = key if name in flow["excluded"] else "flow_not_retrieved"
            text = self._say(key, count=len(ended), left=left, criterion=self._criterion(name))
            steps.append(self._step(text, f"screen.{name}", ended["work_id"]))
        for status, fields in (("awaiting", {}), ("included", flow["included_by"])):
            if status == "included" or flow[status]:
                ids = outcomes.loc[outcomes["status"] == status, "work_id"]
                key = f"flow_{status}_votes" if "votes" in fields else f"flow_{status}"
                text = self._say(key, count=flow[status], **fields)
                steps.append(self._step(text, status, ids))
        return steps

    def _step(self, text: str, trace: str, ids: Iterable[str]) -> dict[str, Any]:
        return {"text": text, "trace": trace, "ids": list(ids)}

    @property
    def gaps(self) -> list[dict[str, Any]]:
        """How often unknown and missing facts decided, by criterion."""
        criteria = self.source.settings["screen"]["criteria"]
        return [
            {
                "criterion": self._criterion(name),
                **counts,
                "rule": words.COMMA[self.lang].join(
                    self._say(f"gap_{criteria[name][kind]}") for kind in ("unknown", "missing")
                ),
            }
            for name, counts in self.flow["gaps_decided"].items()
        ]

    # ---- how firm the result is

    @property
    def firm(self) -> list[list[str]]:
        """What the grid of choices tells, in paragraphs of sentences."""
        expected = self.source.settings["review"]["expected"]
        return firm.sentences(self.data, expected, self.lang)

    # ---- what the paper says

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The research questions with their answers and sources."""
        if not self.told.there:
            return []
        with blamed("answers.yaml"):
            return self._linked(self.told.questions())

    def _linked_list(self, one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "items": self._linked(one["items"])}

    def _linked(self, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give each source the place of its record."""
        for answer in answers:
            for listed in [answer, *answer.get("stages", [])]:
                listed["sources"] = [
                    {
                        "name": self._name(work),
                        "link": self.anchor(work),
                        "inside": inside,
                    }
                    for work, inside in listed["sources"]
                ]
        return answers

    def _name(self, work: str) -> str:
        """Return author and year; the key of a source that is no record nor in the network."""
        known = self.build.labels.get(work)
        return known[self.lang] if known else work.rpartition("/")[2]

    @property
    def claims(self) -> list[dict[str, str]]:
        """The statements that a run can check, without the inconsistencies."""
        return [self._claim(c) for c in self._statements() if c.verdict != "unchecked"]

    @property
    def claims_note(self) -> str:
        """How many agree and how many differ."""
        checked = [c for c in self._statements() if c.verdict != "unchecked"]
        agrees = sum(c.verdict == "agrees" for c in checked)
        return self._say(
            "claims_note", agrees=agrees, differs=len(checked) - agrees, all=len(checked)
        )

    @property
    def unchecked(self) -> list[dict[str, str]]:
        """The statements that a run cannot check."""
        return [self._claim(c) for c in self._statements() if c.verdict == "unchecked"]

    @property
    def inconsistencies(self) -> list[dict[str, str]]:
        """The inconsistencies that were found in the paper."""
        return [self._claim(c) for c in self.content.claims if self._is_inconsistency(c)]

    def _statements(self) -> list[claim.Claim]:
        return [c for c in self.content.claims if not self._is_inconsistency(c)]

    def _is_inconsistency(self, one: claim.Claim) -> bool:
        """Tell whether a statement is one on the paper, and none of its own."""
        letter: str = self.content.declared.answers.get("inconsistencies", "")
        return bool(letter) and one.id.startswith(letter)

    def _claim(self, one: claim.Claim) -> dict[str, str]:
        texts = {"statement": one.statement, "place": one.place, "says": one.says, "has": one.has}
        told = {name: text[self.lang] for name, text in texts.items()}
        return {"id": one.id, "verdict": one.verdict, "reason": one.reason[self.lang], **told}

    # ---- additions, waiting, records

    @property
    def additions_summary(self) -> str:
        """What the added records changed, in counts; empty where there are none."""
        added = self.data["report/additions"]
        if added.empty:
            return ""
        new = added[added["merged"] == "no"].drop_duplicates("work_id")
        status = new["status"].value_counts()
        included = int(status.get("included", 0))
        awaiting = int(status.get("awaiting", 0))
        return self._say(
            "additions_summary",
            records=len(added),
            merged=int((added["merged"] == "yes").sum()),
            new=len(new),
            included=included,
            awaiting=awaiting,
            excluded=len(new) - included - awaiting,
            without=self.included - included,
        )

    @property
    def uncoded(self) -> list[str]:
        """The included works that no one has coded yet."""
        studies = self.data["code/studies"]
        return list(studies.loc[studies["coded"] == "no", "work_id"])

    @property
    def facts(self) -> list[dict[str, str]]:
        """The facts that the criteria ask for, with the values that they may have."""
        from slr.declared import inputs_of, is_derived
        from slr.rules import fields

        screen = self.source.settings["screen"]
        asked = {
            field
            for criterion in screen["criteria"].values()
            for case in criterion["cases"]
            if not case.get("stand_in")  # those ask what the paper does with the works it cites
            for field in fields(case["include_if"])
        }
        asked |= {
            one
            for name, fact in screen["facts"].items()
            if name in asked
            for one in inputs_of(fact)
        }
        return [
            {"name": name, "allowed": self._allowed(fact)}
            for name, fact in screen["facts"].items()
            if name in asked
            and not is_derived(fact)
            and "by" not in fact  # what votes decide is not filled in
        ]

    def _allowed(self, fact: Mapping[str, Any]) -> str:
        if fact["type"] == "choice":
            return self._say("fact_values", values=", ".join(fact["values"]))
        if "index" in fact:
            return self._say("fact_index", index=fact["index"], day=str(fact.get("as_of", "")))
        return self._say(f"fact_{fact['type']}")

    @property
    def most(self) -> int:
        """The longest list that the page shows."""
        return grid.ROWS_MAX

    @property
    def records_caption(self) -> Markup:
        """How many records are listed, and of how many."""
        count, shown = len(self.data["pull/records"]), len(self._anchors)
        return self.t(
            "records_caption" if shown == count else "records_cut", count=count, shown=shown
        )

    @property
    def records(self) -> list[dict[str, str]]:
        """Each record that is listed with where it ended, why, and where it stands."""
        data = self.data
        work_of = dict(
            zip(
                data["dedup/clusters"]["record_id"],
                data["dedup/clusters"]["cluster_id"],
                strict=True,
            )
        )
        ended = {row["work_id"]: row for row in records(data["screen/outcomes"])}
        rows = []
        pulled = data["pull/records"]
        for record in records(pulled[pulled["record_id"].isin(list(self._anchors))]):
            work = work_of[record["record_id"]]
            outcome = ended[work]
            at = self.build.ended(work, outcome["status"], outcome["criterion"])
            merged = self._say("merged_with", record=work) if work != record["record_id"] else ""
            rows.append(
                {
                    "id": record["record_id"],
                    "anchor": self.anchor(record["record_id"]),
                    "label": self.build.labels[work][self.lang],
                    "title": record["title"] or "",
                    "ended": at[self.lang],
                    "merged": merged,
                    "reason": outcome["reason" if self.lang == "en" else "reason_fa"],
                    "place": f"{record['file']}:{record['line']}",
                }
            )
        return rows

    @property
    def traces(self) -> list[dict[str, str]]:
        """Commands to try, with names that this review has."""
        data = self.data
        traces = [("included", "trace_included")]
        traces += [(f"screen.{name}", "trace_criterion") for name in self.flow["excluded"]][:1]
        ids = set(data["pull/records"]["record_id"])
        names = Names([*ids, *data["cocite/nodes"]["node_id"]])
        kept = data["screen/included"]["work_id"][:1]
        traces += [(names.shortest(work), "trace_work") for work in kept]
        for edge in records(data["cocite/edges"].head(1)):
            # What only lists of references know, as a DOI, has no source before its key.
            ends = [edge["source"], edge["target"]]
            short = [names.shortest(node) if node in ids else node for node in ends]
            traces.append((EDGE.join(short), "trace_edge"))
        return [{"what": shlex.quote(what), "key": key} for what, key in traces]


_NARROW = 340
"""Widest drawing, in points, that a phone shows whole."""


def _size(svg: bytes) -> tuple[int, int]:
    """Return width and height of a drawing in whole points."""
    head = svg[:2000].decode("utf-8", "replace")
    found = [re.search(rf'<svg [^>]*?\b{side}="([\d.]+)', head) for side in ("width", "height")]
    width, height = (round(float(one.group(1))) if one else 0 for one in found)
    return width, height
