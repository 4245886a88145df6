"""The paper says, this run has: each statement that a run can check, computed from its tables.

What the paper states is read from the numbers in its `value`; what the run has is counted. Both
are then told by the same phrase, so that they can only differ in what they count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slr.report import LANGS, words
from slr.report.grid import Both
from slr.report.rows import Data
from slr.schemas.columns import YES_NO

if TYPE_CHECKING:
    import pandas as pd

Number = int | float
Stated = Sequence[Mapping[str, Any]]
"""The statements of data/raw/coding/facts_stated.json."""


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


@dataclass(frozen=True)
class Source:
    """What the checks count in: stage tables, contexts, figures, config and flow."""

    data: Data
    contexts: pd.DataFrame
    figures: Mapping[str, Any]
    settings: Mapping[str, Any]
    flow: Mapping[str, Any]

    def has_rows(self, table: str) -> bool:
        """Tell whether the review has a table, by the name of its schema, with rows in it."""
        return len(self.contexts if table == "raw/contexts" else self.data[table]) > 0

    def record(self, key: str) -> str | None:
        """Return the record of the review's own sources that has a key.

        Records of other sources may have the same key; the paper says nothing of them.
        """
        known = set(self.data["pull/records"]["record_id"])
        return next((name for name in self.own(key) if name in known), None)

    def own(self, key: str) -> list[str]:
        """Return the full ids that a key of the paper may stand for."""
        return [f"{source}/{key}" for source in self.settings["pull"]["baseline"]]

    def included(self) -> pd.DataFrame:
        """Return the included works."""
        return self.data["screen/included"]

    def years(self) -> list[int]:
        """Return the Gregorian years in which their printed years begin."""
        return [int(year) for year in self.included()["year_from"].dropna()]

    def to_years(self) -> list[int]:
        """Return the Gregorian years in which their printed years end."""
        return [int(year) for year in self.included()["year_to"].dropna()]


Check = Callable[[Source], Sequence[Number] | None]


# ---- what the run has, as the numbers that the statement names


def _selected(s: Source) -> list[Number]:
    return [s.flow["included"]]


def _share(s: Source) -> list[Number] | None:
    found, kept = s.flow["identified"], s.flow["included"]
    return [kept, found, round(100 * kept / found, 1)] if found else None


def _years(s: Source) -> list[Number] | None:
    return [min(s.years()), max(s.to_years())] if s.years() else None


def _first_year(s: Source) -> list[Number] | None:
    return [min(s.years())] if s.years() else None


def _changes(s: Source) -> list[Number]:
    """Return the answers of Table 1 stage by stage, as places in no, yes."""
    stages = s.data["code/table1"].sort_values("stage_no")
    asked = ["internal_change", "external_change", "concept_change"]
    return [1 - YES_NO.index(a) for row in stages[asked].to_numpy().tolist() for a in row]


def _questions(s: Source) -> list[Number]:
    return [sum(str(c).endswith("_change") for c in s.data["code/table1"].columns)]


def _steps(s: Source) -> list[Number]:
    counts = s.data["code/table2"].groupby("model_no").size()
    return [*map(int, counts), int(counts.sum())]


def _models(s: Source) -> list[Number]:
    return [s.data["code/table2"]["model_no"].nunique()]


def _common(s: Source) -> list[Number]:
    """Return the models that have each common step, those that have all, and all models."""
    grid = s.data["code/table2_common_steps"]
    has = grid.assign(has=grid["steps"] > 0).pivot(
        index="model_no", columns="common_step", values="has"
    )
    steps = list(s.settings["code"]["common_steps"])
    return [*(int(has[step].sum()) for step in steps), *_with_all(s)]


def _with_all(s: Source) -> list[Number]:
    grid = s.data["code/table2_common_steps"]
    whole = (grid["steps"] > 0).groupby(grid["model_no"]).all()
    return [int(whole.sum()), len(whole)]


def _compared(s: Source) -> list[Number]:
    table = s.data["code/table3"]
    return [sum(str(c).startswith("egov") for c in table.columns) // 2, table["row_no"].nunique()]


def _double_row(s: Source) -> list[Number]:
    lines = s.data["code/table3"].groupby("row_no").size()
    return [int(lines.max()), int(lines.idxmax())]


def _sources(s: Source) -> list[Number]:
    counts = s.data["code/table4_counts"].sort_values("concept_no")["sources"]
    return [*map(int, counts), int(counts.sum())]


def _places(concept: int, column: str) -> Check:
    """Count the countries or sectors that the coding of a concept's studies names."""

    def check(s: Source) -> list[Number]:
        studies = s.data["code/studies"]
        named = studies.loc[(studies["concept_no"] == concept).fillna(False), column].dropna()
        return [len({part.strip() for text in named for part in text.split(";")})]

    return check


