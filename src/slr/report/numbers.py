"""For a manuscript: every count as a name, the references, a paragraph on methods."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slr.carried import NAMES
from slr.export import bibtex, items
from slr.report import firm, words
from slr.report import flow as flows
from slr.report.rows import Data, records, vocabulary
from slr.stages import is_stage

if TYPE_CHECKING:
    import pandas as pd

    from slr.report.measures import Source

_DIGIT_NAMES = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_FIELDS = ("author", "title", "year", "journal", "volume", "number", "pages", "doi", "isbn",
           "publisher", "language")  # fmt: skip
_OF_AUTHORS = (NAMES, "and_others")


# ---- counts


def numbers(source: Source, declared: Mapping[str, Any]) -> dict[str, int]:
    """Return every count of the review by a name of letters only.

    Parameters
    ----------
    source
        The flow, the tables and the codebook.
    declared
        Measures by name, as the review declares them.
    """
    flow = source.flow
    named: list[tuple[str, int]] = [
        (name, flow[name])
        for name in (
            "identified", "duplicates_removed", "screened", "not_retrieved", "awaiting", "included",
        )
    ]  # fmt: skip
    named.append(("excluded", sum(flow["excluded"].values())))
    named += [(f"excluded {name}", count) for name, count in flow["excluded"].items()]
    named += [(f"not retrieved {name}", count) for name, count in flow["not_retrieved_by"].items()]
    named += [(f"left after {name}", count) for name, count in flow["remaining"].items()]
    named += [(f"included by {name}", count) for name, count in flow["included_by"].items()]
    named += [(f"stated {name}", count) for name, count in flow["expected"].items()]
    for name, gaps in flow["gaps_decided"].items():
        named += [(f"gaps {name} {kind}", count) for kind, count in gaps.items()]
    named += _of_tables(source) + _of_grid(flow, source.data)
    for name, measure in declared.items():
        named += [(name, int(count)) for count in source.numbers(measure) or []]
    return _letters_only(named)


def _of_tables(source: Source) -> list[tuple[str, int]]:
    data = source.data
    years = data["screen/included"]["year_from"].dropna()
    named = (
        [("first year", int(years.min())), ("last year", int(years.max()))] if len(years) else []
    )
    named.append(("uncoded", int((data["code/studies"]["coded"] == "no").sum())))
    for name, variable in source.book.variables.items():
        given = [variable.parts(value) for value in source.studies[name].dropna()]
        named += [
            (f"{name} {value} studies", sum(value in parts for parts in given))
            for value in variable.labels
        ]
    for row in records(data["screen/multiverse"]):
        named.append((f"alternative {row['alternative']}", row["included"]))
    named.append(("alternatives", max(len(data["screen/multiverse"]) - 1, 0)))
    named.append(("additions", len(data["report/additions"])))
    return named


def _of_grid(flow: Mapping[str, Any], data: Data) -> list[tuple[str, int]]:
    """Return the counts that tell how firm the result is."""
    told = firm.count(data, flow["expected"])
    works = data["screen/firmness"]
    included = works[works["included"] == "yes"]
    return [
        ("universes", told.tried),
        ("universes least", int(told.grid["least"])),
        ("universes median", int(told.grid["median"])),
        ("universes most", int(told.grid["most"])),
        ("universes of the same count", told.times),
        ("lists of the same count", told.lists),
        ("universes of the same list", told.same),
        ("included in every universe", int((included["kept_in"] == told.tried).sum())),
        ("included but for one choice", int((included["flip_distance"] == 1).sum())),
    ]


def _letters_only(named: Sequence[tuple[str, int]]) -> dict[str, int]:
    made: dict[str, int] = {}
    for words_, count in named:
        name = camel(words_)
        while name in made:
            name += "Too"
        made[name] = int(count)
    return made


def camel(name: str) -> str:
    """Return a name of letters only, as TeX needs it.

    >>> camel("stage 4 studies"), camel("own-evidence")
    ('StageFourStudies', 'OwnEvidence')
    """
    spelt = re.sub(r"[0-9]", lambda digit: f" {_DIGIT_NAMES[int(digit.group())]} ", name)
    return "".join(part[:1].upper() + part[1:] for part in re.findall(r"[A-Za-z]+", spelt))


def macros(counts: Mapping[str, int], about: str) -> str:
    r"""Return the counts as LaTeX commands: ``\slrIdentified`` and so on.

    Parameters
    ----------
    about
        What the review is, told once at the head.
    """
    lines = [
        f"% {' '.join(about.split())}",
        r"% Each count of the review as a command: \input{numbers.tex}, then \slrIdentified{}.",
        r"% The same names without slr are in numbers.json.",
    ]
    lines += [rf"\newcommand{{\slr{name}}}{{{count}}}" for name, count in counts.items()]
    return "\n".join(lines) + "\n"


# ---- references


def references(data: Data, about: str) -> str:
    """Return the included works as BibTeX, each with what is known of how sure its entry is.

    Parameters
    ----------
    about
        One sentence on what the review is, told once at the head.
    """
    facts = data["screen/facts"]
    told = facts.pivot(index="work_id", columns="fact", values="value")
    told = told.reindex(columns=["identification", "recalled_fields"])
    works = items.of_works(data["screen/included"], data["pull/records"])
    basis = dict(data["screen/included"][["work_id", "basis"]].itertuples(index=False))
    listed = []
    for work in works:
        sure = told.loc[work.id] if work.id in told.index else None
        note = "; ".join(filter(None, [work.fields.get("note"), *_sureness(sure, basis[work.id])]))
        listed.append(_listed(work, note))
    return bibtex.write(listed, about, _keys([work.id for work in works]))


def _keys(ids: Sequence[str]) -> dict[str, str]:
    """Return the citation key of each work: its own key, with the source where two share it."""
    own = [work.split("/", 1)[1] for work in ids]
    return {
        work: bibtex.readable(key if own.count(key) == 1 else work.replace("/", "-"))
        for work, key in zip(ids, own, strict=True)
    }


def _listed(work: items.Item, note: str) -> items.Item:
    """Return a work as it stands in a list of references, without its abstract."""
    fields = {name: work.fields[name] for name in _FIELDS if name in work.fields}
    extra = {name: work.extra[name] for name in _OF_AUTHORS if name in work.extra}
    author = fields.get("author", "")
    if author.endswith(" and others"):
        fields["author"] = author.removesuffix(" and others")
        extra["and_others"] = "yes"
    return replace(work, fields=fields | ({"note": note} if note else {}), extra=extra)


def _sureness(sure: pd.Series | None, basis: str) -> list[str]:
    said = []
    if sure is not None and isinstance(sure["identification"], str):
        said.append(f"identification: {sure['identification']}")
    if sure is not None and isinstance(sure["recalled_fields"], str):
        said.append(f"from memory: {sure['recalled_fields']}")
    if basis == "judgement":
        said.append("included by judgement")
    return said


# ---- methods


def methods(
    flow: Mapping[str, Any], settings: Mapping[str, Any], declared: Mapping[str, Any], lang: str
) -> str:
    """Return a paragraph on methods, from the config and the flow.

    It names each criterion by its question, calls stand-ins so, and says what a gap does.
    """
    say = words.load("numbers")

    def told(key: str, /, **fields: str | int) -> str:
        return say.say(key, lang, **fields)

    about = settings["review"]["about"][lang]
    sources = words.COMMA[lang].join(flow["sources"])
    sentences = [
        told("records", count=flow["identified"], sources=sources),
        told("duplicates", count=flow["duplicates_removed"], left=flow["screened"]),
        told("order"),
    ]
    for name, criterion in settings["screen"]["criteria"].items():
        sentences.append(_criterion(name, criterion, flow, lang))
    if votes := settings["screen"].get("votes"):
        sentences.append(told(f"conflicts_{votes['conflicts']}"))
    sentences += _gaps(settings["screen"]["criteria"], declared, lang)
    by = flow["included_by"]
    key = "included_votes" if "votes" in by else "included"
    sentences.append(told(key, count=flow["included"], **by))
    if flow["awaiting"]:
        key = "awaiting_votes" if "votes" in by else "awaiting"
        sentences.append(told(key, count=flow["awaiting"]))
    text = "\n\n".join([f"# {told('title')}", _plain(about), " ".join(map(_plain, sentences))])
    return f'<div dir="rtl" lang="fa">\n\n{text}\n\n</div>\n' if lang == "fa" else f"{text}\n"


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;")


def _criterion(name: str, criterion: Mapping[str, Any], flow: Mapping[str, Any], lang: str) -> str:
    """Tell one criterion; a stand-in is called so before any count is told."""
    say = words.load("numbers")
    fields = {
        "question": criterion["question"][lang],
        "count": flows.set_aside(flow, name),
        "left": flow["remaining"][name],
    }
    if is_stage(criterion):
        return say.say("voted", lang, needed=criterion["needed"], **fields)
    cases = criterion["cases"]
    proxies = [case["met"][lang] for case in cases if case.get("stand_in")]
    rules = [case["met"][lang] for case in cases if not case.get("stand_in")]
    if proxies:
        said = say.say("by_stand_in", lang, rule=" / ".join(proxies), **fields)
        return (
            f"{said} {say.say('rule_of_others', lang, rule=' / '.join(rules))}" if rules else said
        )
    key = "not_retrieved" if flows.is_retrieval(criterion) else "criterion"
    return f"{say.say(key, lang, **fields)} {say.say('rule', lang, rule=' / '.join(rules))}"


def _gaps(criteria: Mapping[str, Any], declared: Mapping[str, Any], lang: str) -> list[str]:
    """Tell what unknown and missing facts do, criteria that do the same together."""
    say = words.load("numbers")
    sentences = []
    for kind in ("unknown", "missing"):
        doing: dict[str, list[str]] = {}
        rules = {name: one for name, one in criteria.items() if not is_stage(one)}
        for name, criterion in rules.items():
            named = vocabulary(declared, name)[lang]
            doing.setdefault(criterion[kind], []).append(named)
        parts = [
            say.say(f"gap_{does}", lang)
            + (f" ({words.COMMA[lang].join(names)})" if len(doing) > 1 else "")
            for does, names in doing.items()
        ]
        joined = f" {say.say('or', lang)} ".join(parts)
        sentences.append(say.say(f"when_{kind}", lang, does=joined))
    return sentences
