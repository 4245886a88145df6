"""What captions and drawings of the flow say of it, in both languages.

Every count comes from flow.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from slr.report import style, words
from slr.report.flow import differs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Flow = Mapping[str, Any]
Criteria = Mapping[str, Any]


def picture(
    name: str,
    flow: Flow,
    criteria: Criteria,
    draw: Callable[[Flow, Criteria, str], Figure],
    tell: Callable[[Flow, Criteria, str], list[str]],
) -> style.Picture:
    """Return the picture `prisma` or `attrition`.

    Parameters
    ----------
    flow
        The content of flow.json.
    criteria
        `screen.criteria` of the config.
    draw, tell
        What draws it, and what lists all that stands in the drawing, in one language.
    """
    flow = {**flow, "names": {name: one.get("name") for name, one in criteria.items()}}
    return style.Picture(
        name,
        {lang: say(f"title_{name}", lang, **counts(flow)) for lang in style.LANGS},
        {lang: _caption(name, flow, lang) for lang in style.LANGS},
        {lang: _sentences(tell(flow, criteria, lang)) for lang in style.LANGS},
        partial(draw, flow, criteria),
        has_note=name == "prisma" and bool(stated(flow, "note_reconstruction", "en")),
    )


def _sentences(texts: list[str]) -> str:
    return " ".join(text if text.endswith(".") else f"{text}." for text in texts)


def name_of(criterion: str, flow: Flow, lang: str) -> str:
    """Return the name of a criterion; its id where it has none."""
    name = flow.get("names", {}).get(criterion)
    return name[lang] if name else criterion.replace("_", " ")


def say(key: str, lang: str, /, **fields: str | int) -> str:
    """Return words of the flow, with their fields filled in."""
    return words.load("prisma").say(key, lang, **fields)


def is_voted(flow: Flow) -> bool:
    """Tell whether people vote on works in this review."""
    return "votes" in flow["included_by"]


def is_about_identification(flow: Flow) -> bool:
    """Tell whether works are not retrieved only because no one could tell which they are."""
    return [name for name, count in flow["not_retrieved_by"].items() if count] == ["identified"]


def counts(flow: Flow) -> dict[str, int]:
    """Return the counts that captions name."""
    return {
        "identified": flow["identified"],
        "duplicates": flow["duplicates_removed"],
        "screened": flow["screened"],
        "set_aside": flow["not_retrieved"] + sum(flow["excluded"].values()),
        "included": flow["included"],
        "gone": flow["identified"] - flow["included"],
        **flow["included_by"],
    }


def _caption(name: str, flow: Flow, lang: str) -> str:
    key = f"caption_{name}_votes" if name == "prisma" and is_voted(flow) else f"caption_{name}"
    told = [say(key, lang, **counts(flow))]
    if flow["awaiting"]:
        told.append(say("caption_awaiting", lang, count=flow["awaiting"]))
    if name == "prisma" and "assessed" in flow and flow["awaiting"]:
        told.append(say("caption_assessed", lang))
    if name == "prisma":
        told.append(say("caption_not_reported", lang))
    if is_about_identification(flow):
        told.append(say("caption_retrieval", lang))
    if flow["stand_in"]:
        told.append(say("stand_in_note", lang))
    if name == "prisma":
        for criterion, gaps in flow["gaps_decided"].items():
            if count := sum(gaps.values()):
                told.append(say("gap", lang, count=count, criterion=name_of(criterion, flow, lang)))
    return " ".join(told + stated(flow, "reconstruction", lang))


def stated(flow: Flow, key: str, lang: str) -> list[str]:
    """Say what the paper states, where there is a paper, and whether this run differs."""
    stated = flow["expected"]
    if not {"identified", "included"} <= set(stated):
        return []
    told = [say(key, lang, **{k: stated[k] for k in ("identified", "included")})]
    if differs(dict(flow)):
        told.append(say("differs", lang, identified=flow["identified"], included=flow["included"]))
    return told