def _table4_years(s: Source) -> list[Number] | None:
    works = s.data["dedup/works"].set_index("work_id")
    ids = [work for work in s.data["code/table4"]["work_id"] if work in works.index]
    years = works.loc[ids, "year_from"].dropna()
    return [int(years.min()), int(years.max())] if len(years) else None


def _in_table4(s: Source) -> list[Number]:
    listed = set(s.data["code/table4"]["work_id"])
    return [len(listed & set(s.included()["work_id"])), s.flow["included"]]


def _pairs(s: Source) -> list[Number]:
    counts = s.data["code/table5"].groupby("block", sort=False).size()
    return [*map(int, counts), int(counts.sum())]


def _tables(s: Source) -> list[Number]:
    return [sum(map(s.has_rows, (TABLE1, TABLE2, TABLE3, TABLE4, TABLE5)))]


def _figures(s: Source) -> list[Number] | None:
    if not s.figures:
        return None
    numbered = sum(figure["number"] is not None for figure in s.figures.values())
    return [numbered, len(s.figures) - numbered]


def _rows_of(table: str) -> Check:
    return lambda s: [len(s.data[table])]


def _groups(side: int) -> Check:
    return lambda s: [len(s.figures["figure_1"]["sides"][side]["groups"])]


def _figure2(s: Source) -> list[Number]:
    figure = s.figures["figure_2"]
    return [len(figure[part]) for part in ("inputs", "process", "products", "outcomes")]


def _figure4(s: Source) -> list[Number]:
    first, second = s.figures["figure_4"]["internal_factors"]
    return [
        len(first["stages"]),
        len(second["stages"]),
        len(first["features_of_each_stage"]["items"]),
    ]


def _parts_of_figure4(s: Source) -> list[Number]:
    figure = s.figures["figure_4"]
    return [sum(len(figure[p]) for p in ("external_factors", "internal_factors", "outcomes"))]


def _channels(s: Source) -> list[Number] | None:
    figure = s.figures[CHANNELS]
    year = _year_of(s, figure["source"]["key"])
    return [len(figure["items"]), *year] if year else None


def _year_of(s: Source, key: str) -> list[Number] | None:
    pulled = s.data["pull/records"]
    years = pulled.loc[pulled["record_id"] == s.record(key), "year_from"].dropna()
    return [int(years.iloc[0])] if len(years) else None


def _background(s: Source) -> list[Number]:
    """Count the domestic (Persian) and the foreign works of the empirical background, 2.2."""
    cited = set(s.contexts.loc[s.contexts["section"] == "2.2", "record_id"])
    pulled = s.data["pull/records"]
    here = pulled[pulled["record_id"].isin(cited)]
    domestic = int((here["language"] == "fa").sum())
    return [domestic, len(here) - domestic, len(here)]


def _cited(s: Source) -> list[Number]:
    """Count the distinct sources that the text cites, without those that have no reference."""
    bare = set(s.contexts["record_id"]) - set(s.data["pull/records"]["record_id"])
    attributions = {name for key in _ATTRIBUTIONS for name in s.own(key)}
    return [
        s.contexts["record_id"].nunique() - len(bare & attributions),
        s.contexts["record_id"].nunique(),
    ]


_ATTRIBUTIONS = ("UNESCO", "USEGovAct")
"""Named sources that carry no reference: told apart in the statement."""


def _never_listed(s: Source) -> list[Number]:
    models = s.data["code/table2"]["record_id"].nunique()
    concepts = s.data["code/table4"]["work_id"].nunique()
    return [s.flow["included"], _cited(s)[0], models, concepts, models + concepts]


def _same_work(*keys: str) -> Check:
    """Return the number of works that some records are merged into."""

    def check(s: Source) -> list[Number]:
        clusters = s.data["dedup/clusters"]
        here = clusters[clusters["record_id"].isin([s.record(key) for key in keys])]
        return [here["cluster_id"].nunique()]

    return check


@dataclass(frozen=True)
class Rule:
    """How a statement is checked.

    `stated` are the numbers of the statement, where its value does not begin with them all;
    `why` is a key of words/claims.yaml that says what an agreement is worth. What the check reads
    is named, so that a review without it is not judged: `tables` that need rows, entries of
    figures.json, and `keys` of the paper's own records.
    """

    check: Check
    phrase: str
    why: str
    stated: tuple[Number, ...] = ()
    tables: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def run(self, source: Source) -> Sequence[Number] | None:
        """Return what this run has; nothing where the review lacks what the check reads."""
        is_there = (
            all(map(source.has_rows, self.tables))
            and set(self.figures) <= set(source.figures)
            and all(map(source.record, self.keys))
        )
        return self.check(source) if is_there else None


