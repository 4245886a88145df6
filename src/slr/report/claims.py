"""What a paper says beside what this run has: each statement that a run can check, counted.

What the paper states is read from the numbers in its `value`; what the run has is what the
measures of its `check` give. Both are then told by the same phrase, so that they can only differ
in what they count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slr.report import LANGS, words
from slr.report.grid import Both
from slr.report.measures import Number, Source

Stated = Sequence[Mapping[str, Any]]
"""The statements of data/raw/report/statements.json."""
Known = Mapping[str, Any]
"""The content of data/raw/report/answers.yaml: what agreeing is worth, words for places."""


@dataclass(frozen=True)
class Claim:
    """A statement of the paper beside what this run has.

    `verdict` is ``agrees``, ``differs`` or ``unchecked``; `says` and `has` are empty where nothing
    can be counted.
    """

    id: str
    statement: Both
    place: Both
    says: Both
    has: Both
    verdict: str
    reason: Both


def check(stated: Stated, known: Known, source: Source) -> list[Claim]:
    """Return every statement with what this run has, in the order of the file."""
    return [_claim(fact, known, source) for fact in stated]


def _claim(fact: Mapping[str, Any], known: Known, source: Source) -> Claim:
    told: Both = {"en": fact["statement_en"], "fa": fact["statement_fa"]}
    where = {lang: place(fact["where"], known.get("places", {}), lang) for lang in LANGS}
    nothing: Both = dict.fromkeys(LANGS, "")
    rule = fact.get("check")
    if rule is None:
        why = fact.get("unchecked") or words.load("claims").both("unchecked")
        return Claim(fact["id"], told, where, nothing, nothing, "unchecked", why)
    has = source.numbers(rule["counts"])
    says = list(rule.get("stated") or numbers(fact["value"]))
    stated = _tell(rule["says"], says)
    if not has:
        why = words.load("claims").both("why_absent")
        return Claim(fact["id"], told, where, stated, nothing, "unchecked", why)
    verdict = "agrees" if has == says else "differs"
    worth = known.get("worth", {}).get(rule["worth"], {}).get(verdict, nothing)
    return Claim(fact["id"], told, where, stated, _tell(rule["says"], has), verdict, worth)


def numbers(value: Any) -> list[Number]:
    """Return the numbers that a stated value names, in order.

    >>> numbers("35/83 = 42.2%"), numbers(15), numbers("2000-2021")
    ([35, 83, 42.2], [15], [2000, 2021])
    """
    found = re.findall(r"\d+\.\d+|\d+", str(value))
    return [float(n) if "." in n else int(n) for n in found]


def _tell(phrase: str | Both, counts: Sequence[Number]) -> Both:
    """Put counts into a phrase, `{a}` being the first; one that lists takes them all."""
    say = words.load("claims")
    if not counts:
        return dict.fromkeys(LANGS, "")
    match phrase:
        case "list":
            return {lang: _listed(counts, lang) for lang in LANGS}
        case "sum":
            *parts, total = counts
            return {
                lang: say.say("says_sum", lang, list=_listed(parts, lang), total=total)
                for lang in LANGS
            }
        case "answers":
            return {lang: _answers(counts, lang) for lang in LANGS}
    text = say.both(f"says_{phrase}") if isinstance(phrase, str) else phrase
    fields = dict(zip("abcdefgh", counts, strict=False))
    if not words.fields_of(text["en"]) | words.fields_of(text["fa"]) <= set(fields):
        return {lang: _listed(counts, lang) for lang in LANGS}  # the statement names too few
    return {lang: words.fill(text[lang], lang, **fields) for lang in LANGS}


def _listed(counts: Sequence[Number], lang: str) -> str:
    return words.COMMA[lang].join(map(str, counts))


def _answers(counts: Sequence[Number], lang: str) -> str:
    say = words.load("claims")
    told = [say.say("yes" if count else "no", lang) for count in counts]
    rows = [told[at : at + 3] for at in range(0, len(told), 3)]
    return words.SEMICOLON[lang].join("/".join(row) for row in rows)


def place(where: str, places: Mapping[str, Both], lang: str) -> str:
    """Say in a language where in the paper a statement stands, by the words that are declared."""
    if lang == "en":
        return where

    def translated(found: re.Match[str]) -> str:
        known = places.get(found.group().lower())
        return known[lang] if known else found.group()

    where = re.sub(r"(?<=\d)\.(?=\d)", "٫", where)
    text = re.sub(r"[A-Za-z][A-Za-z-]*(?: block| name)?", translated, where)
    return re.sub(r",(?=\s)", "،", text).replace(";", "؛")


def named(claims: Sequence[Claim], ids: Sequence[str]) -> list[Claim]:
    """Return the statements of these ids, in their order, those that there are."""
    by_id = {claim.id: claim for claim in claims}
    return [by_id[name] for name in ids if name in by_id]
