"""What is told of the shipped review's grid: counts worked out apart from the code, and goldens."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from stages import GOLDEN, PROJECT, RAW, copy_raw, edit, finished, made, run

from slr import config, io
from slr.errors import ConfigError, SlrError
from slr.multiverse.axes import Axis, Choice, axes_of, nearest, size, span
from slr.multiverse.told import tell
from slr.report import firm, words

SHIPPED = PROJECT / "config.yaml"
REPORTS = {"empirical-quantitative", "empirical-qualitative", "mixed", "case-study", "review"}
TWINS = {"BaumDiMaio2001": "BaumDi2002", "Touche2000": "Deloitte2002"}

Facts = dict[str, str]


@cache
def known() -> dict[str, Facts]:
    """What is known of the 91 sources that the paper names, by key."""
    found: dict[str, Facts] = {}
    with (RAW / "facts/paper.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["record_id"].removeprefix("paper/"), {})[row["fact"]] = row[
                "value"
            ]
    undated = config.load(SHIPPED)["screen"]["multiverse"]["axes"]["undated"]
    for name, told in undated["choices"]["all"]["bring_in"].items():
        found[name.removeprefix("paper/")] = {fact: str(value) for fact, value in told.items()}
    return found


def works(choices: dict[str, str]) -> Iterator[tuple[str, Facts]]:
    """Yield the works of a universe with what is known of them, twins made one by hand."""
    named = (RAW / "citations/named_sources.csv").read_text("utf-8")
    for key, facts in known().items():
        if choices["undated"] != "all" and f"paper/{key}," in named:
            continue
        if choices["undated"] == "none" and key == "ODPM":
            continue
        if choices["duplicates"] != "apart" and key in TWINS:
            continue
        twins = [facts, *(known()[t] for t, k in TWINS.items() if k == key)]
        if len(twins) == 2 and choices["duplicates"] != "apart":
            yield key, together(*twins)
        else:
            yield key, facts


def together(one: Facts, other: Facts) -> Facts:
    """Join the facts of twins; in the shipped data one of two that differ is always unknown,
    but for the role and the surety of the citation."""
    joined = {f: other[f] if one.get(f, "unknown") == "unknown" else one[f] for f in other}
    order = ["verified", "recalled", "candidate", "title-printed", "unresolved"]
    joined["identification"] = min(one["identification"], other["identification"], key=order.index)
    joined["roles"] = f"{one['role']} {other['role']}"
    joined["citations_in_findings"] = str(
        int(one["citations_in_findings"]) + int(other["citations_in_findings"])
    )
    return joined


def kept(choices: dict[str, str]) -> set[str]:
    """Apply the rule of the reconstruction, as its README tells it, with other choices."""
    return {key for key, facts in works(choices) if keeps(choices, key, facts)}


def keeps(choices: dict[str, str], key: str, facts: Facts) -> bool:
    if key == "Norris2011" and choices["norris"] == "book":
        facts = facts | {"identification": "verified", "publisher_kind": "academic-press"}
    if key == "Janowski2016" and choices["editorial"] == "refereed":
        facts = facts | {"peer_reviewed": "yes"}
    return (
        identified(choices, key, facts)
        and credible(choices, key, facts)
        and evident(choices, facts)
        and (choices["citations"] == "not-asked" or int(facts["citations_in_findings"]) > 0)
    )


def identified(choices: dict[str, str], key: str, facts: Facts) -> bool:
    if key == "Chen2009" and choices["judged-identified"] == "baseline":
        return True
    passing = {
        "baseline": {"verified", "recalled"},
        "seen": {"verified"},
        "candidates": {"verified", "recalled", "candidate"},
        "not-asked": {facts["identification"]},
    }
    return facts["identification"] in passing[choices["identified"]]


def credible(choices: dict[str, str], key: str, facts: Facts) -> bool:
    if key == "DiasGomes2021" and choices["judged-credibility"] == "baseline":
        return True
    if facts["peer_reviewed"] == "yes" or facts["publisher_kind"] == "academic-press":
        return True
    if facts["peer_reviewed"] == "no" and choices["grey"] == "pass":
        return True
    unknown = "unknown" in (facts["peer_reviewed"], facts["publisher_kind"])
    return unknown and choices["unknown-refereeing"] == "pass"


def evident(choices: dict[str, str], facts: Facts) -> bool:
    asked = choices["evidence"]
    if asked == "not-asked":
        return True
    reports = facts["evidence_kind"] in REPORTS
    if asked == "own":
        return reports
    more = {
        "baseline": set(),
        "definitions": {"definition"},
        "models": {"model"},
        "definitions-and-models": {"definition", "model"},
    }[asked]
    roles = facts.get("roles", facts["role"]).split()
    # of twins with two roles, both must agree: else a person would have to say which
    return all(
        role == "finding" or (role == "background" and reports) or role in more for role in roles
    )


def shipped_axes() -> list[Axis]:
    return axes_of(config.load(SHIPPED)["screen"]["multiverse"])


def choices_of(told: str) -> dict[str, str]:
    return {axis.name: "baseline" for axis in shipped_axes()} | dict(
        pair.split("=") for pair in told.split()
    )


def test_the_grid_is_every_combination() -> None:
    sizes = [len(axis.choices) for axis in shipped_axes()]
    assert sizes == [4, 2, 2, 2, 2, 2, 6, 2, 2, 2, 3]
    universes = made(finished(), "screen/universes")
    assert len(universes) == 4 * 2 * 2 * 2 * 2 * 2 * 6 * 2 * 2 * 2 * 3
    assert len({row["choices"] for row in universes}) == len(universes)
    assert universes[0]["choices"] == ""


def test_universes_keep_what_the_rule_told_by_hand_keeps() -> None:
    universes = made(finished(), "screen/universes")
    here = kept(choices_of(""))
    assert len(here) == 35
    for row in random.Random(6).sample(universes, 200):
        found = kept(choices_of(row["choices"]))
        assert int(row["included"]) == len(found), row["choices"]
        assert int(row["shared"]) == len(found & here)


def test_where_nothing_is_asked_everything_is_kept() -> None:
    """83 records, none made one with another, and the eight that are named without a year."""
    all_pass = (
        "identified=not-asked grey=pass unknown-refereeing=pass evidence=not-asked "
        "citations=not-asked duplicates=apart undated=all"
    )
    [row] = [r for r in made(finished(), "screen/universes") if r["choices"] == all_pass]
    assert int(row["included"]) == 83 + 8


def test_each_alternative_stands_in_the_grid() -> None:
    same = {
        "seen-only": "identified=seen judged-identified=ignored judged-credibility=ignored",
        "rule-only": "judged-identified=ignored judged-credibility=ignored",
        "candidates": "identified=candidates",
        "definitions": "evidence=definitions",
        "editorial": "editorial=refereed",
        "no-evidence": "evidence=not-asked",
        "no-citations": "citations=not-asked",
        "findings-only": "identified=not-asked judged-identified=ignored grey=pass "
        "unknown-refereeing=pass judged-credibility=ignored evidence=not-asked",
        "own-evidence": "evidence=own",
        "own-evidence-no-citations": "evidence=own citations=not-asked",
        "unknown-refereeing": "unknown-refereeing=pass",
        "norris-book": "norris=book",
        "models": "evidence=models",
        "grey": "grey=pass",
        "grey-and-unknown": "identified=not-asked grey=pass unknown-refereeing=pass",
    }
    universes = {row["choices"]: row for row in made(finished(), "screen/universes")}
    alternatives = made(finished(), "screen/multiverse")
    assert [row["alternative"] for row in alternatives] == ["baseline", *same]
    for row in alternatives[1:]:
        universe = universes[same[row["alternative"]]]
        assert universe["included"] == row["included"]
        assert 35 - int(universe["shared"]) == len(row["dropped"].split())


@pytest.mark.parametrize("table", ["axes", "groups", "firmness", "left_out", "grid"])
def test_tables_are_the_golden_ones(table: str) -> None:
    found = finished() / f"data/processed/screen/{table}.csv"
    golden = GOLDEN / f"{table}.csv"
    if os.environ.get("SLR_GOLDEN"):
        golden.write_bytes(found.read_bytes())
    assert found.read_text("utf-8") == golden.read_text("utf-8")


# ---- the span of the axes


def small(*choices: int) -> list[Axis]:
    return [
        Axis(f"a{at}", [Choice(f"c{n}", {}) for n in range(number)])
        for at, number in enumerate(choices)
    ]


def test_a_grid_that_is_small_enough_is_tried_whole() -> None:
    axes = small(2, 3, 2)
    assert span(axes, 12, 1).tolist() == [list(u) for u in product(range(2), range(3), range(2))]


@pytest.mark.parametrize("axes", [small(2, 3, 2), small(*[3] * 90)], ids=["twelve", "huge"])
def test_of_a_larger_grid_a_sample_is_tried(axes: list[Axis]) -> None:
    drawn = span(axes, 11, 7)
    rows = [tuple(row) for row in drawn.tolist()]
    assert len(set(rows)) == 11
    assert rows == sorted(rows)
    assert all(0 <= c < len(a.choices) for row in rows for c, a in zip(row, axes, strict=True))
    assert (span(axes, 11, 7) == drawn).all()
    assert (span(axes, 11, 8) != drawn).any()


def test_the_nearest_come_by_the_number_of_changes() -> None:
    axes = small(2, 3, 2)
    near, reach = nearest(axes, 12)
    assert sorted(near.tolist()) == [list(u) for u in product(range(2), range(3), range(2))]
    assert [sum(map(bool, row)) for row in near.tolist()] == [0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3]
    assert reach == 3
    near, reach = nearest(axes, 11)
    assert (len(near), reach) == (10, 2)
    assert nearest(small(*[3] * 90), 200)[1] == 1
    assert size(small(*[3] * 90)) == 3**90


# ---- a review with a sample, or without axes


def test_a_sample_is_said_to_be_one(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "config.yaml", "universes_max: 20000", "universes_max: 200")
    run(root, "pull", "dedup", "screen")
    grid = {row["measure"]: row["value"] for row in made(root, "screen/grid")}
    assert grid["universes_in_grid"] == "18432"
    assert (grid["universes_tried"], grid["sampled"], grid["seed"]) == ("200", "yes", "1")
    assert grid["distance_searched"] == "2"  # 1 + 18 + 139 universes; with three changes 614 more
    whole = {row["choices"]: row for row in made(finished(), "screen/universes")}
    for row in made(root, "screen/universes"):
        assert row["included"] == whole[row["choices"]]["included"]
    of_all = {row["work_id"]: row["flip_distance"] for row in made(finished(), "screen/firmness")}
    for row in made(root, "screen/firmness"):
        near = of_all[row["work_id"]]
        assert row["flip_distance"] == (near if near in ("1", "2") else "")
    told = tell(root).paragraphs[0][0]
    assert "200 of them, drawn at random with the seed 1" in told
    assert "at most 2 choices" in told


def test_without_axes_nothing_is_said_of_firmness(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    path = root / "config.yaml"
    text = path.read_text("utf-8")
    begin, end = text.index("  multiverse:  "), text.index("\ncode:  ")
    path.write_text(text[:begin] + text[end:], "utf-8")
    run(root, "pull", "dedup", "screen")
    assert made(root, "screen/axes") == []
    [only] = made(root, "screen/universes")
    assert (only["included"], only["choices"]) == ("35", "")
    told = tell(root)
    assert told.paragraphs == [[words.load("tables").say("none_axes", "en")]]
    assert len(told.sections[0].rows) == 16


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    root = run(copy_raw(tmp_path / "review"), "pull", "dedup", "screen")
    for table in ("axes", "groups", "universes", "firmness", "left_out", "grid", "multiverse"):
        name = f"data/processed/screen/{table}.csv"
        assert (root / name).read_bytes() == (finished() / name).read_bytes()


# ---- what is said


def test_the_sentences_hold_what_was_counted() -> None:
    tried, moved, worth = tell(finished()).paragraphs
    universes = made(finished(), "screen/universes")
    times = [row for row in universes if row["included"] == "35"]
    lists = {row["list_no"] for row in times}
    always = [
        row
        for row in made(finished(), "screen/firmness")
        if row["included"] == "yes" and int(row["kept_in"]) == len(universes)
    ]
    assert f"comes out in {len(times)} of them" in tried[2]
    assert f"by {len(lists)} different lists" in tried[2]
    assert f"Of the 35 works included here {len(always)} are included in every universe" in tried[3]
    assert moved[-1].endswith("Definition of the 83 35.")
    assert "is not a probability" in worth[0]
    assert "can bear little" in worth[1]
    assert worth[2].startswith(f"What holds whatever is chosen rests on {len(always)} works")


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_review_that_states_no_number_tells_its_own(lang: str) -> None:
    names = ("axes", "groups", "universes", "firmness", "grid")
    folder = finished() / "data/processed/screen"
    data = {f"screen/{n}": io.read_table(folder / f"{n}.csv", f"screen/{n}") for n in names}
    counted = firm.count(data, {})
    assert (counted.count, counted.stated) == (35, False)
    said = " ".join(" ".join(lines) for lines in firm.sentences(data, {}, lang))
    assert "paper" not in said
    assert "مقاله می‌گوید" not in said


# ---- what is refused

BAD: dict[str, tuple[str, str, str]] = {
    "group": (
        "group: citations",
        "group: citation",
        "screen.multiverse.axes.citations.group: the group 'citation' is not known. "
        "Did you mean 'citations'?",
    ),
    "criterion": (
        "            without: [citations]",
        "            without: [citation]",
        "screen.multiverse.axes.citations.choices.not-asked.without: the criterion 'citation' is "
        "not known. Did you mean 'citations'?",
    ),
    "decided twice": (
        "            without: [citations]",
        "            gaps: {credibility: pass}",
        "screen.multiverse.axes.citations.choices.not-asked: the axis 'unknown-refereeing' decides "
        "gaps.credibility too. Put their choices on one axis.",
    ),
    "fact": (
        "publisher_kind: academic-press}}",
        "publisher: academic-press}}",
        "screen.multiverse.axes.norris.choices.book.suppose.paper/Norris2011: the fact 'publisher' "
        "is not declared. Did you mean 'publisher_kind'?",
    ),
    "baseline": (
        "          book:",
        "          baseline:",
        "screen.multiverse.axes.norris.choices.baseline: is what the review does. "
        "Choose another name.",
    ),
}


@pytest.mark.parametrize(("old", "new", "told"), BAD.values(), ids=BAD.keys())
def test_axes_that_cannot_be_are_told_with_their_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    root = copy_raw(tmp_path / "review")
    text = SHIPPED.read_text("utf-8")
    there = text.count("\n", 0, text.index(old)) + 1
    edit(root / "config.yaml", old, new)
    with pytest.raises(ConfigError) as caught:
        config.load(root / "config.yaml")
    [problem] = caught.value.problems
    assert str(problem).endswith(told)
    assert there - 4 < (problem.line or 0) <= there


def test_too_many_ways_to_ask_one_criterion_are_refused(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    axis = (
        "\n      more-{n}:\n        group: evidence\n        label: {{en: a, fa: b}}\n"
        "        baseline: {{en: a, fa: b}}\n        choices:\n          one:\n"
        "            label: {{en: a, fa: b}}\n            why: {{en: a, fa: b}}\n"
        "            also: {{evidence: {{role: {{is: method}}}}}}"
    )
    edit(
        root / "config.yaml",
        "    axes:                                 #",
        "    axes:" + "".join(axis.format(n=n) for n in range(10)) + "\n                         #",
    )
    with pytest.raises(ConfigError, match="'evidence' be asked in 6144 ways; allowed: 4096"):
        config.load(root / "config.yaml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "leave_out: [paper/ODPM]",
            "leave_out: [paper/OPDM]",
            "config.yaml: screen.multiverse.axes.undated.choices.none.leave_out: "
            "'paper/OPDM' is no record. Did you mean 'paper/ODPM'?",
        ),
        (
            "              paper/IBM: ",
            "              paper/UN2012: ",
            "config.yaml: screen.multiverse.axes.undated.choices.all.bring_in: 'paper/UN2012' is a "
            "record already. Use `suppose` for what is known of it.",
        ),
    ],
)
def test_records_that_are_not_there_are_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "config.yaml", old, new)
    run(root, "pull", "dedup")
    with pytest.raises(SlrError) as caught:
        run(root, "screen")
    assert [str(problem) for problem in caught.value.problems] == [told]


def test_a_review_without_a_work_has_universes_that_keep_none(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "config.yaml", "leave_out: [paper/ODPM]", "judgements: [evidence]")
    for name in ("norris", "editorial", "duplicates"):
        _drop_axis(root / "config.yaml", name)
    (root / "data/raw/multiverse.yaml").unlink()
    (root / "data/raw/records/paper.bib").write_text("% nothing yet\n", "utf-8")
    for path in [*(root / "data/raw/facts").glob("*"), *(root / "data/raw/judgements").glob("*")]:
        path.unlink()
    run(root, "pull", "dedup", "screen")
    universes = made(root, "screen/universes")
    assert len(universes) == 4 * 2 * 2 * 2 * 2 * 6 * 2 * 3
    here = {row["included"] for row in universes if "undated=all" not in row["choices"]}
    assert here == {"0"}
    assert max(int(row["included"]) for row in universes) == 8


def _drop_axis(path: Path, name: str) -> None:
    """Take an axis out of a config."""
    lines = path.read_text("utf-8").split("\n")
    begin = lines.index(f"      {name}:")
    end = next(at for at in range(begin + 1, len(lines)) if not lines[at].startswith("       "))
    path.write_text("\n".join([*lines[:begin], *lines[end:]]), "utf-8")
