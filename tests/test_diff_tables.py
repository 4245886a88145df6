"""What differs between tables, by key, and what must hold of any two."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from stages import PROJECT
from test_diff import Groups, between, cells, state

from slr import diff
from slr.diff import SECTIONS, compare, sides, works
from slr.diff.compare import CLUSTERS, LEFT_OUT, OUTCOMES, RULES, Rule
from slr.report import changes
from slr.schemas.made import MADE as SCHEMAS

# ---- tables, by key


def table(*rows: tuple[str | None, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["key", "one", "two"], dtype="str")


def test_rows_are_new_gone_or_changed_by_key_whatever_their_order() -> None:
    before = table(("a", "1", None), ("b", "1", "2"), ("c", "1", "2"))
    now = table(("d", "1", "2"), ("c", "1", None), ("a", "1", None))
    found = compare.rows(before, now, Rule(("key",), ("one", "two")))
    assert cells(found, "change", "key", "two_before", "two_now") == [
        ("gone", "b", "2", None),
        ("changed", "c", "2", None),
        ("new", "d", None, "2"),
    ]
    by_cell = compare.rows(before, now, Rule(("key",), ("one", "two"), cells=True))
    assert cells(by_cell, "change", "key", "field", "before", "now") == [
        ("gone", "b", None, None, None),
        ("changed", "c", "two", "2", None),
        ("new", "d", None, None, None),
    ]


def test_rows_that_share_a_key_are_counted() -> None:
    before, now = table(("a", "1", "2")), table(("a", "1", "2"), ("a", "1", "2"))
    found = compare.rows(before, now, Rule(("key", "one")))
    assert cells(found, "change", "key") == [("new", "a")]
    assert compare.rows(now, now, Rule(("key", "one"))).empty


def test_every_table_is_compared_or_left_out_for_a_reason() -> None:
    tables = {name for name in RULES if name in SCHEMAS}
    assert tables | set(LEFT_OUT) == set(SCHEMAS)
    assert not tables & set(LEFT_OUT)
    for name in tables:
        rule = RULES[name]
        assert {*rule.keys, *rule.fields, *rule.lists} <= set(SCHEMAS[name][1]), name
        unique = set(SCHEMAS[name][2])
        assert not unique or unique <= set(rule.keys), name


def test_no_two_tables_are_told_under_one_name() -> None:
    assert [name for name, count in Counter(SECTIONS).items() if count > 1] == []
    before, now = state({"a": "w"}), state({"a": "w"})
    for table, row in (
        ("screen/agreement", ("title", "kappa", "Ann", "Bo", "0.5", "9")),
        ("code/agreement", ("theme", "kappa", "9", "0.7")),
    ):
        rule = RULES[table]
        columns = [*rule.keys, *rule.fields]
        before[table] = pd.DataFrame(columns=columns, dtype="str")
        now[table] = pd.DataFrame([row], columns=columns, dtype="str")
    found = between(before, now)
    assert cells(found["agreement"], "change", "stage") == [("new", "title")]
    assert cells(found["coding_agreement"], "change", "variable") == [("new", "theme")]


def test_what_the_rules_take_from_people_is_an_input_of_a_folder(tmp_path: Path) -> None:
    rules = "".join(p.read_text("utf-8") for p in (PROJECT / "workflow/rules").glob("*.smk"))
    patterns = set(re.findall(r'\braw\("([^"]+)"\)', rules))
    assert {"lists/*.csv", "judgements/votes/*.csv"} <= patterns
    made = {  # a file and a folder beside it are not of one name
        f"data/raw/{pattern.replace('*/', 'in/').replace('*', 'one')}" for pattern in patterns
    }
    for name in [*made, "data/processed/dedup/clusters.csv"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
    assert set(sides._folder(tmp_path).inputs) == made


def test_every_section_has_a_place_a_title_and_words_for_its_columns() -> None:
    say = changes.words.load("changes")
    own = {"dedup/conflicts", "dedup/studies", "code/agreement"}
    named = {name.rpartition("/")[2] for name in RULES if name not in own}
    others = {"works", "outcomes", "fields", "reports", "coding_agreement", "figures", "tables"}
    assert named - {"inputs"} | others == set(SECTIONS)
    for name in SECTIONS:
        assert f"section_{name}" in say
    columns = {key for rule in RULES.values() for key in rule.keys if key != "hash"}
    assert not [column for column in columns if f"col_{column}" not in say]


# ---- properties

RECORDS = [f"s/{letter}" for letter in "abcdefg"]
ENDED = st.sampled_from(["included", "first", "second"])


@st.composite
def states(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Some records in some works, each named by one of its records, with outcome and decisions."""
    records = draw(st.lists(st.sampled_from(RECORDS), unique=True))
    number = {record: draw(st.integers(0, 3)) for record in records}
    groups: Groups = {}
    for at in sorted(set(number.values())):
        members = [record for record in records if number[record] == at]
        groups[draw(st.sampled_from(members))] = " ".join(members)
    made_ = state(groups, {work: draw(ENDED) for work in groups} or {})
    rows = [(work, c, draw(st.sampled_from(["include", "exclude"]))) for work in groups
            for c in ("first", "second")]  # fmt: skip
    decided = pd.DataFrame(rows, columns=["work_id", "criterion", "verdict"], dtype="str")
    made_["screen/decisions"] = decided.assign(basis="rule", reviewer=pd.Series(dtype="str"))
    return made_


