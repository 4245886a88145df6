"""What the votes on each work decide at a stage, by the settings of the config."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from slr.schemas.columns import SCREENING_STAGES
from slr.schemas.tables import columns
from slr.screen.decide import LIST_JOINER, SENTENCE_JOINER, VERDICT_OF, Decision
from slr.screen.votes import Votes, latest
from slr.stages import CODER, reasons
from slr.text import counted

NEEDS = "votes"
"""What a work waits for that only votes decide."""
_VERB = {
    "include": {"en": "include it", "fa": "آن را می‌پذیرد"},
    "exclude": {"en": "exclude it", "fa": "آن را کنار می‌گذارد"},
}
_AGREED = {"en": "{count} of {votes} {verb} ({who})", "fa": "{count} رأی از {of} {verb} ({who})"}
_SETTLED = {"en": "settled by {who}: {verdict}", "fa": "با رأی نهایی {who}: {verdict}"}
_VERDICT = {
    "include": {"en": "include", "fa": "پذیرش"},
    "exclude": {"en": "exclude", "fa": "کنارگذاشتن"},
    "unsure": {"en": "unsure", "fa": "نامطمئن"},
}
_FEW = {"en": "waits: {count} of {votes}", "fa": "در انتظار: {count} رأی از {of}"}
_DIFFER = {"en": "waits: votes differ ({said})", "fa": "در انتظار: رأی‌ها یکسان نیست ({said})"}


@dataclass(frozen=True)
class Vote:
    """One row of the votes, as far as it decides."""

    reviewer: str
    verdict: str
    criterion: str = ""
    reason: str = ""
    note: str = ""
    time: str = ""


@dataclass
class Ballot:
    """What was said of one work at one stage: the last vote of each, and the last settlement."""

    votes: list[Vote] = field(default_factory=list)
    settlement: Vote | None = None


@dataclass(frozen=True)
class Result:
    """What a ballot comes to: a state of `screen/voted`, and the verdict where there is one.

    `by` are the votes, or the settlement, that it rests on.
    """

    state: str
    verdict: str = ""
    by: Sequence[Vote] = ()


def ballots(votes: pd.DataFrame) -> dict[tuple[str, str], Ballot]:
    """Return what was said of each work and stage; practice counts for nothing.

    Parameters
    ----------
    votes
        As `slr.screen.votes.on_works` returns them.
    """
    found: dict[tuple[str, str], Ballot] = {}
    used = latest(votes[votes["kind"] != "practice"])
    names = [
        "work_id",
        "stage",
        "kind",
        "reviewer",
        "verdict",
        "criterion",
        "reason",
        "note",
        "time",
    ]
    for work_id, stage, kind, *said in zip(*(used[name] for name in names), strict=True):
        ballot = found.setdefault((work_id, stage), Ballot())
        if kind == "settlement":
            ballot.settlement = Vote(*said)  # in order of time: the last one stays
        else:
            ballot.votes.append(Vote(*said))
    for ballot in found.values():
        ballot.votes.sort(key=lambda vote: vote.reviewer)
    return found


def result(ballot: Ballot, voting: Mapping[str, Any], stage: str) -> Result:
    """Return what a ballot comes to.

    Votes that are enough and all the same decide. Where they differ, a settlement does, which
    stands whatever votes come after it; with ``conflicts: third``, so does the majority once more
    people have voted than are needed.

    Parameters
    ----------
    voting
        `screen.votes` of the config.
    """
    settings = voting["stages"][stage]
    if len(ballot.votes) < settings["needed"]:
        return Result("incomplete")
    if ballot.settlement:
        return Result("settled", ballot.settlement.verdict, [ballot.settlement])
    counts_as = {"unsure": "include"} if settings.get("unsure") == "include" else {}
    by: dict[str, list[Vote]] = {}
    for vote in ballot.votes:
        by.setdefault(counts_as.get(vote.verdict, vote.verdict), []).append(vote)
    verdict = max(by, key=lambda one: len(by[one]))
    if len(by) == 1 and verdict != "unsure":
        return Result("agreed", verdict, by[verdict])
    is_majority = 2 * len(by[verdict]) > len(ballot.votes) > settings["needed"]
    if voting["conflicts"] == "third" and is_majority and verdict != "unsure":
        return Result("settled", verdict, by[verdict])
    return Result("conflict")


def without_own_settlements(votes: Votes, voting: Mapping[str, Any]) -> Votes:
    """Set aside settlements by people who had voted on the work, where a third must settle."""
    good = votes.good
    if voting["conflicts"] != "third":
        return votes
    own = good[good["kind"] == "vote"].groupby(["work_id", "stage", "reviewer"])["time"].min()
    settled = good[good["kind"] == "settlement"]
    keys = zip(settled["work_id"], settled["stage"], settled["reviewer"], strict=True)
    bad = [own.get(key, "~") <= time for key, time in zip(keys, settled["time"], strict=True)]
    found = "a settlement by somebody who had voted on the work."
    faults = settled[bad].assign(
        field="reviewer", found=found, remedy="Let somebody settle who has not voted on it."
    )
    told = pd.concat([votes.bad, faults[columns("screen/bad_votes")]]) if any(bad) else votes.bad
    return Votes(good.drop(index=settled.index[bad]), told)


def tally(votes: pd.DataFrame, screen: Mapping[str, Any]) -> pd.DataFrame:
    """Return table `screen/voted`, sorted by work and stage.

    Parameters
    ----------
    votes
        As `slr.screen.votes.on_works` returns them.
    screen
        Section `screen` of the config, which has `votes`.
    """
    rows = [
        _row(work_id, stage, ballot, screen)
        for (work_id, stage), ballot in ballots(votes).items()
        if ballot.votes
    ]
    table = pd.DataFrame(rows, columns=columns("screen/voted"))
    place = {stage: at for at, stage in enumerate(SCREENING_STAGES)}
    return table.sort_values(
        ["work_id", "stage"], key=lambda c: c.map(place) if c.name == "stage" else c
    ).reset_index(drop=True)


def _row(work_id: str, stage: str, ballot: Ballot, screen: Mapping[str, Any]) -> dict[str, Any]:
    voting = screen["votes"]
    ended = result(ballot, voting, stage)
    named = why(ended, reasons(screen)) if ended.verdict == "exclude" else ""
    told = {lang: _reason(ballot, ended, screen, stage, lang) for lang in ("en", "fa")}
    every = [*([ballot.settlement] if ballot.settlement else []), *ballot.votes]
    return {
        "work_id": work_id,
        "stage": stage,
        "state": ended.state,
        "verdict": ended.verdict or None,
        "votes": len(ballot.votes),
        "criterion": named or None,
        "said": " | ".join(f"{vote.reviewer}: {vote.verdict}" for vote in every),
        "date": max(vote.time for vote in every)[:10],
        "reason": told["en"],
        "reason_fa": told["fa"],
    }


def why(ended: Result, known: Mapping[str, Any]) -> str:
    """Return the criterion or reason that most who exclude name; of several, the config's first."""
    named = Counter(vote.criterion for vote in ended.by if vote.criterion)
    return max((name for name in known if name in named), key=lambda n: named[n], default="")


