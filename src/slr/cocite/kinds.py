"""What each kind of network is made of: whose lists hold what."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from slr.cocite.build import (
    CO_AUTHORSHIP,
    CO_CITATION,
    COUPLING,
    DIRECT,
    Asked,
    Network,
    build,
    cites,
)
from slr.cocite.lists import Lists, lists_of
from slr.text import fold, names_of

WORKS, AUTHORS, JOURNALS = "works", "authors", "journals"


@dataclass(frozen=True)
class Known:
    """What is known of one work or cited work."""

    author: str = ""
    journal: str = ""
    year: str = ""
    title: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Material:
    """All that networks are made from."""

    references: list[tuple[str, str]]
    """Citing work and cited node, each once; a work with an empty list has an empty node."""
    works: Mapping[str, Known]
    """The works of the review."""
    cited: Mapping[str, Known]
    """Cited works that are none of the review's, as far as their references tell."""
    included: frozenset[str]
    spellings: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """How authors, journals and keywords are written, by their keys."""

    def among(self, asked: Asked) -> set[str]:
        """Return the works whose lists count for a network; all may be more than the review's."""
        if asked.among == "included":
            return set(self.included)
        return {*self.works, *(citing for citing, _ in self.references)}

    def members(self, name: str, nodes: str) -> list[str]:
        """Return the nodes that stand for a work: itself, its authors, or its journal."""
        if nodes == WORKS:
            return [name]
        known = self.works.get(name) or self.cited.get(name) or Known()
        return self.authors(known) if nodes == AUTHORS else self.keys([known.journal])

    def authors(self, known: Known) -> list[str]:
        """Return the keys of a work's authors: family name and first initial.

        Reference lists give initials, and often the first author alone. Two people of one name
        and initial are one node, one person under two names is two.
        """
        keys = []
        for name in names_of(known.author):
            family, _, given = (part.strip() for part in name.partition(","))
            key = " ".join(filter(None, (fold(family), fold(given)[:1])))
            if key:
                self.spellings[key][name] += 1
                keys.append(key)
        return list(dict.fromkeys(keys))

    def keys(self, written: Iterable[str]) -> list[str]:
        """Return the keys of journals or keywords: equal but for case, marks and spacing."""
        keys = []
        for text in written:
            if key := fold(text):
                self.spellings[key][" ".join(text.split())] += 1
                keys.append(key)
        return list(dict.fromkeys(keys))

    def spelling(self, key: str) -> str:
        """Return the way in which most works write an author, journal or keyword."""
        written = self.spellings.get(key)
        return min(written, key=lambda text: (-written[text], text)) if written else key


def keywords_of(text: str) -> tuple[str, ...]:
    """Split a field of keywords at semicolons; at commas where it has none.

    >>> keywords_of("e-government; trust, public")
    ('e-government', 'trust, public')
    >>> keywords_of("حکمرانی، دولت")
    ('حکمرانی', 'دولت')
    """
    parts = re.split(r"[;؛|\n]", text)
    if len(parts) == 1:
        parts = re.split(r"[,،]", text)
    return tuple(part.strip() for part in parts if part.strip())


def network(asked: Asked, material: Material) -> Network:
    """Return a network of the review."""
    if asked.of == DIRECT:
        among = material.among(asked)
        lists_ = {citing for citing, _ in material.references if citing in among}
        return cites(asked, list(_direct(asked, material)), len(lists_))
    return build(asked, lists(asked, material))


def lists(asked: Asked, material: Material) -> Lists:
    """Return the lists in which the nodes of a network stand together."""
    among = material.among(asked)
    rows: list[tuple[str, str]] = []
    if asked.of in (CO_CITATION, COUPLING):
        for citing, cited in material.references:
            if citing not in among:
                continue
            if asked.of == CO_CITATION:
                rows += [(citing, name) for name in material.members(cited, asked.nodes) or [""]]
            elif cited:
                rows += [(cited, name) for name in material.members(citing, asked.nodes)]
    else:
        for work in sorted(among & set(material.works)):
            known = material.works[work]
            found = (
                material.authors(known)
                if asked.of == CO_AUTHORSHIP
                else material.keys(known.keywords)
            )
            rows += [(work, name) for name in found]
    return lists_of([holder for holder, _ in rows], [member for _, member in rows])


def _direct(asked: Asked, material: Material) -> Iterator[tuple[str, str, str]]:
    among = material.among(asked)
    for citing, cited in material.references:
        if citing in among and cited in among:
            for one in material.members(citing, asked.nodes):
                for other in material.members(cited, asked.nodes):
                    yield citing, one, other


def named(asked: Asked, material: Material) -> tuple[int, int] | None:
    """Return how many references name what a node is, and of how many; None where all do.

    A list of bare ids names neither authors nor journals.
    """
    if asked.of != CO_CITATION or asked.nodes == WORKS:
        return None
    among = material.among(asked)
    lists = [cited for citing, cited in material.references if citing in among and cited]
    return sum(1 for cited in lists if material.members(cited, asked.nodes)), len(lists)


def covered(asked: Asked, material: Material) -> tuple[int, int]:
    """Return how many works have what a network is made of, and of how many."""
    among = material.among(asked) & set(material.works)
    if asked.of in (CO_CITATION, COUPLING, DIRECT):
        have = {citing for citing, _ in material.references}
    else:
        have = {
            work
            for work in among
            if (material.works[work].author if asked.of == CO_AUTHORSHIP
                else material.works[work].keywords)
        }  # fmt: skip
    return len(among & have), len(among)
