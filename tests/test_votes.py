"""What people vote: read, checked, counted, and shown wherever a decision is shown."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slr import trace
from slr.errors import SlrError
from slr.identity import Names
from slr.report import attrition, flow, prisma
from slr.schemas.tables import columns
from slr.screen import screen, tally, votes
from slr.stages import with_stages

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
COLUMNS = columns("raw/votes")
WORDS = {"en": "words", "fa": "واژه‌ها"}


def section(**voting: Any) -> dict[str, Any]:
    """Section `screen` of a config: one rule on the year, and the stages of votes."""
    recent = {
        "question": {"en": "Is it recent?", "fa": "آیا تازه است؟"},
        "unknown": "review",
        "missing": "review",
        "cases": [
            {"include_if": {"year_from": {"at_least": 2010}}, "met": WORDS, "not_met": WORDS}
        ],
    }
    given_ = {
        "stages": {"title_abstract": {"needed": 2}, "full_text": {"needed": 2}},
        "conflicts": "third",
        "reasons": {"off_topic": {"en": "Not about it", "fa": "دربارهٔ آن نیست"}},
    }
    whole = {"facts": {}, "criteria": {"recent": recent}, "votes": given_ | voting}
    return with_stages(whole)


def row(record: str, reviewer: str, verdict: str, **other: str) -> dict[str, str]:
    plain = dict.fromkeys(COLUMNS, "")
    said = {"record_id": record, "reviewer": reviewer, "verdict": verdict}
    kind = {"stage": "title_abstract", "kind": "vote", "time": "2026-11-01T10:00:00Z"}
    return plain | kind | said | other


def write(path: Path, rows: Sequence[dict[str, str]], names: Sequence[str] = COLUMNS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(root: Path, screening: dict[str, Any], ids: Sequence[str] = ("a/1", "a/2")) -> votes.Votes:
    return votes.read_votes(root, screening, Names(ids), NOW)


def voted(
    rows: Sequence[dict[str, str]], screening: dict[str, Any], work_of: dict[str, str] | None = None
) -> dict[tuple[str, str], dict[str, Any]]:
    """Table `screen/voted` of some votes, in the order of time, by work and stage."""
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype="str").sort_values("time", kind="stable")
    ids = sorted(set(frame["record_id"]))
    clusters = {"record_id": ids, "cluster_id": [(work_of or {}).get(n, n) for n in ids]}
    table = tally.tally(votes.on_works(frame, pd.DataFrame(clusters)), screening)
    return {(one["work_id"], one["stage"]): one for one in table.to_dict("records")}


# --- reading -------------------------------------------------------------------------------------


FOLDER = Path("data/raw/judgements")


def test_several_files_merge_and_the_later_vote_counts(tmp_path: Path) -> None:
    later = {"time": "2026-11-03T10:00:00Z"}
    write(
        tmp_path / FOLDER / "votes.csv",
        [row("a/1", "Ann", "exclude", **later), row("2", "Ann", "include")],
    )
    write(
        tmp_path / FOLDER / "votes-bob.csv",
        [row("a/1", "Ann", "include"), row("a/1", "Bob", "include")],
    )
    write(tmp_path / FOLDER / "votes/more.csv", [row("a/2", "Ann", "exclude")])
    write(tmp_path / FOLDER / "others.csv", [row("a/2", "Zed", "exclude")])
    found = read(tmp_path, section())
    assert found.bad.empty
    assert len(found.good) == 5
    clusters = pd.DataFrame({"record_id": ["a/1", "a/2"], "cluster_id": ["a/1", "a/1"]})
    said = votes.ratings(votes.on_works(found.good, clusters), "title_abstract")
    # One work: the vote of 3 November supersedes; at one moment the later file and line do.
    assert said.to_numpy().tolist() == [["a/1", "Ann", "exclude"], ["a/1", "Bob", "include"]]
    assert list(said) == ["unit", "rater", "value"]  # as slr.agreement takes it


def test_without_stages_no_file_is_read(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "votes.csv").write_bytes(b"\xff\x00 no table")
    found = read(tmp_path, {"criteria": {}, "facts": {}})
    assert (len(found.good), len(found.bad), found.unread) == (0, 0, True)
    assert found.told().startswith("votes are not read")
    assert read(tmp_path / "elsewhere", {"criteria": {}, "facts": {}}).told() == ""


def test_votes_without_a_kind_are_votes(tmp_path: Path) -> None:
    names = [name for name in COLUMNS if name != "kind"]
    write(tmp_path / FOLDER / "votes.csv", [row("a/1", "Ann", "include")], names)
    assert list(read(tmp_path, section()).good["kind"]) == ["vote"]


FAULTS: dict[str, tuple[dict[str, str], str, str, str]] = {
    "work": ({"record_id": "a/l"}, "record_id", "'a/l' is no record.", "Did you mean"),
    "verdict": ({"verdict": "maybe"}, "verdict", "'maybe' is no verdict.", "include"),
    "reviewer": ({"reviewer": "Ana"}, "reviewer", "'Ana' is no reviewer of this review.", "Ann"),
    "no reviewer": ({"reviewer": ""}, "reviewer", "is empty.", "Say who voted."),
    "a space": ({"reviewer": "Ann "}, "reviewer", "'Ann ' begins or ends with a space.", "another"),
    "a bar": ({"reviewer": "A|B"}, "reviewer", "holds a |", "Leave it out."),
    "stage": ({"stage": "abstract"}, "stage", "'abstract' is no stage of this review.", "title"),
    "kind": ({"kind": "veto"}, "kind", "'veto' is no kind of vote.", "vote"),
    "criterion": (
        {"criterion": "recnt"},
        "criterion",
        "'recnt' is no criterion or reason.",
        "recent",
    ),
    "future": (
        {"time": "2026-11-25T12:00:01Z"},
        "time",
        "2026-11-25T12:00:01Z is in the future.",
        "Wait until then",
    ),
    "no such day": ({"time": "2026-02-30T10:00:00Z"}, "time", "there is no", "calendar"),
    "local time": ({"time": "2026-11-01 10:00"}, "time", "is no moment.", "YYYY-MM-DDTHH:MM:SSZ"),
    "escape": ({"note": "\x1b[2J"}, "note", "holds a control character.", "Delete it."),
    "unsure settlement": (
        {"kind": "settlement", "verdict": "unsure"},
        "verdict",
        "a settlement is not unsure.",
        "Write include or exclude.",
    ),
}


@pytest.mark.parametrize(("change", "field", "found", "remedy"), FAULTS.values(), ids=FAULTS.keys())
def test_a_bad_vote_is_told_with_its_place_and_counts_for_nothing(
    tmp_path: Path, change: dict[str, str], field: str, found: str, remedy: str
) -> None:
    good = row("a/1", "Bob", "include")
    write(tmp_path / FOLDER / "votes.csv", [good, row("a/1", "Ann", "exclude") | change, good])
    read_ = read(tmp_path, section(reviewers=["Ann", "Bob", "Cem"]))
    assert list(read_.good["reviewer"]) == ["Bob", "Bob"]
    told = [one for one in read_.bad.to_dict("records") if one["field"] == field]
    assert [(one["file"], one["line"]) for one in told[:1]] == [
        ((FOLDER / "votes.csv").as_posix(), 3)
    ]
    assert found in told[0]["found"]
    assert remedy in told[0]["remedy"]
    assert read_.told() == "1 vote counts for nothing until mended, see bad_votes.csv"
    write(tmp_path / FOLDER / "votes.csv", [good, row("a/1", "Ann", "exclude"), good])
    assert read(tmp_path, section(reviewers=["Ann", "Bob", "Cem"])).told() == ""


def test_a_row_that_is_torn_or_cut_short_is_a_bad_vote(tmp_path: Path) -> None:
    path = write(tmp_path / FOLDER / "votes.csv", [row("a/1", "Ann", "include", note='well, "so"')])
    whole = path.read_text()
    path.write_text(
        f'{whole}a/1,title_abstract,vo\n{whole.splitlines()[1]}\na/2,title_abstract,vote,,"An'
    )
    found = read(tmp_path, section())
    assert list(found.good["line"]) == [2, 4]
    assert list(zip(found.bad["line"], found.bad["found"], strict=True)) == [
        (3, "3 cells where the header has 10."),
        (5, "the last line is torn, as by a crash."),
    ]
    torn = "a/2,title_abstract,vote,,مریم".encode()[:-1]
    path.write_bytes(whole.encode() + torn)  # within a letter
    found = read(tmp_path, section())
    assert list(found.good["line"]) == [2]
    assert list(zip(found.bad["line"], found.bad["found"], strict=True)) == [
        (3, "the last line is torn, as by a crash."),
    ]
    path.write_bytes(torn + b"\n" + whole.encode())
    with pytest.raises(SlrError, match=r"votes\.csv:1: byte 0xd9 is not UTF-8"):
        read(tmp_path, section())
    path.write_text(whole.replace(",", ";"))
    with pytest.raises(SlrError, match=r"votes\.csv:1: its cells are set apart by semicolons"):
        votes.check_files(tmp_path, section())
    path.write_text("record_id,verdict\na/1,include\n")
    with pytest.raises(SlrError, match=r"votes\.csv:1: the column 'stage' is missing"):
        read(tmp_path, section())
    with pytest.raises(SlrError, match=r"votes\.csv:1: the column 'stage' is missing"):
        votes.check_files(tmp_path, section())


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a/1", "a/2", "x", ""]),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4),
            st.sampled_from(["plain", 'a "b", c', "س، ص", ""]),
        ),
        max_size=6,
    )
)
def test_both_ways_of_reading_find_the_same(rows: list[tuple[str, str, str]]) -> None:
    """pandas reads what is even, csv the rest; a cell of two lines at the end asks for csv."""
    import io
    import tempfile

    said = [row(record, who, "include", note=note) for record, who, note in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / FOLDER / "votes.csv", said)
        quick = read(Path(folder), section())
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write('a/1,title_abstract,vote,,Ann,include,,"two\nlines",2026-11-01T10:00:00Z,\n')
        slow = read(Path(folder), section())
        kept = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert len(quick.good) + quick.bad["line"].nunique() == len(rows) == len(kept) - 1
    pd.testing.assert_frame_equal(slow.good[slow.good["line"] < len(rows) + 2], quick.good)
    assert slow.bad.to_dict("records") == quick.bad.to_dict("records")


# --- what votes decide ---------------------------------------------------------------------------

INC, EXC, UNS = "include", "exclude", "unsure"
BALLOTS: dict[str, tuple[list[dict[str, str]], dict[str, Any], str, str | None]] = {
    "one of two": ([row("a/1", "Ann", INC)], {}, "incomplete", None),
    "two agree": ([row("a/1", "Ann", INC), row("a/1", "Bob", INC)], {}, "agreed", INC),
    "two differ": ([row("a/1", "Ann", INC), row("a/1", "Bob", EXC)], {}, "conflict", None),
    "the later vote of one supersedes": (
        [
            row("a/1", "Ann", INC),
            row("a/1", "Bob", EXC),
            row("a/1", "Ann", EXC, time="2026-11-02T10:00:00Z"),
        ],
        {},
        "agreed",
        EXC,
    ),
    "two unsure decide nothing": (
        [row("a/1", "Ann", UNS), row("a/1", "Bob", UNS)],
        {},
        "conflict",
        None,
    ),
    "unsure as include": (
        [row("a/1", "Ann", UNS), row("a/1", "Bob", INC)],
        {"stages": {"title_abstract": {"needed": 2, "unsure": INC}}},
        "agreed",
        INC,
    ),
    "the majority of three": (
        [row("a/1", "Ann", INC), row("a/1", "Bob", EXC), row("a/1", "Cem", EXC)],
        {},
        "settled",
        EXC,
    ),
    "no majority where all must agree": (
        [row("a/1", "Ann", INC), row("a/1", "Bob", EXC), row("a/1", "Cem", EXC)],
        {"conflicts": "consensus"},
        "conflict",
        None,
    ),
    "a settlement": (
        [row("a/1", "Ann", INC), row("a/1", "Bob", EXC), row("a/1", "Cem", INC, kind="settlement")],
        {},
        "settled",
        INC,
    ),
    "a settlement stands": (
        [
            row("a/1", "Ann", INC),
            row("a/1", "Bob", EXC),
            row("a/1", "Cem", INC, kind="settlement"),
            row("a/1", "Dia", EXC, time="2026-11-05T10:00:00Z"),
        ],
        {},
        "settled",
        INC,
    ),
    "a settlement is no way around votes": (
        [row("a/1", "Ann", INC), row("a/1", "Cem", INC, kind="settlement")],
        {},
        "incomplete",
        None,
    ),
    "practice counts for nothing": (
        [row("a/1", "Ann", INC), row("a/1", "Bob", INC, kind="practice")],
        {},
        "incomplete",
        None,
    ),
    "one vote is enough where one is needed": (
        [row("a/1", "Ann", EXC)],
        {"stages": {"title_abstract": {"needed": 1}}},
        "agreed",
        EXC,
    ),
}


@pytest.mark.parametrize(
    ("rows", "voting", "state", "verdict"), BALLOTS.values(), ids=BALLOTS.keys()
)
def test_what_votes_come_to(
    rows: list[dict[str, str]], voting: dict[str, Any], state: str, verdict: str | None
) -> None:
    [one] = voted(rows, section(**voting)).values()
    assert (one["state"], one["verdict"] if isinstance(one["verdict"], str) else None) == (
        state,
        verdict,
    )


def test_votes_follow_records_to_their_work() -> None:
    rows = [row("a/1", "Ann", INC), row("b/9", "Bob", INC)]
    assert set(voted(rows, section())) == {("a/1", "title_abstract"), ("b/9", "title_abstract")}
    [(where, one)] = voted(rows, section(), {"b/9": "a/1"}).items()
    assert where == ("a/1", "title_abstract")
    assert (one["state"], one["said"]) == ("agreed", "Ann: include | Bob: include")


def test_the_reason_is_the_one_that_most_name() -> None:
    def why(*named: str) -> str:
        rows = [row("a/1", f"R{at}", EXC, criterion=name) for at, name in enumerate(named)]
        [one] = voted(rows, section()).values()
        return str(one["criterion"])

    assert why("off_topic", "recent", "off_topic") == "off_topic"
    assert why("off_topic", "recent") == "recent"  # as many each: the first of the config
    assert why("", "off_topic") == "off_topic"
    assert why("", "") in ("None", "nan")


def test_somebody_who_voted_does_not_settle_as_a_third(tmp_path: Path) -> None:
    write(
        tmp_path / FOLDER / "votes.csv",
        [
            row("a/1", "Ann", INC),
            row("a/1", "Bob", EXC),
            row("a/1", "Bob", EXC, kind="settlement", time="2026-11-02T10:00:00Z"),
            row("a/1", "Cem", INC, kind="settlement", time="2026-11-01T11:00:00Z"),
        ],
    )
    found = read(tmp_path, section())
    clusters = pd.DataFrame({"record_id": ["a/1"], "cluster_id": ["a/1"]})
    brought = votes.Votes(votes.on_works(found.good, clusters), found.bad)
    kept = tally.without_own_settlements(brought, section()["votes"])
    assert list(kept.good["reviewer"]) == ["Ann", "Bob", "Cem"]
    assert [(one["line"], one["remedy"]) for one in kept.bad.to_dict("records")] == [
        (4, "Let somebody settle who has not voted on it.")
    ]
    assert (
        len(tally.without_own_settlements(brought, section(conflicts="consensus")["votes"]).good)
        == 4
    )


# --- where a decision is shown -------------------------------------------------------------------

WORKS = [f"a/{n}" for n in range(7)]
YEARS = [2020, 2020, 2020, 2020, 2020, 1999, None]
PEOPLE = ["Ann", "Bob", "Cem"]

vote_rows = st.builds(
    row,
    st.sampled_from(WORKS),
    st.sampled_from(PEOPLE),
    st.sampled_from([INC, INC, EXC, EXC, UNS]),
    stage=st.sampled_from(["title_abstract", "full_text"]),
    kind=st.sampled_from(["vote", "vote", "vote", "practice", "settlement"]),
    criterion=st.sampled_from(["", "recent", "off_topic"]),
    time=st.sampled_from([f"2026-11-0{day}T10:00:00Z" for day in range(1, 6)]),
).map(lambda one: one | ({"verdict": INC} if one["kind"] == "settlement" else {}))

stage_settings = st.fixed_dictionaries(
    {"needed": st.integers(1, 3)}, optional={"unsure": st.sampled_from(["include", "conflict"])}
)
votings = st.fixed_dictionaries(
    {
        "stages": st.fixed_dictionaries(
            {}, optional={"title_abstract": stage_settings, "full_text": stage_settings}
        ).filter(bool),
        "conflicts": st.sampled_from(["consensus", "third"]),
    }
)


def oracle(rows: list[dict[str, str]], work: str, stage: str, voting: dict[str, Any]) -> str:
    """What the votes on a work come to, told anew from the words of docs/voting.md."""
    own: dict[str, str] = {}
    final = ""
    for one in sorted(rows, key=lambda r: r["time"]):
        if (one["record_id"], one["stage"]) == (work, stage):
            if one["kind"] == "vote":
                own[one["reviewer"]] = one["verdict"]
            elif one["kind"] == "settlement":
                final = one["verdict"]
    asked = voting["stages"][stage]
    if len(own) < asked["needed"]:
        return "review"
    if final:
        return final
    said = [INC if v == UNS and asked.get("unsure") == INC else v for v in own.values()]
    for verdict in (INC, EXC):
        if said.count(verdict) == len(said):
            return verdict
        many = len(said) > asked["needed"] and said.count(verdict) * 2 > len(said)
        if many and voting["conflicts"] == "third":
            return verdict
    return "review"


@settings(max_examples=150)
@given(st.lists(vote_rows, max_size=40), votings)
def test_what_votes_decide_is_in_decisions_trace_and_prisma_with_equal_counts(
    rows: list[dict[str, str]], voting: dict[str, Any]
) -> None:
    screening = section(**voting)
    stages = list(voting["stages"])
    rows = [one for one in rows if one["stage"] in stages]
    tables, counted = screened(rows, screening)
    decided = {(d["work_id"], d["criterion"]): d for d in tables["decisions"].to_dict("records")}
    ended: Counter[tuple[str, str]] = Counter()
    for work, year in zip(WORKS, YEARS, strict=True):
        by_rule = "review" if year is None else INC if year >= 2010 else EXC
        says = {"recent": by_rule} | {stage: oracle(rows, work, stage, voting) for stage in stages}
        for stage in stages:
            assert decided[work, stage]["verdict"] == says[stage]
            assert decided[work, stage]["basis"] in ("votes", "conflict")
        stop = next((name for name in screening["criteria"] if says[name] != INC), "")
        ended[stop, says.get(stop, INC)] += 1
    assert counted["included"] == ended["", INC]
    for name in screening["criteria"]:
        assert counted["excluded"][name] == ended[name, EXC]
        assert counted["awaiting_at"][name] == ended[name, "review"]
    for stage in stages:
        assert sum(counted["excluded_for"][stage].values()) == ended[stage, EXC]
        traced = trace.decisions_of(tables, stage, list(screening["criteria"])).rows
        assert int((traced["verdict"] == EXC).sum()) == ended[stage, EXC]
        assert int((traced["verdict"] == "review").sum()) == ended[stage, "review"]
        rests = tables["decisions"].query("criterion == @stage and decisive == 'yes'")
        assert int((rests["verdict"] == EXC).sum()) == ended[stage, EXC]
    drawn = " ".join(
        one.picture(counted, screening["criteria"]).alt["en"] for one in (prisma, attrition)
    )
    for stage in stages:
        for reason, count in counted["excluded_for"][stage].items():
            if reason:
                label = {"recent": "Is it recent?", "off_topic": "Not about it"}[reason]
                assert f": {label} (n = {count})" in drawn


def screened(
    rows: list[dict[str, str]], screening: dict[str, Any]
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Screen the made-up works by votes; return the tables and the flow, which is checked."""
    works = pd.DataFrame({"work_id": WORKS, "record_ids": WORKS, "year_from": YEARS})
    works = works.reindex(columns=columns("dedup/works")).astype(
        {"year_from": "Int64", "conflict": "str"}
    )
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype="str").sort_values("time", kind="stable")
    clusters = pd.DataFrame({"record_id": WORKS, "cluster_id": WORKS})
    table = tally.tally(votes.on_works(frame, clusters), screening)
    facts = [
        {"work_id": f["record_id"], "fact": f["fact"], "value": f["value"], "agreement": "one"}
        for f in tally.as_facts(table)
    ]
    known = pd.DataFrame(facts, columns=columns("screen/facts"), dtype="str")
    said = pd.DataFrame(columns=[*columns("raw/screening"), "work_id"], dtype="str")
    tables = screen(works, known, said, screening, table)
    records = pd.DataFrame({"source": ["a"] * len(WORKS)})
    counted = flow.compute(
        records, pd.DataFrame(), works, tables["outcomes"], tables["decisions"],
        screening["criteria"], {},
    )  # fmt: skip
    counted |= flow.by_stage(tables["outcomes"], screening["criteria"], table)
    flow.check(counted)
    return tables, counted


