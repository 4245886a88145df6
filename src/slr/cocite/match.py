"""Tell which cited works are one: with each other, with ids, and with the works of the review.

The keys, the blocking and the model are those of `slr.dedup`. References without a title, as
those of Web of Science, have a rule of their own: author, year, volume, first page and journal
must agree. What agrees in less is doubtful and kept apart, for a person to look at.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from slr.cocite.cited import Cited, read
from slr.dedup import block, decide, prepare, score
from slr.dedup.block import Pairs
from slr.dedup.cluster import Parts
from slr.dedup.decide import Decided
from slr.dedup.prepare import Flags, Prepared, texts
from slr.dedup.score import Scores
from slr.text import families_of, fold

MATCHED, DOUBTFUL, UNMATCHED = "matched", "doubtful", "unmatched"
SAME_NAME = 0.9
"""Likeness of first authors' family names from which they are one."""
SAME_VENUE, OTHER_VENUE = 0.6, 0.3
"""Likeness of journals from which they are one; below which they are two."""
_HASHED = 10
VAGUE = "author, year and journal alone may be several works: each mention is kept apart"
OF_REVIEW = "it is a work of the review"
TWO_WORKS = "it fits two works of the review"
TORN = "it agrees with what can be no one work"

Row = dict[str, str]


@dataclass(frozen=True)
class Work:
    """What the review knows of one of its works, for matching."""

    work_id: str
    columns: Mapping[str, str]
    """Title, author, year and so on, as in `dedup/works`."""
    openalex: frozenset[str] = frozenset()


@dataclass
class Matched:
    """Which node each cited line is: what it says of each, and the nodes of lines and mentions."""

    rows: list[Row]
    """One a distinct line, sorted: see `cocite/cited` in the schemas."""
    nodes: dict[str, str] = field(default_factory=dict)
    """The node of each line that is one."""

    def node(self, line: str, citing: str) -> str:
        """Return the node that a line of one citing work is; a vague one is each its own."""
        return self.nodes.get(line) or _name(read(line), f"{line}\n{citing}")


def match(
    lines: Mapping[str, int],
    works: Sequence[Work],
    settings: Mapping[str, Any],
    answered: Mapping[str, Cited] = MappingProxyType({}),
) -> Matched:
    """Return which cited lines are one work, which may be, and which stand alone.

    Parameters
    ----------
    lines
        Distinct lines of reference lists, each with the number of works that have it.
    works
        The works of the review.
    settings
        Section `dedup` of the config: what is sure enough there is so here.
    answered
        What OpenAlex says of works that lists name by its ids.
    """
    read_ = {line: read(line) for line in sorted(lines)}
    told = {line: answered.get(one.openalex, one) for line, one in read_.items()}
    of_openalex = {name: work.work_id for work in works for name in work.openalex}
    by_id = {
        line
        for line, one in told.items()
        if one.openalex and (one.openalex in of_openalex or one.openalex not in answered)
    }
    first: dict[str, str] = {}  # one line stands for all forms of an id
    for line, one in told.items():
        if line not in by_id:
            first.setdefault(one.openalex or line, line)
    rest = {line: told[line] for line in first.values()}
    vague = set(_vague(rest, works))
    found = _joined({k: v for k, v in rest.items() if k not in vague}, works, settings)
    forms = Counter(one.openalex for one in told.values() if one.openalex)
    result = Matched([])
    for line, one in told.items():
        if line in by_id:
            known = of_openalex.get(one.openalex)
            node = known or one.openalex
            said = _by_id(known, forms[one.openalex])
        elif line in vague:
            said, node = (DOUBTFUL, VAGUE, ""), ""
        else:
            lead = first[one.openalex or line]
            said, node = found.said[lead], found.node[lead]
            if said[0] == UNMATCHED and forms[one.openalex] > 1:
                said = _by_id(None, forms[one.openalex])
        if node:
            result.nodes[line] = node
        result.rows.append(_row(line, one, node, said, lines[line]))
    return result


def _by_id(known: str | None, forms: int) -> tuple[str, str, str]:
    """Say what became of an OpenAlex id that so many lines have, each in a form of its own."""
    if known:
        return MATCHED, OF_REVIEW, ""
    if forms > 1:
        return MATCHED, f"{forms} ways of citing it are one work", ""
    return UNMATCHED, "no work of the review has this id", ""


