"""Reading and checking the config: one function for Snakemake and the command line.

Imports neither pandas nor pandera, so that a run with nothing to do stays quick.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from slr import stages
from slr.declared import Fault, Where, condition_faults, fact_faults, written_out
from slr.errors import ConfigError, Problem, SlrError, did_you_mean
from slr.io import read_text
from slr.rules import UNKNOWN_VALUE, conditions

if TYPE_CHECKING:
    from slr.lists import Lists

MAP_FIELDS = ("year", "journal", "language", "kind")
"""Fields of a work that a map may have on an axis, as it may have a variable of the codebook."""

DEEPEST = 40
"""Levels that a config may have; no condition that a person can read needs as many."""


def load(path: Path, lists: Lists | None = None) -> dict[str, Any]:
    """Read and check `config.yaml`; tests of joined texts are written out.

    Stages at which people vote stand among the criteria.

    Parameters
    ----------
    lists
        The lists of the review; where they are not given, their names are not checked.

    Raises
    ------
    ConfigError
        With every fault: file, line, key, what was found and what is allowed.
    """
    config, lines = _read(path)
    config = {name: {} if value is None else value for name, value in config.items()}
    _raise(path, lines, _schema_faults(config, _schema()))
    screen = config["screen"]
    if not screen["criteria"] and "votes" not in screen:
        fix = "Name one, or let people vote: screen.votes."
        _raise(path, lines, [(("screen", "criteria"), "holds no criterion.", fix)])
    faults = _criteria_faults(screen, lists) + _axes_faults(screen, lists)
    faults += _coding_faults(config["code"]) + _makeup_faults(config)
    faults += _closeness_faults(config["cocite"]) + _network_faults(config["cocite"])
    faults += stages.faults(screen) if "votes" in screen else ()
    _raise(path, lines, faults)
    if "votes" in screen:
        screen = stages.with_stages(screen)
    rest = {key: part for key, part in screen.items() if key != "facts"}
    return config | {"screen": screen | written_out(rest, screen["facts"])}


def read(path: Path) -> dict[str, Any]:
    """Read a config without checking it: it may be one of another version of slr.

    Raises
    ------
    ConfigError
        If it is not YAML, or holds no keys.
    """
    return _read(path)[0]


def load_alternatives(
    path: Path, config: Mapping[str, Any], lists: Lists | None = None
) -> dict[str, Any]:
    """Read and check the alternatives that the multiverse tries; none where there is no file."""
    if not path.exists():
        return {}
    alternatives, lines = _read(path)
    schema = _schema()
    _raise(path, lines, _schema_faults(alternatives, schema["$defs"]["alternatives"], schema))
    _raise(path, lines, _alternative_faults(alternatives, config["screen"], lists))
    written: dict[str, Any] = written_out(alternatives, config["screen"]["facts"])
    return written


def check_part(document: Any, part: str, path: Path) -> None:
    """Check a document against one part of the schema of what reports declare.

    Raises
    ------
    ConfigError
        With every fault; lines are not known for JSON, keys are.
    """
    _check_part(document, part, path, {})


def read_part(path: Path, part: str, shown: Path) -> dict[str, Any]:
    """Read a YAML file and check it against one part of the schema of what reports declare."""
    document, lines = _read(path)
    _check_part(document, part, shown, lines)
    return document


def _check_part(document: Any, part: str, path: Path, lines: Mapping[Where, int]) -> None:
    schema = _schema("report.schema.yaml")
    _raise(path, lines, _schema_faults(document, schema["$defs"][part], schema))


class _Loader(yaml.SafeLoader):
    """YAML whose only plain words with a meaning are decimal numbers, true, false and null.

    The YAML 1.1 readings of `yes`, `no`, dates, `010` and `.nan` would turn values into something
    else.
    """


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag.endswith((":null", ":merge"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _kind, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def _read(path: Path) -> tuple[dict[str, Any], dict[Where, int]]:
    """Return the document as plain values, and the line of each of its keys and items."""
    try:
        text = read_text(path)
    except SlrError as error:
        raise ConfigError(error.problems) from error
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        found = f"the character U+{error.character:04X} may not stand in YAML."
        bad = Problem(found, "Delete it.", path, text.count("\n", 0, error.position) + 1)
        raise ConfigError(bad) from error
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            fix = "Write `key: value` lines."
            raise ConfigError(Problem("it holds no keys.", fix, path, 1))
        lines = dict(_lines(node, (), path))
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        fix = "Look at the indentation and quotes there."
        raise ConfigError(Problem(f"not YAML: {error.problem}.", fix, path, line)) from error
    finally:
        loader.dispose()


def _lines(node: yaml.Node, at: Where, path: Path) -> Iterator[tuple[Where, int]]:
    if len(at) > DEEPEST:
        fix = "Does an alias name what it stands in?"
        line = node.start_mark.line + 1
        raise ConfigError(Problem("nested too deeply.", fix, path, line, str(at[0])))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:str":
                fix = "Quote it, or write a word."
                raise ConfigError(Problem("a key here is no word.", fix, path, line, _name(at)))
            if key.value in seen:
                fix = "Keep one."
                raise ConfigError(
                    Problem("stands there twice.", fix, path, line, _name((*at, key.value)))
                )
            seen.add(key.value)
            yield (*at, key.value), line
            yield from _lines(value, (*at, key.value), path)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*at, index), item.start_mark.line + 1
            yield from _lines(item, (*at, index), path)


@cache
def _schema(name: str = "config.schema.yaml") -> dict[str, Any]:
    source = resources.files("slr.schemas").joinpath(name)
    schema: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    return schema


def _schema_faults(
    document: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None
) -> list[Fault]:
    import jsonschema

    whole = {**schema, "$defs": (root or schema).get("$defs", {})}
    faults: list[Fault] = []
    for error in jsonschema.Draft202012Validator(whole).iter_errors(document):
        at = tuple(error.absolute_path)
        allowed = error.validator_value
        match error.validator:
            case "additionalProperties":
                known = error.schema.get("properties", {})
                unknown = sorted(set(map(str, error.instance)) - set(known))
                faults += [
                    ((*at, key), "is not known here.", did_you_mean(key, known)) for key in unknown
                ]
            case "required":
                missing = sorted(set(allowed) - set(error.instance))
                faults += [(at, f"{key!r} is missing.", "Add it.") for key in missing]
            case "type":
                found = f"{error.instance!r} is not of the kind {_one_of(allowed)}."
                faults.append((at, found, _range(error.schema)))
            case "minimum" | "maximum":
                faults.append((at, f"{error.instance!r} is out of range.", _range(error.schema)))
            case "enum":
                faults.append(
                    (at, f"{error.instance!r} is not allowed.", f"Allowed: {_one_of(allowed)}.")
                )
            case "pattern":
                told = f"Allowed: {error.schema['description']}."
                faults.append((at, f"{error.instance!r} is not allowed.", told))
            case _:
                faults.append((at, f"{error.message}.", str(error.schema.get("description", ""))))
    return faults


def _range(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"Allowed: {low} to {high}."
    if low is not None:
        return f"Allowed: {low} or more."
    return ""


def _one_of(allowed: Any) -> str:
    return ", ".join(map(str, allowed)) if isinstance(allowed, list) else str(allowed)


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


def _coding_faults(code: Mapping[str, Any]) -> list[Fault]:
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


def _makeup_faults(config: Mapping[str, Any]) -> list[Fault]:
    book = config["code"].get("codebook", {})
    return [
        (("report", "makeup", "variables"), f"{name!r} is no variable.", did_you_mean(name, book))
        for name in config["report"].get("makeup", {}).get("variables", ())
        if name not in book
    ]


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


def baseline(config: Mapping[str, Any], sources: Iterable[str]) -> list[str]:
    """Return the sources that are the review itself: those named, else all that there are."""
    named: list[str] | None = config["pull"].get("baseline")
    return sorted(set(sources)) if named is None else named


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


def _alternative_faults(
    alternatives: Mapping[str, Any], screen: Mapping[str, Any], lists: Lists | None
) -> list[Fault]:
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


MOST_WAYS = 4096
"""Most ways in which the axes may let one criterion be asked; each is asked of every work."""


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
                    found = f"the axis {decided[place]!r} decides {_name(place)} too."
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


def _raise(path: Path, lines: Mapping[Where, int], faults: list[Fault]) -> None:
    if not faults:
        return
    problems = []
    for at, found, fix in dict.fromkeys(faults):
        line = next((lines[at[:n]] for n in range(len(at), 0, -1) if at[:n] in lines), 1)
        problems.append(Problem(found, fix, path, line, _name(at) or None))
    raise ConfigError(sorted(problems, key=lambda p: (p.line or 0, str(p))))


def _name(at: Where) -> str:
    return ".".join(map(str, at))