CHANNELS = "figure_unnumbered_7_channels"
TABLE1, TABLE2, TABLE3, TABLE4, TABLE5 = (f"code/table{n}" for n in range(1, 6))
COUNTS4, COMMON, CONTEXTS = "code/table4_counts", "code/table2_common_steps", "raw/contexts"


def _one_work(*keys: str, why: str, works: int) -> Rule:
    return Rule(_same_work(*keys), "works", why, (works,), keys=keys)


_ANSWERS = (0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1)
"""Fact F15, "NNN, YNN, YYN, YYY", with 1 for yes."""

RULES: Mapping[str, Rule] = {
    "A4": Rule(_selected, "count", "calibrated"),
    "A5": Rule(_years, "years", "years"),
    "F3": Rule(lambda s: [s.flow["identified"]], "count", "calibrated"),
    "F4": Rule(_selected, "count", "calibrated"),
    "F7": Rule(_share, "share", "calibrated"),
    "F8": Rule(lambda s: [s.flow["identified"] - s.flow["included"]], "count", "set_aside"),
    "F12": Rule(
        lambda s: _year_of(s, "Janowski2015"), "count", "year_only", keys=("Janowski2015",)
    ),
    "F13": Rule(_rows_of(TABLE1), "count", "derived", tables=(TABLE1,)),
    "F14": Rule(_questions, "count", "transcribed", tables=(TABLE1,)),
    "F15": Rule(_changes, "answers", "derived", _ANSWERS, tables=(TABLE1,)),
    "F16": Rule(_rows_of(TABLE1), "count", "derived", tables=(TABLE1,)),
    "F19": Rule(_groups(0), "count", "transcribed", figures=("figure_1",)),
    "F20": Rule(_groups(1), "count", "transcribed", figures=("figure_1",)),
    "F23": Rule(_models, "count", "transcribed", tables=(TABLE2,)),
    "F24": Rule(
        _steps,
        "steps",
        "transcribed",
        (3, 4, 4, 4, 5, 5, 5, 6, 3, 6, 6, 6, 4, 6, 5, 72),
        tables=(TABLE2,),
    ),
    "F25": Rule(lambda s: [len(s.settings["code"]["common_steps"])], "count", "transcribed"),
    "F27": Rule(_compared, "compared", "transcribed", tables=(TABLE3,)),
    "F31": Rule(_figure2, "figure2", "transcribed", figures=("figure_2",)),
    "F32": Rule(
        lambda s: [len(s.figures["figure_3"]["components"])],
        "count",
        "transcribed",
        figures=("figure_3",),
    ),
    "F35": Rule(_rows_of(COUNTS4), "count", "transcribed", tables=(COUNTS4,)),
    "F36": Rule(_sources, "sum", "transcribed", tables=(COUNTS4,)),
    "F37": Rule(_places(2, "country"), "count", "coded", tables=("code/studies",)),
    "F38": Rule(_places(3, "sector"), "count", "coded", tables=("code/studies",)),
    "F40": Rule(_channels, "channels", "transcribed", figures=(CHANNELS,)),
    "F43": Rule(_parts_of_figure4, "count", "transcribed", figures=("figure_4",)),
    "F45": Rule(_figure4, "list", "transcribed", figures=("figure_4",)),
    "F49": Rule(_pairs, "sum", "transcribed", tables=(TABLE5,)),
    "F51": Rule(
        lambda s: [len(s.figures["figure_5"]["steps"])],
        "count",
        "transcribed",
        figures=("figure_5",),
    ),
    "F62": Rule(_tables, "count", "transcribed"),
    "F63": Rule(_figures, "figures", "transcribed"),
    "F66": Rule(_background, "sum", "counted", tables=(CONTEXTS,)),
    "F67": Rule(_cited, "cited", "counted", tables=(CONTEXTS,)),
    "F68": Rule(_common, "common", "coded", tables=(COMMON,)),
    "X6": Rule(
        _never_listed,
        "listed",
        "counted",
        (35, 89, 15, 28, 43),
        tables=(CONTEXTS, TABLE2, TABLE4),
    ),
    "X7": Rule(_table4_years, "years", "counted", tables=(TABLE4,)),
    "X8": Rule(
        lambda s: [_compared(s)[0], len(s.settings["code"]["common_steps"])],
        "against",
        "transcribed",
        tables=(TABLE3,),
    ),
    "X9": Rule(_with_all, "of", "coded", tables=(COMMON,)),
    "X10": Rule(_double_row, "lines", "transcribed", tables=(TABLE3,)),
    "X11": _one_work("BaumDiMaio2001", "BaumDi2002", why="judged", works=1),
    "X13": _one_work("Chen2009", "Chen2007", why="apart", works=2),
    "X19": _one_work("Deloitte2002", "Touche2000", why="judged", works=1),
    "X31": Rule(_first_year, "count", "years", (2005,)),
    "X32": Rule(_in_table4, "of", "counted", tables=(TABLE4,)),
}
"""The statements that a run can check, by id."""