def _row(line: str, one: Cited, node: str, said: tuple[str, str, str], works: int) -> Row:
    status, reason, candidates = said
    return {
        "cited": line,
        "cited_id": node,
        "status": status,
        "reason": reason,
        "candidates": candidates,
        "author": one.author,
        "year": one.year,
        "title": one.title,
        "journal": one.journal,
        "doi": one.doi,
        "citing_works": str(works),
    }


def _vague(told: Mapping[str, Cited], works: Sequence[Work]) -> Iterator[str]:
    """Yield lines that name no more than author, year and a journal that others stand in."""
    journals = {fold(one.journal) for one in told.values() if one.volume or one.pages}
    journals |= {fold(work.columns.get("journal", "")) for work in works}
    for line, one in told.items():
        if one.openalex or one.doi or one.title or one.volume or one.pages:
            continue
        if fold(one.journal) in journals or not (one.author and one.journal):
            yield line


@dataclass
class _Joined:
    said: dict[str, tuple[str, str, str]]
    node: dict[str, str]


def _joined(
    told: Mapping[str, Cited], works: Sequence[Work], settings: Mapping[str, Any]
) -> _Joined:
    """Join the lines that are text or DOIs, and the works of the review."""
    names = [work.work_id for work in works] + list(told)
    if not told:
        return _Joined({}, {})
    p = prepare.prepare(_columns(told, works))
    decided = _decided(p, len(works), settings)
    parts, asked = _sets(p, decided, len(works))
    lead = parts.all().tolist()
    members = defaultdict(list)
    for row, leader in enumerate(lead):
        members[leader].append(row)
    nodes = {
        leader: names[leader] if leader < len(works) else _node([names[row] for row in rows], told)
        for leader, rows in members.items()
    }
    result = _Joined({}, {})
    for row in range(len(works), len(names)):
        leader = lead[row]
        apart = [(other, why) for other, why in asked[row] if lead[other] != leader]
        node = nodes[leader]
        if leader < len(works) and any(lead[other] < len(works) for other, _ in apart):
            apart.append((leader, TWO_WORKS))  # of two works of the review it is neither for sure
            node = _node([names[row]], told)
        others = sorted({nodes[lead[other]] for other, _ in apart} - {node})
        if leader < len(works) and node == nodes[leader]:
            said = MATCHED, OF_REVIEW, ""
        elif others:
            said = DOUBTFUL, "; ".join(sorted({why for _, why in apart})), " | ".join(others)
        elif len(members[leader]) > 1:
            said = MATCHED, f"{len(members[leader])} ways of citing it are one work", ""
        else:
            said = UNMATCHED, "nothing else cited or in the review is like it", ""
        result.node[names[row]], result.said[names[row]] = node, said
    return result


def _columns(told: Mapping[str, Cited], works: Sequence[Work]) -> dict[str, list[str]]:
    names = ("title", "author", "year", "journal", "volume", "number", "pages", "doi")
    columns = {
        name: [work.columns.get(name, "") for work in works]
        + [getattr(one, name) for one in told.values()]
        for name in names
    }
    return columns | {"record_id": [work.work_id for work in works] + list(told)}


