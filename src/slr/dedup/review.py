"""Which pairs a person is still to be asked about, and what answers already say of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd

from slr import config, dedup, pull
from slr.paths import CONFIG

Pair = tuple[str, str]

SAME, SAME_STUDY, DIFFERENT = "same", "same_study", "different"


@dataclass(frozen=True)
class Said:
    """What one reviewer last said of a pair; `place` orders all judgements in time."""

    reviewer: str
    verdict: str
    date: str
    reason: str
    place: int = field(compare=False)


@dataclass(frozen=True)
class Question:
    """A pair to ask a person about: why, and who has said what, where they contradict."""

    pair: Pair
    score: float | None
    reasons: str
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Queue:
    """The questions in the order in which they are best asked; `spared` follow from answers."""

    questions: list[Question]
    spared: int


@dataclass(frozen=True)
class Asked:
    """What the questions are about: tables of the pull and dedup stages, computed anew."""

    records: pd.DataFrame
    clusters: pd.DataFrame
    pairs: pd.DataFrame


def load(root: Path) -> Asked:
    """Read the records that are there now and find their pairs; nothing is written.

    The tables of the last run are not used: records may have been added, and people may have
    judged, since.
    """
    settings = config.load(root / CONFIG)
    records, _ = pull.read(root)
    judgements = dedup.read_judgements(root, records)
    baseline = config.baseline(settings, records["source"])
    tables = dedup.dedup(records, judgements, settings["dedup"], leading=baseline)
    return Asked(records, tables["clusters"], tables["pairs"])


def next_pairs(
    asked: Asked,
    judgements: pd.DataFrame,
    reviewer: str,
    *,
    among: Collection[str] | None = None,
) -> Queue:
    """Return what is still to be asked of a reviewer.

    Asked are the pairs with the verdict ``ask`` on which nobody has judged, and those on which
    people contradict each other; of these latter a reviewer who has judged only where somebody
    contradicted since. Not asked is what follows: records that answers or equal keys join are
    one, so that a third is the same as both or different from both.

    Parameters
    ----------
    asked
        Tables of the dedup stage, which may be older than the judgements.
    judgements
        Table `raw/duplicates` with full record ids, as it is now.
    among
        Records of which at least one is in each pair to ask about; any, if None.

    Returns
    -------
    Queue
        Contradictions first, for they hold up the screening of a work; then by score, the
        highest first, and by name.
    """
    said = said_of(judgements)
    settled = {pair: last[0].verdict for pair, last in said.items() if len(_verdicts(last)) == 1}
    rows = {_pair(a, b): row for a, b, *row in _columns(asked.pairs)}
    follows = _Follows(_joined(rows, settled, asked.clusters), settled)
    wanted = [pair for pair in {*rows, *said} if among is None or set(pair) & set(among)]
    new = [pair for pair in wanted if pair not in said and rows[pair][1] == "ask"]
    open_ = [pair for pair in new if not follows.of(pair)]
    disputed = [pair for pair in wanted if _is_open(said.get(pair, []), reviewer)]
    questions = []
    for pair in [*disputed, *open_]:
        score, _, _, reasons = rows.get(pair, [float("nan"), "", "", ""])
        known = None if pd.isna(score) else float(score)
        questions.append(Question(pair, known, reasons, tuple(said.get(pair, ()))))
    questions.sort(key=lambda q: (not q.said, -1 if q.score is None else -q.score, q.pair))
    return Queue(questions, len(new) - len(open_))


def said_of(judgements: pd.DataFrame) -> dict[Pair, list[Said]]:
    """Return what each reviewer last said of each pair, whichever way round it is named."""
    said: dict[Pair, dict[str, Said]] = {}
    ordered = judgements.sort_values("date", kind="stable")
    for place, row in enumerate(ordered.to_dict("records")):
        one = Said(row["reviewer"], row["verdict"], row["date"], row["reason"], place)
        said.setdefault(_pair(row["record_a"], row["record_b"]), {})[one.reviewer] = one
    return {pair: sorted(by.values(), key=lambda one: one.reviewer) for pair, by in said.items()}


def answer(pair: Pair, verdict: str, *, reviewer: str, date: str, reason: str) -> dict[str, str]:
    """Return the row of `raw/duplicates` that an answer is."""
    named = dict(zip(("record_a", "record_b"), pair, strict=True))
    return {**named, "verdict": verdict, "reviewer": reviewer, "date": date, "reason": reason}


def default_reason(question: Question) -> str:
    """Say what an answer without words of its own rests on."""
    why = " ".join(question.reasons.split())
    return f"Both records read side by side; asked because {why}" if why else "Both records read"


def _pair(a: str, b: str) -> Pair:
    return (min(a, b), max(a, b))


def _verdicts(last: Iterable[Said]) -> set[str]:
    return {one.verdict for one in last}


def _is_open(last: list[Said], reviewer: str) -> bool:
    """Tell whether people contradict each other on a pair, and the reviewer may settle it."""
    if len(_verdicts(last)) < 2:
        return False
    own = next((one for one in last if one.reviewer == reviewer), None)
    return own is None or any(o.verdict != own.verdict and o.place > own.place for o in last)


def _joined(
    rows: Mapping[Pair, list[Any]], settled: Mapping[Pair, str], clusters: pd.DataFrame
) -> Iterable[Pair]:
    """Yield the pairs that are one work: by answers, and by rules that the clusters bear out."""
    part_of = dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))
    for (a, b), (_, verdict, basis, _) in rows.items():
        by_rule = verdict == SAME and basis != "judgement"
        if by_rule and (a, b) not in settled and part_of.get(a) == part_of.get(b):
            yield a, b
    yield from (pair for pair, verdict in settled.items() if verdict == SAME)


class _Follows:
    """Knows which verdicts follow from pairs that are one work and pairs that are not."""

    def __init__(self, joined: Iterable[Pair], settled: Mapping[Pair, str]) -> None:
        self._sets = nx.utils.UnionFind()
        for pair in joined:
            self._sets.union(*pair)
        apart = (pair for pair, verdict in settled.items() if verdict != SAME)
        self._apart = {frozenset(map(self._sets.__getitem__, pair)) for pair in apart}

    def of(self, pair: Pair) -> bool:
        """Tell whether the verdict on a pair follows."""
        ends = frozenset(map(self._sets.__getitem__, pair))
        return len(ends) == 1 or ends in self._apart


def _columns(pairs: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    wanted = ["record_a", "record_b", "score", "verdict", "basis", "reasons"]
    yield from pairs[wanted].itertuples(index=False)
