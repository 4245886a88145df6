"""What the config may declare of facts, and ask of them: checked, and written out.

Imports neither pandas nor pandera, as `slr.config`, which calls it, does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from slr import phrases
from slr.errors import did_you_mean
from slr.languages import code_of
from slr.rules import TESTS, conditions

if TYPE_CHECKING:
    from slr.lists import Lists

WORK_FIELDS = {
    "ENTRYTYPE": "text",
    "title": "text",
    "author": "text",
    "abstract": "text",
    "journal": "text",
    "publisher": "text",
    "doi": "text",
    "language": "text",
    "year_from": "count",
    "year_to": "count",
}
"""Fields of the work itself that a criterion may ask for, beside the declared facts."""

DERIVED = ("joined", "per_year", "percentile")
"""Keys of a fact that is worked out from others, and so is never recorded."""
WORKS_MIN = 10
"""Fewest works of a year for which a percentile says anything, unless the config tells."""

_KIND_OF = {
    "is": {"choice", "count", "text"},
    "in": {"choice", "count", "text"},
    "at_least": {"count", "number"},
    "at_most": {"count", "number"},
    "between": {"count", "number"},
    "matches": {"text"},
    "in_list": {"text"},
    "matches_list": {"text"},
}
"""Kinds of fact of which a test can be asked; `known` can of all."""
_USE = {
    "choice": "Use is or in.",
    "count": "Use is, in, at_least, at_most or between.",
    "number": "Use at_least, at_most or between.",
    "text": "Use is or in.",
}
_ONLY = {
    "values": ("choice", "only a choice has it."),
    "index": ("count", "only a count has it."),
    "as_of": ("count", "only a count has it."),
}

Where = tuple[str | int, ...]
Fault = tuple[Where, str, str]
"""Where in the document, what was found, and how to mend it."""
Facts = Mapping[str, Mapping[str, Any]]


def is_derived(fact: Mapping[str, Any]) -> bool:
    """Tell whether a declared fact is worked out from others."""
    return any(key in fact for key in DERIVED)


def inputs_of(fact: Mapping[str, Any]) -> list[str]:
    """Return what a derived number is worked out from; nothing for any other fact."""
    return [fact[key] for key in ("per_year", "percentile") if key in fact] + (
        ["year_from"] if fact["type"] == "number" else []
    )


def fact_faults(facts: Facts) -> Iterator[Fault]:
    """Yield what is wrong with the facts that a config declares."""
    for name, fact in facts.items():
        at = ("screen", "facts", name)
        kind = fact["type"]
        if kind == "choice" and not fact.get("values"):
            yield at, "a choice without values.", "List them under `values`."
        for key, (wanted, found) in _ONLY.items():
            if key in fact and kind != wanted and not (key == "as_of" and "per_year" in fact):
                yield (*at, key), found, "Drop it."
        if kind != "choice" and fact.get("combine") == "surest":
            yield (*at, "combine"), "only a choice has a surest value.", "Drop it."
        if kind != "count" and fact.get("combine") == "sum":
            yield (*at, "combine"), "only counts add up.", "Drop it."
        if name in WORK_FIELDS:
            yield at, "is a field of the work already.", "Choose another name."
        yield from _derived_faults(at, fact, facts)


def _derived_faults(at: Where, fact: Mapping[str, Any], facts: Facts) -> Iterator[Fault]:
    ways = [key for key in DERIVED if key in fact]
    if len(ways) > 1:
        yield (*at, ways[1]), f"{ways[0]} is told already.", "Keep one."
    for key, needed in (("where_known", "joined"), ("works_min", "percentile")):
        if key in fact and needed not in fact:
            yield (*at, key), f"only what is {needed} has it.", "Drop it."
    if ways and "from" in fact:
        yield (*at, "from"), f"it is {ways[0]}, so nothing tells it.", "Drop it."
    if fact["type"] == "number" and not {"per_year", "percentile"} & set(ways):
        yield at, "a number that nothing gives.", "Name a count under `per_year` or `percentile`."
    for way in ways[:1]:
        if way == "joined":
            yield from _joined_faults(at, fact, facts)
        else:
            yield from _number_faults((*at, way), way, fact, facts)


def _joined_faults(at: Where, fact: Mapping[str, Any], facts: Facts) -> Iterator[Fault]:
    if fact["type"] != "text":
        yield (*at, "joined"), "only a text is joined.", "Write `type: text`."
    texts = [name for name, kind in WORK_FIELDS.items() if kind == "text"]
    texts += [n for n, other in facts.items() if other["type"] == "text" and "joined" not in other]
    for key in ("joined", "where_known"):
        for name in fact.get(key, ()):
            if name not in texts:
                yield (*at, key), f"{name!r} is no text.", did_you_mean(name, texts)


def _number_faults(at: Where, way: str, fact: Mapping[str, Any], facts: Facts) -> Iterator[Fault]:
    if fact["type"] != "number":
        yield at, f"what is {way} is a number.", "Write `type: number`."
    counts = [name for name, other in facts.items() if other["type"] == "count"]
    if fact[way] not in counts:
        yield at, f"{fact[way]!r} is no count.", did_you_mean(fact[way], counts)
        return
    days = {other["as_of"] for other in (fact, facts[fact[way]]) if "as_of" in other}
    if way == "per_year" and not days:
        yield at, f"of which day {fact[way]} is, is not told.", "Add `as_of: YYYY-MM-DD`."
    if way == "per_year" and len(days) > 1:
        yield at, f"{fact[way]} is of another day.", "Drop `as_of`."


def condition_faults(
    condition: Mapping[str, Any], facts: Facts, at: Where, lists: Lists | None = None
) -> list[Fault]:
    """Return what is wrong with a condition.

    Parameters
    ----------
    lists
        The lists of the review; where they are not given, their names are not checked.
    """
    faults: list[Fault] = []
    for field, test, wanted in conditions(condition):
        if field not in facts and field not in WORK_FIELDS:
            found = f"the field {field!r} is not known."
            faults.append((at, found, did_you_mean(field, [*facts, *WORK_FIELDS])))
        elif fault := _unfit(field, test, facts):
            faults.append((at, *fault))
        else:
            told = _wanted_faults(field, test, wanted, facts)
            told = (
                told
                if test not in ("in_list", "matches_list")
                else _list_faults(test, wanted, lists)
            )
            faults += [(at, *fault) for fault in told]
    return faults


def _unfit(field: str, test: str, facts: Facts) -> tuple[str, str] | None:
    """Say why a test cannot be asked of a field; None if it can."""
    kind = facts[field]["type"] if field in facts else WORK_FIELDS[field]
    if test == "known":
        return None
    if "joined" in facts.get(field, {}) and test not in ("matches", "matches_list"):
        return f"{field!r} is joined, so {test!r} cannot be asked.", "Use matches."
    if kind in _KIND_OF[test]:
        return None
    wanted = next(kind for kind in ("choice", "count", "text") if kind in _KIND_OF[test])
    return f"{field!r} is no {wanted}, so {test!r} cannot be asked.", _USE[kind]


def _wanted_faults(field: str, test: str, wanted: Any, facts: Facts) -> Iterator[tuple[str, str]]:
    several = wanted if isinstance(wanted, list) else [wanted]
    if test == "matches":
        yield from filter(None, map(phrases.fault, several))
    if test == "between" and wanted[0] > wanted[1]:
        yield f"between {wanted[0]} and {wanted[1]} is nothing.", "Write the lower one first."
    if test not in ("is", "in"):
        return
    values = facts.get(field, {}).get("values")
    kind = facts[field]["type"] if field in facts else WORK_FIELDS[field]
    for value in several:
        if values and str(value) not in values:
            yield f"{field} is never {value!r}.", did_you_mean(str(value), values)
        if kind == "count" and isinstance(value, str):
            yield f"{field} is never {value!r}.", "Write a number."
        if field == "language" and field not in facts and (code := code_of(str(value))) != value:
            yield f"{field} is never {value!r}.", f"Write its code: {code!r}."


def _list_faults(test: str, wanted: str, lists: Lists | None) -> Iterator[tuple[str, str]]:
    if lists is None:
        return
    if wanted not in lists:
        near = did_you_mean(wanted, lists) if lists else f"Make data/raw/lists/{wanted}.csv."
        yield f"there is no list {wanted!r} in data/raw/lists/.", near
    elif test == "matches_list" and not lists[wanted].phrases:
        yield f"the list {wanted!r} has no names to look for.", "Fill in its column `name`."


def written_out(part: Any, facts: Facts) -> Any:
    """Return a part of the config with each test of a joined text as tests of its texts.

    >>> facts = {"topic": {"type": "text", "joined": ["title"], "where_known": ["abstract"]}}
    >>> written_out({"topic": {"matches": "x"}}, facts)["any"][0]
    {'title': {'matches': 'x'}}
    """
    if isinstance(part, list):
        return [written_out(one, facts) for one in part]
    if not isinstance(part, dict):
        return part
    if len(part) == 1:
        [(key, inner)] = part.items()
        fact = facts.get(key, {})
        if "joined" in fact and isinstance(inner, dict) and inner.keys() <= {*TESTS, "known"}:
            return _over(fact, inner)
    return {key: written_out(inner, facts) for key, inner in part.items()}


def _over(fact: Mapping[str, Any], test: Mapping[str, Any]) -> dict[str, Any]:
    texts = [*fact["joined"], *fact.get("where_known", ())]
    if "known" in test:
        known = {"any": [{text: {"known": True}} for text in texts]}
        return known if test["known"] else {"not": known}
    return {
        "any": [
            *({text: test} for text in fact["joined"]),
            *(
                {"all": [{text: {"known": True}}, {text: test}]}
                for text in fact.get("where_known", ())
            ),
        ]
    }
