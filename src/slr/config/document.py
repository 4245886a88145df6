"""A YAML document that a person wrote: read with the lines of its keys, checked by a schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from slr.declared import Fault, Where
from slr.errors import ConfigError, Problem, SlrError, did_you_mean
from slr.io import read_text

DEEPEST = 40
"""Levels that a config may have; no condition that a person can read needs as many."""


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


def read(path: Path) -> tuple[dict[str, Any], dict[Where, int]]:
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
                raise ConfigError(Problem("a key here is no word.", fix, path, line, dotted(at)))
            if key.value in seen:
                fix = "Keep one."
                raise ConfigError(
                    Problem("stands there twice.", fix, path, line, dotted((*at, key.value)))
                )
            seen.add(key.value)
            yield (*at, key.value), line
            yield from _lines(value, (*at, key.value), path)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*at, index), item.start_mark.line + 1
            yield from _lines(item, (*at, index), path)


@cache
def load_schema(name: str) -> dict[str, Any]:
    """Load a JSON Schema of `slr.schemas`, written in YAML."""
    source = resources.files("slr.schemas").joinpath(name)
    schema: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    return schema


def schema_faults(
    document: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None
) -> list[Fault]:
    """List what a schema, or a part of the schema `root`, does not allow in a document."""
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


def refuse(path: Path, lines: Mapping[Where, int], faults: list[Fault]) -> None:
    """Raise all faults of a document as one `ConfigError`, each with its line and key."""
    if not faults:
        return
    problems = []
    for at, found, fix in dict.fromkeys(faults):
        line = next((lines[at[:n]] for n in range(len(at), 0, -1) if at[:n] in lines), 1)
        problems.append(Problem(found, fix, path, line, dotted(at) or None))
    raise ConfigError(sorted(problems, key=lambda p: (p.line or 0, str(p))))


def dotted(at: Where) -> str:
    """Return a place in a document as `key.key.0`."""
    return ".".join(map(str, at))