SWAPPED = {
    "new": "gone", "gone": "new", "merged": "split", "split": "merged", "joined": "left",
    "left": "joined", "gained": "lost", "lost": "gained",
}  # fmt: skip


def swapped(name: str) -> str:
    if name in ("before", "now"):
        return "now" if name == "before" else "before"
    if name.endswith("_before"):
        return name.replace("_before", "_now")
    return name.replace("_now", "_before")


@settings(deadline=None)
@given(states())
def test_nothing_differs_from_itself(one: dict[str, pd.DataFrame]) -> None:
    assert between(one, one) == {}
    shuffled = {name: t.sample(frac=1, random_state=1) for name, t in one.items()}
    assert between(one, shuffled) == {}


@settings(max_examples=150, deadline=None)
@given(states(), states())
def test_there_and_back_mirror_each_other(
    a: dict[str, pd.DataFrame], b: dict[str, pd.DataFrame]
) -> None:
    there, back = between(a, b), between(b, a)
    assert set(there) == set(back)
    for name, forth in there.items():
        mirror = back[name].rename(columns=swapped)
        for column in ("change", "included"):
            if column in mirror:
                mirror[column] = mirror[column].replace(SWAPPED)
        if name == "outcomes":  # the id now is the id before on the way back, where it changed
            was = mirror["was"]
            mirror["was"] = mirror["work_id"].where(was.notna())
            mirror["work_id"] = was.fillna(mirror["work_id"])
        if name == "decisions":  # they go by the id that the work has on the far side
            renamed = works.follow(a[CLUSTERS], b[CLUSTERS]).renamed()
            mirror["work_id"] = mirror["work_id"].replace(renamed)
        columns = list(forth.columns)
        assert_frame_equal(in_order(forth, columns), in_order(mirror[columns], columns))


def in_order(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return frame.astype(object).fillna("").sort_values(columns, ignore_index=True)


@settings(max_examples=150, deadline=None)
@given(states(), states())
def test_the_outcomes_told_lead_from_one_state_to_the_other(
    a: dict[str, pd.DataFrame], b: dict[str, pd.DataFrame]
) -> None:
    def ended(one: dict[str, pd.DataFrame]) -> dict[str, tuple[Any, ...]]:
        rows = cells(one[OUTCOMES], "work_id", "status", "criterion", "basis")
        return {work: tuple(rest) for work, *rest in rows}

    works_of, found = ended(a), between(a, b).get("outcomes")
    rows = [] if found is None else diff.records(found)
    for row in rows:
        if row["status_before"]:
            gone = works_of.pop(row["was"] or row["work_id"])
            assert gone == tuple(row[f"{n}_before"] for n in ("status", "criterion", "basis"))
    for row in rows:
        if row["status_now"]:
            assert row["work_id"] not in works_of
            works_of[row["work_id"]] = tuple(
                row[f"{n}_now"] for n in ("status", "criterion", "basis")
            )
    assert works_of == ended(b)
    gained = Counter(row["included"] for row in rows)
    included = [Counter(s for s, *_ in ended(one).values())["included"] for one in (a, b)]
    assert included[0] + gained["gained"] - gained["lost"] == included[1]