def check(stated: Stated, source: Source) -> list[Claim]:
    """Return every statement with what this run has, in the order of the file."""
    return [_claim(fact, RULES.get(fact["id"]), source) for fact in stated]


def _claim(fact: Mapping[str, Any], rule: Rule | None, source: Source) -> Claim:
    say = words.load("claims")
    told: Both = {"en": fact["statement_en"], "fa": fact.get("statement_fa", fact["statement_en"])}
    where = {lang: place(str(fact.get("where", "")), lang) for lang in LANGS}
    nothing: Both = dict.fromkeys(LANGS, "")
    if rule is None:
        return Claim(fact["id"], told, where, nothing, nothing, "unchecked", _unchecked(fact["id"]))
    has = rule.run(source)
    says = list(rule.stated or numbers(fact.get("value")))
    if not has:
        return Claim(
            fact["id"], told, where, _tell(rule, says), nothing, "unchecked", say.both("why_absent")
        )
    agrees = list(has) == says
    reason = say.both(f"why_{rule.why}" if agrees else f"differs_{rule.why}")
    verdict = "agrees" if agrees else "differs"
    return Claim(fact["id"], told, where, _tell(rule, says), _tell(rule, has), verdict, reason)


def _unchecked(name: str) -> Both:
    """Say why no run can check a statement."""
    say = words.load("claims")
    own = f"unchecked_{name}"
    kind = f"unchecked_{name[0]}"
    return say.both(own if own in say else kind if kind in say else "unchecked_F")


def numbers(value: Any) -> list[Number]:
    """Return the numbers that a stated value names, in order.

    >>> numbers("35/83 = 42.2%"), numbers(15), numbers("2000-2021")
    ([35, 83, 42.2], [15], [2000, 2021])
    """
    found = re.findall(r"\d+\.\d+|\d+", str(value))
    return [float(n) if "." in n else int(n) for n in found]


def _tell(rule: Rule, counts: Sequence[Number]) -> Both:
    """Put counts into the phrase of a rule; one that lists takes them all."""
    say = words.load("claims")
    if not counts:
        return dict.fromkeys(LANGS, "")
    match rule.phrase:
        case "list":
            return {lang: _listed(counts, lang) for lang in LANGS}
        case "sum" | "steps":
            *parts, total = counts
            return {
                lang: say.say("says_sum", lang, list=_listed(parts, lang), total=total)
                for lang in LANGS
            }
        case "answers":
            return {lang: _answers(counts, lang) for lang in LANGS}
    fields = dict(zip("abcdef", counts, strict=False))
    if not say.fields(f"says_{rule.phrase}") <= set(fields):  # the statement names too few
        return {lang: _listed(counts, lang) for lang in LANGS}
    return say.both(f"says_{rule.phrase}", **fields)


def _listed(counts: Sequence[Number], lang: str) -> str:
    return words.COMMA[lang].join(map(str, counts))


def _answers(counts: Sequence[Number], lang: str) -> str:
    say = words.load("claims")
    told = [say.say("yes" if count else "no", lang) for count in counts]
    rows = [told[at : at + 3] for at in range(0, len(told), 3)]
    return words.SEMICOLON[lang].join("/".join(row) for row in rows)


def place(where: str, lang: str) -> str:
    """Say in a language where in the paper a statement stands."""
    if lang == "en":
        return where
    say = words.load("claims")

    def translated(found: re.Match[str]) -> str:
        key = f"where {found.group().lower()}"
        return say.say(key, lang) if key in say else found.group()

    where = re.sub(r"(?<=\d)\.(?=\d)", "٫", where)
    text = re.sub(r"[A-Za-z][A-Za-z-]*(?: block| name)?", translated, where)
    return re.sub(r",(?=\s)", "،", text).replace(";", "؛")


def roles(claims: Sequence[Claim]) -> list[Claim]:
    """Return what the paper says of the people's role in each step."""
    return _of(claims, ("F53", "F54", "F55", "F56"))


def strategies(claims: Sequence[Claim]) -> list[Claim]:
    """Return the four strategies that the paper proposes."""
    return _of(claims, ("F58", "F59", "F60", "F61"))


def inconsistencies(claims: Sequence[Claim]) -> list[Claim]:
    """Return the inconsistencies that were found in the paper."""
    return [claim for claim in claims if claim.id.startswith("X")]


def _of(claims: Sequence[Claim], ids: Sequence[str]) -> list[Claim]:
    by_id = {claim.id: claim for claim in claims}
    return [by_id[name] for name in ids if name in by_id]