def _decided(p: Prepared, works: int, settings: Mapping[str, Any]) -> Decided:
    """Decide on all pairs but those of two works of the review, which are apart already."""
    found = block.block(p)
    author = prepare.codes(p.first_family)
    year = np.where(p.year_from > 0, p.year_from, -1)
    order = np.lexsort((np.arange(len(p)), p.first_page, p.volume))
    more = block.windowed(block.joined(author, year), order)
    packed = block.distinct(np.concatenate([block.packed(found.a, found.b, len(p)), more]))
    pairs = Pairs(packed // len(p), packed % len(p))
    pairs = pairs[pairs.b >= works]
    limits = {name: settings[f"{name[:-3]}_min_pct"] / 100 for name in ("same_at", "ask_at")}
    model = replace(decide.shipped(), **limits)
    untitled = (p.title_key[pairs.a] == "") | (p.title_key[pairs.b] == "")
    parts = []
    for begin in range(0, max(len(pairs), 1), score.AT_ONCE):
        part = slice(begin, begin + score.AT_ONCE)
        bare = untitled[part]
        titled = score.score(p, pairs[part][~bare])
        parts.append(decide.decide(p, titled, model, settings["key_letters_min"]))
        parts.append(_of_untitled(p, score.score(p, pairs[part][bare], all_pairs=True)))
    return decide.joined(parts)


def _of_untitled(p: Prepared, s: Scores) -> Decided:
    """Decide on pairs of which one has no title, by author, year, place and journal."""
    named, one_year = s["first_author"] >= SAME_NAME, s["year_gap"] == 0
    place = (s["volume"] == 1) & (s["first_page"] == 1)
    doi, other_doi = s["doi"] == 1, s["doi"] == 0
    venue = ~(s["venue"] < SAME_VENUE)
    same = (doi & ~(s["first_author"] < 0.5)) | (named & one_year & place & venue & ~other_doi)
    near = named & place & (s["year_gap"] <= 1) & ~(s["venue"] < OTHER_VENUE)
    open_ = ~(s["volume"] == 0) & ~(s["first_page"] == 0) & ~other_doi
    book = named & one_year & open_ & (_title_as_venue(p, s.pairs) | (s["venue"] >= SAME_VENUE))
    ask = ~same & (doi | near | book)
    kept = np.flatnonzero(same | ask)
    verdict = np.where(same[kept], decide.SAME, decide.ASK).astype(object)
    sure = np.where(doi, 99.0, np.where(place & venue, 95.0, 70.0))[kept]
    no = np.zeros(len(kept), np.bool_)
    return Decided(s.pairs[kept], sure, verdict, decide.reasons(s.take(kept)), no, no)


def _title_as_venue(p: Prepared, pairs: Pairs) -> Flags:
    """Tell where what stands for the journal of one begins the words of the other's title.

    So Web of Science cites a book: BUILDING VIRTUAL STA for Building the virtual state.
    """
    names = texts(p.venues[0][v] if v >= 0 else "" for v in p.venue)
    either = np.zeros(len(pairs), np.bool_)
    for one, other in ((pairs.a, pairs.b), (pairs.b, pairs.a)):
        both = zip(names[one].tolist(), p.title[other].tolist(), strict=True)
        either |= np.array([_begins(short, title) for short, title in both], np.bool_)
    return either


def _begins(short: str, title: str) -> bool:
    words = iter(title.split())
    parts = short.split()
    return len(parts) > 1 and all(any(w.startswith(part) for w in words) for part in parts)


def _sets(
    p: Prepared, decided: Decided, works: int
) -> tuple[Parts, defaultdict[int, list[tuple[int, str]]]]:
    """Join what is the same, surest first; what would join two works, DOIs or places is asked."""
    parts = Parts(range(len(p)))
    marks = [_marks(p, row, works) for row in range(len(p))]
    asked: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    order = np.lexsort((decided.pairs.b, decided.pairs.a, -decided.score))
    for at in order.tolist():
        a, b = int(decided.pairs.a[at]), int(decided.pairs.b[at])
        reason = str(decided.reasons[at])
        if decided.verdict[at] == decide.SAME:
            one, other = parts.of(a), parts.of(b)
            if one == other:
                continue
            if not any(marks[one].get(k, v) != v for k, v in marks[other].items()):
                parts.join([(a, b)])
                marks[parts.of(a)] = marks[one] | marks[other]
                continue
            reason = f"{reason}; {TORN}"
        asked[a].append((b, reason))
        asked[b].append((a, reason))
    return parts, asked


def _marks(p: Prepared, row: int, works: int) -> dict[str, object]:
    """Return what all ways of citing one work must agree on, where they tell it."""
    told: dict[str, object] = {"doi": p.doi[row], "volume": int(p.volume[row]),
                               "page": int(p.first_page[row])}  # fmt: skip
    if row < works:
        told["work"] = row
    return {name: value for name, value in told.items() if value not in ("", -1)}


def _node(lines: Sequence[str], told: Mapping[str, Cited]) -> str:
    """Name a cited work that is none of the review's: by its id, DOI, or author and year."""
    ids = [sorted({getattr(told[line], of) for line in lines} - {""}) for of in ("openalex", "doi")]
    found = [*ids[0], *ids[1]]
    return found[0] if found else _name(told[lines[0]], lines[0])


def _name(one: Cited, whole: str) -> str:
    """Return an id that tells whose work it is, and is that of no other line."""
    families = families_of(one.author)
    words = [*fold(families[0] if families else one.title).split()[:2], one.year]
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_HASHED]
    return f"cited/{'-'.join([*filter(None, words), digest])}"
