"""What is wrong with a config though its schema allows it: keys that do not go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slr import stages
from slr.config.document import dotted
from slr.declared import Fault, Where, condition_faults, fact_faults
from slr.errors import did_you_mean
from slr.rules import UNKNOWN_VALUE, conditions

if TYPE_CHECKING:
    from slr.lists import Lists

MAP_FIELDS = ("year", "journal", "language", "kind")
"""Fields of a work that a map may have on an axis, as it may have a variable of the codebook."""

MOST_WAYS = 4096
"""Most ways in which the axes may let one criterion be asked; each is asked of every work."""


def config_faults(config: Mapping[str, Any], lists: Lists | None) -> list[Fault]:
    """List what is wrong with a whole config; without lists, their names are not checked."""
    screen, cocite = config["screen"], config["cocite"]
    if not screen["criteria"] and "votes" not in screen:
        fix = "Name one, or let people vote: screen.votes."
        return [(("screen", "criteria"), "holds no criterion.", fix)]
    faults = _criteria_faults(screen, lists) + _axes_faults(screen, lists)
    faults += coding_faults(config["code"]) + _makeup_faults(config)
    faults += _closeness_faults(cocite) + _network_faults(cocite)
    faults += stages.faults(screen) if "votes" in screen else ()
    return faults


def _criteria_faults(screen: Mapping[str, Any], lists: Lists | None) -> list[Fault]:
    facts = screen["facts"]
    faults = list(fact_faults(facts))
    for name, criterion in screen["criteria"].items():
        *earlier, last = criterion["cases"]
        if "when" in last or any("when" not in case for case in earlier):
            found = "the last case, and no other, must do without `when`."
            fix = "Else a work may have no case, or a case no work."
            faults.append((("screen", "criteria", name, "cases"), found, fix))
        for index, case in enumerate(criterion["cases"]):
            for part in ("when", "include_if"):
                where: Where = ("screen", "criteria", name, "cases", index, part)
                faults += condition_faults(case.get(part, {}), facts, where, lists)
    return faults


def alternative_faults(
    alternatives: Mapping[str, Any], screen: Mapping[str, Any], lists: Lists | None
) -> list[Fault]:
    """List what is wrong with alternatives to what section `screen` says."""
    faults: list[Fault] = []
    for name, change in alternatives.items():
        if name == "baseline":
            faults.append(((name,), "is the review as it stands.", "Choose another name."))
        faults += _change_faults(change, screen, (name,), lists)
    return faults


def _change_faults(
    change: Mapping[str, Any], screen: Mapping[str, Any], at: Where, lists: Lists | None
) -> list[Fault]:
    faults: list[Fault] = []
    criteria, facts = screen["criteria"], screen["facts"]
    for part in ("without", "gaps", "also", "instead", "judgements"):
        named = change.get(part, ())
        for criterion in () if isinstance(named, str) else named:
            if criterion not in criteria:
                found = f"the criterion {criterion!r} is not known."
                faults.append(((*at, part), found, did_you_mean(criterion, criteria)))
    for part in ("also", "instead"):
        for criterion, condition in change.get(part, {}).items():
            faults += condition_faults(condition, facts, (*at, part, criterion), lists)
    for part in ("suppose", "bring_in"):
        for record, supposed in change.get(part, {}).items():
            for fact, value in supposed.items():
                if fact in facts and value != UNKNOWN_VALUE:
                    of_fact = {fact: {"is": value}}
                    faults += condition_faults(of_fact, facts, (*at, part, record))
                elif fact not in facts:
                    found = f"the fact {fact!r} is not declared."
                    faults.append(((*at, part, record), found, did_you_mean(fact, facts)))
    return faults


def _axes_faults(screen: Mapping[str, Any], lists: Lists | None) -> list[Fault]:
    """Find axes that name what is not there, or of which two decide the same thing."""
    multiverse = screen.get("multiverse", {})
    faults: list[Fault] = []
    decided: dict[Where, str] = {}
    ways = dict.fromkeys(screen["criteria"], 1)
    for name, axis in multiverse.get("axes", {}).items():
        at: Where = ("screen", "multiverse", "axes", name)
        if axis["group"] not in multiverse["groups"]:
            found = f"the group {axis['group']!r} is not known."
            faults.append(
                ((*at, "group"), found, did_you_mean(axis["group"], multiverse["groups"]))
            )
        borne = set()
        for choice, change in axis["choices"].items():
            here = (*at, "choices", choice)
            if choice == "baseline":
                faults.append((here, "is what the review does.", "Choose another name."))
            faults += _change_faults(change, screen, here, lists)
            for place in _decided(change):
                if decided.setdefault(place, name) != name:
                    found = f"the axis {decided[place]!r} decides {dotted(place)} too."
                    faults.append((here, found, "Put their choices on one axis."))
            borne |= {c for c in ways if _bears_on(change, c)}
        ways |= {c: ways[c] * (len(axis["choices"]) + 1) for c in borne}
    for criterion, number in ways.items():
        if number > MOST_WAYS:
            found = f"the axes let {criterion!r} be asked in {number} ways; allowed: {MOST_WAYS}."
            fix = "Put choices that exclude each other on one axis, or drop some."
            faults.append((("screen", "multiverse", "axes"), found, fix))
    return faults


def _decided(change: Mapping[str, Any]) -> set[Where]:
    """Return what a choice puts a single thing in the place of."""
    places: set[Where] = {
        (part, criterion) for part in ("instead", "gaps") for criterion in change.get(part, ())
    }
    for part in ("suppose", "bring_in"):
        places |= {(part, r, fact) for r, facts in change.get(part, {}).items() for fact in facts}
    return places


def _bears_on(change: Mapping[str, Any], criterion: str) -> bool:
    named = [change.get(part, ()) for part in ("without", "gaps", "also", "instead")]
    judgements = change.get("judgements", ())
    return judgements == "ignored" or any(criterion in some for some in (*named, judgements))


def coding_faults(code: Mapping[str, Any]) -> list[Fault]:
    """List what is wrong with section `code`: its codebook, maps and tables."""
    book = code.get("codebook", {})
    faults: list[Fault] = []
    before: dict[str, Any] = {}
    for name, variable in book.items():
        at: Where = ("code", "codebook", name)
        kind = variable["type"]
        chosen = kind in ("category", "categories")
        if chosen and "values" not in variable:
            faults.append((at, "a category without values.", "List them under `values`."))
        if not chosen and "values" in variable:
            faults.append(((*at, "values"), f"a {kind} has no list of values.", "Drop it."))
        faults += [
            ((*at, key), "only a number has it.", "Drop it.")
            for key in ("at_least", "at_most")
            if key in variable and kind != "number"
        ]
        for field, test, wanted in conditions(variable.get("where", {})):
            faults += _where_faults(before, field, test, wanted, (*at, "where"))
        before[name] = variable
    known = [*book, *MAP_FIELDS]
    for name, one in code.get("maps", {}).items():
        faults += [
            (("code", "maps", name, axis), f"{one[axis]!r} is no variable.",
             did_you_mean(one[axis], known))
            for axis in ("rows", "columns")
            if one[axis] not in known
        ]  # fmt: skip
    for name, table in code.get("tables", {}).items():
        faults += _coding_table_faults(name, table)
    return faults


def _where_faults(
    before: Mapping[str, Any], field: str, test: str, wanted: Any, at: Where
) -> list[Fault]:
    """Refuse what a question cannot hang on: only answers given before it, with their values."""
    if field not in before:
        fix = "Name a variable that is asked before it."
        return [(at, f"{field!r} is not known there.", fix)]
    if test in ("in_list", "matches_list"):
        return [(at, f"{test!r} is for criteria alone.", "Use is or in.")]
    kind = before[field]["type"]
    if test == "known":
        return []
    if test in ("at_least", "at_most", "between") and kind != "number":
        return [(at, f"{field!r} is no number, so {test!r} cannot be asked.", "Use is or in.")]
    values = ("yes", "no") if kind == "yes_no" else before[field].get("values", ())
    asked = wanted if isinstance(wanted, list) else [wanted]
    return [
        (at, f"{field} is never {value!r}.", did_you_mean(str(value), values))
        for value in asked
        if values and test in ("is", "in") and str(value) not in values
    ]


def _coding_table_faults(name: str, table: Mapping[str, Any]) -> list[Fault]:
    at: Where = ("code", "tables", name)
    faults: list[Fault] = []
    for column, one in table["columns"].items():
        if (one["type"] == "choice") != ("values" in one):
            fix = "List them under `values`." if one["type"] == "choice" else "Drop them."
            found = "a choice, and no other, has values."
            faults.append(((*at, "columns", column), found, fix))
    known = [
        full
        for column, one in table["columns"].items()
        for full in ([f"{column}_en", f"{column}_fa"] if one["type"] == "words" else [column])
    ]
    faults += [
        ((*at, part), f"{column!r} is no column of the table.", did_you_mean(column, known))
        for part in ("unique", "nested")
        for column in table.get(part, ())
        if column not in known
    ]
    return faults


def _makeup_faults(config: Mapping[str, Any]) -> list[Fault]:
    book = config["code"].get("codebook", {})
    return [
        (("report", "makeup", "variables"), f"{name!r} is no variable.", did_you_mean(name, book))
        for name in config["report"].get("makeup", {}).get("variables", ())
        if name not in book
    ]


def _network_faults(cocite: Mapping[str, Any]) -> list[Fault]:
    """Find networks of which the config says what their nodes are, and cannot."""
    own = {"co-authorship": "authors", "keywords": "keywords"}
    return [
        (("cocite", "networks", name, "nodes"), f"the nodes are {own[asked['of']]}.", "Drop it.")
        for name, asked in cocite.get("networks", {}).items()
        if asked["of"] in own and asked.get("nodes", own[asked["of"]]) != own[asked["of"]]
    ]


def _closeness_faults(cocite: Mapping[str, Any]) -> list[Fault]:
    weights = [cocite["closeness"][level] for level in ("theme", "unit", "section", "text")]
    if weights == sorted(weights, reverse=True):
        return []
    fix = "Let theme be the largest, then unit, section and text."
    return [(("cocite", "closeness"), "the weights rise with distance.", fix)]