def test_prisma_counts_what_was_sought_and_assessed() -> None:
    said = {
        "a/0": (INC, INC), "a/1": (INC, EXC), "a/2": (EXC, ""), "a/3": (INC, ""), "a/4": ("", ""),
    }  # fmt: skip
    rows = [
        row(work, who, verdict, stage=stage, criterion="off_topic" if verdict == EXC else "")
        for work, verdicts in said.items()
        for stage, verdict in zip(("title_abstract", "full_text"), verdicts, strict=True)
        for who in ("Ann", "Bob")
        if verdict
    ]
    rows += [row(w, who, INC) for w in ("a/5", "a/6") for who in ("Ann", "Bob")]
    _, counted = screened(rows, section())
    names = ("screened", "excluded_early", "sought", "assessed", "included", "awaiting")
    # Out on title and abstract: a/2. Waits there: a/4. In: a/0; out on the whole text: a/1, and by
    # the year a/5. A year that is missing makes a/6 wait, and a/3 lacks votes on its whole text.
    assert [counted[name] for name in names] == [7, 1, 5, 3, 1, 3]
    assert counted["excluded"] == {"title_abstract": 1, "recent": 1, "full_text": 1}
    assert counted["excluded_for"] == {
        "title_abstract": {"off_topic": 1},
        "full_text": {"off_topic": 1},
    }
    assert counted["included_by"] == {"rule": 0, "votes": 1, "judgement": 0}


@pytest.mark.parametrize(
    ("stages", "there"),
    [
        ({"title_abstract": {"needed": 1}}, {"excluded_early", "excluded_for"}),
        ({"full_text": {"needed": 1}}, {"assessed", "excluded_for"}),
    ],
)
def test_a_stage_that_is_not_done_is_absent(stages: dict[str, Any], there: set[str]) -> None:
    _, counted = screened([], section(stages=stages))
    assert {"excluded_early", "sought", "assessed", "excluded_for"} & set(counted) == there
