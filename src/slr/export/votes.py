"""Votes as ASReview LAB, Rayyan and Covidence have them; `slr screen --import-votes` reads them.

ASReview has the labels of one person, Rayyan those of all in its notes. Covidence gives out one
list a decision and takes no votes: what it has imported, it takes from one upload a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from slr.carried import NAMES
from slr.errors import ConfigError, Problem, did_you_mean
from slr.export import tables
from slr.export.command import Exported, without_references
from slr.export.items import Item, of_works
from slr.text import counted
from slr.trace import Review

if TYPE_CHECKING:
    from slr.screen.ask import Stage
    from slr.screen.tally import Vote

WHAT = "votes"
COVIDENCE = (
    "Title", "Authors", "Abstract", "Published Year", "Published Month", "Journal", "Volume",
    "Issue", "Pages", "Accession Number", "DOI", "Ref", "Covidence #", "Study", "Notes", "Tags",
)  # fmt: skip
_HELD_BY_COVIDENCE = {
    "Title": "title", "Authors": "author", "Abstract": "abstract", "Published Year": "year",
    "Journal": "journal", "Volume": "volume", "Issue": "number", "Pages": "pages", "DOI": "doi",
}  # fmt: skip
_STATUS = {"include": "included", "exclude": "excluded"}
_OF_RAYYAN = {"include": "Included", "exclude": "Excluded", "unsure": "Maybe"}


def export_votes(
    root: Path, form: str, stage: str | None, reviewer: str | None, verdict: str | None
) -> Exported:
    """Return the votes of a stage in the form of another tool.

    Parameters
    ----------
    form
        `asreview`, `rayyan` or `covidence`.
    stage
        The first of the config if None.
    reviewer
        Whose votes; needed for ASReview. Covidence has what was decided where None.
    verdict
        Which list of Covidence: include or exclude.

    Raises
    ------
    ConfigError
        If something must be told that is not, or is told for nothing.
    """
    from slr.screen import ask

    if form not in _WRITERS:
        fix = did_you_mean(form, _WRITERS)
        raise ConfigError(Problem(f"votes do not go into {form!r}.", fix, key="--to"))
    if form == "asreview" and reviewer is None:
        raise ConfigError(Problem("ASReview has the labels of one person.", "Say --reviewer NAME."))
    if (form == "covidence") != (verdict is not None) or verdict not in (None, *_STATUS):
        fix = "Say --verdict include or exclude with --to covidence, and only there."
        raise ConfigError(Problem("Covidence has one list a decision.", fix))
    here = ask.load(root, stage)
    review = Review(root)
    works = review["works"]
    items = of_works(works[works["work_id"].isin(set(here.works))], review["records"])
    text, count, left_out = _WRITERS[form](here, items, reviewer, verdict)
    if gone := sum(len(_said(here, w, reviewer)) for w in here.ballots if w not in here.works):
        left_out.append(f"{gone} votes on works that have not come to this stage")
    left_out += without_references(root, items)
    return Exported(f"{WHAT} at {here.name}", form, text, count, left_out)


Written = tuple[str, int, list[str]]


def _said(here: Stage, work_id: str, reviewer: str | None) -> list[Vote]:
    ballot = here.ballots.get(work_id)
    return [v for v in (ballot.votes if ballot else ()) if reviewer in (None, v.reviewer)]


def _asreview(
    here: Stage, items: Sequence[Item], reviewer: str | None, _verdict: str | None
) -> Written:
    labelled, left_out = [], []
    votes = {item.id: _said(here, item.id, reviewer) for item in items}
    for item in items:
        status = "".join(_STATUS.get(vote.verdict, "") for vote in votes[item.id])
        labelled.append(replace(item, status=status))
    if unsure := sum(v.verdict == "unsure" for said in votes.values() for v in said):
        left_out.append(f"{counted(unsure, 'unsure vote')}, which ASReview has no label for")
    if told := sum(bool(v.criterion or v.reason or v.note) for s in votes.values() for v in s):
        left_out.append(
            f"criteria, reasons and notes of {counted(told, 'vote')}, which ASReview does not read"
        )
    return tables.write_asreview(labelled), sum(bool(i.status) for i in labelled), left_out


def _rayyan(
    here: Stage, items: Sequence[Item], reviewer: str | None, _verdict: str | None
) -> Written:
    known: Mapping[str, Mapping[str, str]] = here.settings["criteria"][here.name]["reasons"]
    noted, count = [], 0
    for item in items:
        votes = _said(here, item.id, reviewer)
        count += len(votes)
        parts = [item.fields.get("note", "")]
        if votes:
            said = ", ".join(f'{_quoted(v.reviewer)}=>"{_OF_RAYYAN[v.verdict]}"' for v in votes)
            parts.append(f"RAYYAN-INCLUSION: {{{said}}}")
        excluding = [vote for vote in votes if vote.verdict == "exclude"]
        why = [part for v in excluding for part in (known.get(v.criterion, {}).get("en"), v.reason)]
        if any(why):  # Rayyan sets reasons apart by commas, and parts of its notes by bars
            told = dict.fromkeys(_plain(part).replace(",", ";") for part in why if part)
            parts.append(f"RAYYAN-EXCLUSION-REASONS: {','.join(told)}")
        if notes := [
            f"{_quoted(v.reviewer)}=>[{_quoted(_plain(v.note))}]" for v in votes if v.note
        ]:
            parts.append(f"USER-NOTES: {{{', '.join(notes)}}}")
        note = " | ".join(filter(None, parts))
        noted.append(replace(item, fields=item.fields | ({"note": note} if note else {})))
    several = "whose reasons they are, where several people exclude: Rayyan does not say it"
    lost = tables.without_column(noted, "Rayyan", tables.HELD_BY_RAYYAN)
    return tables.write_rayyan(noted), count, [several, *lost]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(text: str) -> str:
    return text.replace("|", "/")


def _covidence(
    here: Stage, items: Sequence[Item], reviewer: str | None, verdict: str | None
) -> Written:
    known: Mapping[str, Mapping[str, str]] = here.settings["criteria"][here.name]["reasons"]
    rows, listed = [], []
    for item in items:
        ended = here.result(item.id)
        by = ended.by if reviewer is None else _said(here, item.id, reviewer)
        decided = ended.verdict if reviewer is None else "".join(v.verdict for v in by)
        if decided != verdict:
            continue
        why = [p for v in by for p in (known.get(v.criterion, {}).get("en"), v.reason) if p]
        told = ", ".join(dict.fromkeys(part.replace(";", ",") for part in why))
        made = {name: item.fields.get(field, "") for name, field in _HELD_BY_COVIDENCE.items()} | {
            "Authors": "; ".join(item.names()),
            "Accession Number": item.id,
            "Notes": f"Exclusion reason: {told}; " if told and verdict == "exclude" else "",
        }
        rows.append([made.get(name, "") for name in COVIDENCE])
        listed.append(item)
    held = {*_HELD_BY_COVIDENCE.values(), NAMES}
    lost = tables.without_column(listed, "Covidence", held)
    left_out = ["who voted what: a list says what was decided", *lost]
    return tables.table(COVIDENCE, rows), len(rows), left_out


_WRITERS: Mapping[str, Callable[..., Written]] = {
    "asreview": _asreview,
    "rayyan": _rayyan,
    "covidence": _covidence,
}
