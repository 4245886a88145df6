"""The codebook: what is asked of each study, what may be answered, and where a question applies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from slr.errors import did_you_mean
from slr.rules import UNKNOWN_VALUE, Truth, evaluate

YES_NO_LABELS = {"yes": {"en": "yes", "fa": "بلی"}, "no": {"en": "no", "fa": "خیر"}}
UNKNOWN_LABEL = {"en": "unknown", "fa": "نامعلوم"}
SEPARATOR = ";"
"""Between the values of a variable that has many."""

Both = Mapping[str, str]


@dataclass(frozen=True)
class Variable:
    """One question of the codebook; `title` is what figures and tables call it.

    `kind` is ``category``, ``categories``, ``number``, ``text`` or ``yes_no``; `labels` holds the
    allowed values with their words in each language, none where any value is allowed.
    """

    name: str
    title: Both
    question: Both
    kind: str
    labels: Mapping[str, Both]
    where: Mapping[str, Any] | None = None
    help: Both | None = None
    least: float | None = None
    most: float | None = None

    @classmethod
    def of(cls, name: str, declared: Mapping[str, Any]) -> Variable:
        """Take a variable as the config declares it."""
        kind = declared["type"]
        values = YES_NO_LABELS if kind == "yes_no" else declared.get("values", ())
        labels = values if isinstance(values, Mapping) else {v: {"en": v, "fa": v} for v in values}
        return cls(
            name,
            declared.get("name") or dict.fromkeys(("en", "fa"), name.replace("_", " ")),
            declared["question"],
            kind,
            labels,
            declared.get("where"),
            declared.get("help"),
            declared.get("at_least"),
            declared.get("at_most"),
        )

    def parts(self, value: str) -> list[str]:
        """Return the single values of an answer."""
        if self.kind != "categories":
            return [value]
        return [part for one in value.split(SEPARATOR) if (part := one.strip())]

    def tidy(self, value: str) -> str:
        """Return an answer in one spelling: many values in the order of the codebook, once each.

        A number is written out without what adds nothing: 007, 7.0 and 7 are one answer.
        """
        if self.kind == "number" and value.strip() != UNKNOWN_VALUE:
            return format(Decimal(value.strip()).normalize() + 0, "f")
        if self.kind != "categories":
            return value.strip()
        parts = list(dict.fromkeys(self.parts(value)))
        order = list(self.labels)
        parts.sort(key=lambda part: order.index(part) if part in order else len(order))
        return f"{SEPARATOR} ".join(parts)

    def fault(self, value: str) -> tuple[str, str] | None:
        """Say what is wrong with an answer and how to mend it; None where nothing is."""
        if value.strip() == UNKNOWN_VALUE:
            return None
        if self.kind == "number":
            return self._number_fault(value)
        parts = self.parts(value)
        if not parts:
            return "is empty.", "Give a value, or leave the question for later."
        for part in parts if self.labels else ():
            if part not in self.labels:
                known = [*self.labels, UNKNOWN_VALUE]
                return f"{self.name} is never {part!r}.", did_you_mean(part, known)
        return None

    def _number_fault(self, value: str) -> tuple[str, str] | None:
        try:
            number = float(value) if value.isascii() else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            return f"{self.name}: {value!r} is no number.", f"Write one, or {UNKNOWN_VALUE}."
        if self.least is not None and number < self.least:
            return f"{self.name} is never below {self.least:g}.", ""
        if self.most is not None and number > self.most:
            return f"{self.name} is never above {self.most:g}.", ""
        return None


@dataclass(frozen=True)
class Codebook:
    """The variables in their order, and how much of the studies two people code."""

    variables: Mapping[str, Variable]
    double_pct: float = 0
    seed: int = 1

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Codebook:
        """Take section `code` of the config."""
        declared = settings.get("codebook", {})
        variables = {name: Variable.of(name, one) for name, one in declared.items()}
        return cls(variables, settings.get("double_pct", 0), settings.get("seed", 1))

    def applies(self, variable: Variable, answers: Mapping[str, str]) -> bool:
        """Tell whether a question is asked of a study, by the answers to others.

        Where an answer that it depends on is missing or unknown, it is not asked yet.
        """
        return variable.where is None or evaluate(variable.where, answers) is Truth.MET

    def asked(self, answers: Mapping[str, str]) -> list[Variable]:
        """Return the variables that apply to a study, in order."""
        return [v for v in self.variables.values() if self.applies(v, answers)]


def labelled(labels: Mapping[str, Both], value: str) -> Both:
    """Return the words of a value; the value itself where it has none."""
    if value == UNKNOWN_VALUE:
        return UNKNOWN_LABEL
    return labels.get(value) or {"en": value, "fa": value}


def listed(values: Sequence[str]) -> str:
    """Return values as one answer."""
    return f"{SEPARATOR} ".join(values)