def _reason(ballot: Ballot, ended: Result, screen: Mapping[str, Any], stage: str, lang: str) -> str:
    needed = screen["votes"]["stages"][stage]["needed"]
    if ended.state == "incomplete":
        return _FEW[lang].format(count=len(ballot.votes), of=needed, votes=counted(needed, "vote"))
    if ended.state == "conflict":
        said = [f"{vote.reviewer}: {_VERDICT[vote.verdict][lang]}" for vote in ballot.votes]
        return _DIFFER[lang].format(said=LIST_JOINER[lang].join(said))
    who = LIST_JOINER[lang].join(vote.reviewer for vote in ended.by)
    if ended.by[0] is ballot.settlement:
        told = _SETTLED[lang].format(who=who, verdict=_VERDICT[ended.verdict][lang])
    else:
        verb, of = _VERB[ended.verdict][lang], len(ballot.votes)
        if lang == "en" and len(ended.by) == 1:
            verb = verb.replace("clude", "cludes")
        told = _AGREED[lang].format(
            count=len(ended.by), of=of, votes=counted(of, "vote"), verb=verb, who=who
        )
    known = reasons(screen)
    named = why(ended, known) if ended.verdict == "exclude" else ""
    words = [known[named][lang]] if named else []
    words += dict.fromkeys(vote.reason for vote in ended.by if vote.reason)
    return f"{told}: {SENTENCE_JOINER[lang].join(words)}" if words else told


def decisions(
    voted: pd.DataFrame, voting: Mapping[str, Any] | None, work_ids: Iterable[str]
) -> dict[tuple[str, str], Decision]:
    """Return the decision on each work at each stage, for `screen/decisions`; no vote waits too.

    None where `voting`, which is `screen.votes` of the config, is not there.
    """
    if voting is None:
        return {}
    needed = {name: settings["needed"] for name, settings in voting["stages"].items()}
    none = {
        name: {
            lang: _FEW[lang].format(count=0, of=of, votes=counted(of, "vote"))
            for lang in ("en", "fa")
        }
        for name, of in needed.items()
    }
    found = {
        (work_id, stage): Decision("review", CODER, "review", none[stage], needs=(NEEDS,))
        for work_id in work_ids
        for stage in needed
    }
    for row in voted.itertuples():
        words = {"en": row.reason, "fa": row.reason_fa}
        said = [one.rpartition(": ")[0] for one in row.said.split(" | ")]
        who = ", ".join(said) if row.state != "incomplete" else None
        verdict = row.verdict if isinstance(row.verdict, str) else VERDICT_OF["review"]
        basis = "conflict" if row.state == "conflict" else CODER
        needs = (NEEDS,) if verdict == "review" else ()
        decision = Decision(verdict, basis, verdict, words, needs=needs, reviewer=who)
        found[row.work_id, row.stage] = decision
    return found


def as_facts(voted: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Yield what votes decide as rows of `raw/facts`, which the criteria of the stages ask for."""
    for row in voted[voted["verdict"].notna()].itertuples():
        yield {
            "record_id": row.work_id,
            "fact": row.stage,
            "value": row.verdict,
            "coder": CODER,
            "date": row.date,
        }
