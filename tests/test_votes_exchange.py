"""Votes from and for ASReview, Rayyan and Covidence: what comes in, and both ways."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from stages import copy_raw, edit, rows, run
from test_voting import VOTING, cast

from slr.errors import ConfigError, SlrError
from slr.export.votes import export_votes
from slr.paths import VOTES
from slr.screen import exchange
from slr.screen.exchange import Given, import_votes

BIB = """
@article{Kim2020, title={A governance framework}, author={Kim, A}, year={2020}, doi={10.1000/x1},
 note={read it}}
@article{Saei1400, title={=تحول حکمرانی}, author={ساعی, احمد}, year={1400}}
@article{Lee2019, title={Roads}, author={Lee, B}, year={2019}, publisher={P},
 isbn={0262033844}}
@article{Lee2018, title={Roads}, author={Park, B}, year={2018}}
"""
FOLDER = VOTES.parent / "votes"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = copy_raw(tmp_path / "review")
    (folder / "data/raw/records/few.bib").write_text(BIB, "utf-8")
    edit(folder / "config.yaml", "\ncode:                                     # coding", VOTING)
    return run(folder, "pull", "dedup")


def table(path: Path, *lines: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def brought(root: Path, number: int = 1, tool: str = "asreview") -> list[tuple[str, ...]]:
    names = ("record_id", "stage", "reviewer", "verdict", "criterion", "reason", "note")
    return [tuple(r[n] for n in names) for r in rows(root / FOLDER / f"{tool}-{number}.csv")]


def test_labels_of_asreview(root: Path, tmp_path: Path) -> None:
    """As ASReview LAB 3 writes them: `included` was known before, the label is the vote."""
    header = [
        "title",
        "doi",
        "year",
        "included",
        "asreview_label",
        "asreview_time",
        "asreview_note",
    ]
    path = table(
        tmp_path / "mine.csv",
        header,
        ["Another title", "https://doi.org/10.1000/X1", "", "0", "1", "1761998400.5", "nice"],
        ["Roads", "", "2019", "", "0", "2025-11-01T13:00:00+01:00", ""],
        ["=تحول حكمراني", "", "1400", "1", "", "", ""],
    )
    told = import_votes(root, Given(path, None, "Ann"))
    assert told.startswith(
        "asreview: 2 votes at title_abstract, in data/raw/judgements/votes/asreview-1"
    )
    assert brought(root) == [
        ("few/Kim2020", "title_abstract", "Ann", "include", "", "", "nice"),
        ("few/Lee2019", "title_abstract", "Ann", "exclude", "", "", ""),
    ]
    assert [r["time"] for r in rows(root / FOLDER / "asreview-1.csv")] == [
        "2025-11-01T12:00:00Z",
        "2025-11-01T12:00:00Z",
    ]
    again = import_votes(root, Given(path, None, "Ann"))
    assert again == "asreview: 0 votes at title_abstract, 2 as they were before."
    assert not (root / FOLDER / "asreview-2.csv").exists()


def test_a_number_that_another_tool_gives_a_row_is_no_key_of_ours(
    root: Path, tmp_path: Path
) -> None:
    """ASReview LAB 1 numbers its rows in `record_id`; a record here may have such a key."""
    bib = "@article{0, title={Zero}, author={Z, A}, year={2001}}\n"
    (root / "data/raw/records/numbered.bib").write_text(bib, "utf-8")
    run(root, "pull", "dedup")
    path = table(
        tmp_path / "mine.csv",
        ["record_id", "title", "year", "included", "asreview_ranking", "exported_notes_1"],
        ["0", "Roads", "2019", "1", "1", "nice"],
        ["1", "Zero", "2001", "0", "2", ""],
    )
    import_votes(root, Given(path, None, "Ann"))
    assert brought(root) == [
        ("few/Lee2019", "title_abstract", "Ann", "include", "", "", "nice"),
        ("numbered/0", "title_abstract", "Ann", "exclude", "", "", ""),
    ]


def test_labels_of_people_who_log_in_to_asreview(root: Path, tmp_path: Path) -> None:
    header = ["title", "year", "asreview_label", "asreview_user_name"]
    lines = (["Roads", "2019", "1", "Ann"], ["Roads", "2018", "0", "Bob"])
    path = table(tmp_path / "both.csv", header, *lines)
    import_votes(root, Given(path))
    assert [(one[2], one[0], one[3]) for one in brought(root)] == [
        ("Ann", "few/Lee2019", "include"),
        ("Bob", "few/Lee2018", "exclude"),
    ]
    assert "0 votes at title_abstract, 1 as they were" in import_votes(
        root, Given(path, None, "Bob")
    )
    with pytest.raises(ConfigError, match=r"has no votes of 'Cem'\. Known: Ann, Bob"):
        import_votes(root, Given(path, None, "Cem"))
    # Of one person, the caller may give the name that he has here.
    table(path, header, lines[0], ["Roads", "2018", "1", "Ann"])
    import_votes(root, Given(path, None, "Cem"))
    assert {one[2] for one in brought(root, 2)} == {"Cem"}


def test_a_table_with_semicolons_is_told(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("title;year;included\nRoads, and more;2019;1\n", "utf-8-sig")
    told = r"mine\.csv:1: its cells are set apart by semicolons\. Save it as CSV with commas"
    with pytest.raises(SlrError, match=told):
        import_votes(root, Given(path, None, "Ann"))


RAYYAN = (
    'RAYYAN-INCLUSION: {"Ann"=>"Included", "Bob"=>"Excluded", "Cem"=>"Maybe"} | RAYYAN-LABELS: a,b'
    " | RAYYAN-EXCLUSION-REASONS: not about governance,wrong country"
    ' | USER-NOTES: {"Cem"=>["see \\"2\\"", "and 3"]}'
)


def test_decisions_in_the_notes_of_rayyan(root: Path, tmp_path: Path) -> None:
    path = table(
        tmp_path / "articles.csv",
        ["key", "title", "year", "notes"],
        ["rayyan-1", "Roads", "2019", RAYYAN],
    )
    import_votes(root, Given(path))
    assert brought(root, tool="rayyan") == [
        ("few/Lee2019", "title_abstract", "Ann", "include", "", "", ""),
        ("few/Lee2019", "title_abstract", "Bob", "exclude", "off_topic", "wrong country", ""),
        ("few/Lee2019", "title_abstract", "Cem", "unsure", "", "", 'see "2"; and 3'),
    ]
    with pytest.raises(ConfigError, match=r"has no votes of 'An'\. Did you mean 'Ann'\?"):
        import_votes(root, Given(path, None, "An"))
    # Where two exclude, the notes do not say whose the reasons are.
    both = RAYYAN.replace("Included", "Excluded")
    table(path, ["key", "title", "year", "notes"], ["rayyan-1", "Roads", "2018", both])
    import_votes(root, Given(path, "full_text", "Bob"))
    assert brought(root, 2, "rayyan") == [
        ("few/Lee2018", "full_text", "Bob", "exclude", "", "", "")
    ]


def test_a_list_of_covidence(root: Path, tmp_path: Path) -> None:
    header = ["Title", "Authors", "Published Year", "DOI", "Covidence #", "Notes"]
    line = ["Roads", "Lee B", "2019", "", "#12", "Exclusion reason: Not about governance; "]
    path = table(tmp_path / "review_9_excluded_csv_20261101.csv", header, line)
    import_votes(root, Given(path, None, "Ann"))
    expected = ("few/Lee2019", "full_text", "Ann", "exclude", "off_topic", "", "")
    assert brought(root, tool="covidence") == [expected]
    import_votes(root, Given(path, "title_abstract", "Ann"))  # it came that far
    assert brought(root, 2, "covidence")[0][1:4] == ("title_abstract", "Ann", "include")
    plain = table(tmp_path / "list.csv", header, line)
    with pytest.raises(ConfigError, match="Say what was decided of this list"):
        import_votes(root, Given(plain, None, "Ann"))
    import_votes(root, Given(plain, None, "Bob", "include"))
    assert brought(root, 3, "covidence")[0][1:4] == ("title_abstract", "Bob", "include")


def test_rows_of_no_record_are_told_and_the_others_imported(root: Path, tmp_path: Path) -> None:
    path = table(
        tmp_path / "mine.csv",
        ["title", "year", "asreview_label"],
        ["Roads", "", "1"],
        ["Rods", "2019", "1"],
        ["Roads", "2019", "1"],
    )
    with pytest.raises(SlrError) as caught:
        import_votes(root, Given(path, None, "Ann"))
    told = str(caught.value)
    assert "1 vote at title_abstract" in told
    assert "What is told here is left out:" in told
    assert f"{path}:2: 'Roads' is no record here." in told
    assert f"{path}:3: 'Rods' is no record here." in told
    assert [one[0] for one in brought(root)] == ["few/Lee2019"]


def test_labels_of_a_data_set_with_ids_of_openalex(root: Path, tmp_path: Path) -> None:
    """As SYNERGY tells them: no title, the id as an address, and labels before any screening."""
    bib = "@article{W7, title={Rivers and their banks}, author={Yi, A}, year={2017}}"
    (root / "data/raw/records/openalex.bib").write_text(bib, "utf-8")
    run(root, "pull", "dedup")
    path = table(
        tmp_path / "labels.csv",
        ["openalex_id", "doi", "pmid", "label_included"],
        ["https://openalex.org/W7", "", "", "1"],
        ["https://openalex.org/W1", "https://doi.org/10.1000/X1", "", "0"],
    )
    import_votes(root, Given(path, "full_text", "Ann"))
    assert [one[:4] for one in brought(root)] == [
        ("openalex/W7", "full_text", "Ann", "include"),
        ("few/Kim2020", "full_text", "Ann", "exclude"),
    ]


def test_labels_of_one_work_that_contradict_are_told_and_decide_nothing(
    root: Path, tmp_path: Path
) -> None:
    (root / "data/raw/records/again.bib").write_text(
        "@article{Twin, title={A governance framework}, author={Kim, A}, year={2020},"
        " doi={10.1000/x1}}",
        "utf-8",
    )
    run(root, "pull", "dedup")
    path = table(
        tmp_path / "labels.csv",
        ["record_id", "label_included"],
        ["few/Kim2020", "1"],
        ["few/Lee2019", "1"],
        ["again/Twin", "0"],
    )
    with pytest.raises(SlrError) as caught:
        import_votes(root, Given(path, "full_text", "Ann"))
    assert "Ann says of again/Twin: include in line 2 and exclude in line 4." in str(caught.value)
    assert [one[0] for one in brought(root)] == ["few/Lee2019"]


@pytest.mark.parametrize(
    ("header", "given", "told"),
    [
        (["title", "asreview_label"], {}, "does not say who voted. Tell it: --reviewer NAME."),
        (["title", "asreview_label"], {"reviewer": "Zed"}, "'Zed' is no reviewer of this review."),
        (["title"], {"reviewer": "Ann"}, "is no export of ASReview, Rayyan or Covidence."),
        (
            [
                "record_id",
                "stage",
                "criterion",
                "reviewer",
                "verdict",
                "reason",
                "note",
                "time",
                "seen",
            ],
            {},
            "is a file of votes of our own.",
        ),
        (["title", "notes"], {"verdict": "include"}, "--verdict is for lists of Covidence."),
    ],
)
def test_files_that_cannot_be_imported(
    root: Path, tmp_path: Path, header: list[str], given: dict[str, str], told: str
) -> None:
    path = table(tmp_path / "f.csv", header, ["1" if "label" in h else "Roads" for h in header])
    with pytest.raises(ConfigError) as caught:
        import_votes(root, Given(path, **given))
    assert told in str(caught.value)
    assert not (root / FOLDER).exists()


# --- both ways -----------------------------------------------------------------------------------

CAST = (
    "Ann Kim2020 include", "Ann Lee2019 exclude off_topic", "Ann Lee2018 unsure",
    "Bob Kim2020 include", "Bob Saei1400 exclude recent", "Bob Lee2019 exclude off_topic",
)  # fmt: skip


def there_and_back(
    root: Path, tmp_path: Path, form: str, **given: str
) -> tuple[set[tuple[str, str, str]], str]:
    """Export votes, take the ones here away, and import; return who says what of which work."""
    exported = export_votes(root, form, None, given.get("reviewer"), given.get("verdict"))
    path = tmp_path / f"{form}.csv"
    path.write_text(exported.text, "utf-8", newline="")
    (root / VOTES).unlink()
    import_votes(root, Given(path, "title_abstract", given.get("reviewer"), given.get("verdict")))
    said = {(one[2], one[0].removeprefix("few/"), one[3]) for one in brought(root, tool=form)}
    return said, " ".join(exported.left_out)


@pytest.fixture
def voted(root: Path) -> Path:
    cast(root, *(one.replace("recent", "evidence") for one in CAST))
    return root


def test_asreview_there_and_back(voted: Path, tmp_path: Path) -> None:
    said, left_out = there_and_back(voted, tmp_path, "asreview", reviewer="Ann")
    assert said == {("Ann", "Kim2020", "include"), ("Ann", "Lee2019", "exclude")}
    assert "1 unsure vote, which ASReview has no label for" in left_out
    assert "criteria, reasons and notes of 1 vote" in left_out


def test_rayyan_there_and_back(voted: Path, tmp_path: Path) -> None:
    said, left_out = there_and_back(voted, tmp_path, "rayyan")
    everything = {tuple(one.split()[:3]) for one in CAST}
    assert said == everything
    assert "whose reasons they are" in left_out
    named = {one[0]: one[4] for one in brought(voted, tool="rayyan") if one[2] == "Bob"}
    assert named["few/Saei1400"] == "evidence"  # he alone excludes it
    assert named["few/Lee2019"] == ""  # two do


def test_covidence_there_and_back(voted: Path, tmp_path: Path) -> None:
    said, _ = there_and_back(voted, tmp_path, "covidence", reviewer="Bob", verdict="exclude")
    assert said == {("Bob", "Saei1400", "exclude"), ("Bob", "Lee2019", "exclude")}
    named = {one[0]: one[4] for one in brought(voted, tool="covidence")}
    assert named == {"few/Saei1400": "evidence", "few/Lee2019": "off_topic"}


@pytest.mark.parametrize(
    ("form", "given", "named"),
    [
        ("rayyan", (None, None), [" isbn (1)", " x-identification (81)"]),
        (
            "covidence",
            ("Bob", "exclude"),
            ["Covidence has no column for: ENTRYTYPE (2)", " isbn (1)", " publisher (1)"],
        ),
    ],
)
def test_fields_without_a_column_are_named(
    voted: Path, form: str, given: tuple[str | None, str | None], named: list[str]
) -> None:
    exported = export_votes(voted, form, None, *given)
    [told] = [line for line in exported.left_out if line.startswith("fields that")]
    assert [part for part in named if part not in told] == []
    assert "title" not in told
    assert "doi (" not in told


def test_what_was_decided_is_a_list_of_covidence(voted: Path) -> None:
    exported = export_votes(voted, "covidence", None, None, "exclude")
    [only] = csv.DictReader(exported.text.splitlines())
    assert (only["Accession Number"], only["Title"]) == ("few/Lee2019", "Roads")
    assert only["Notes"] == "Exclusion reason: Not about governance; "
    assert exported.count == 1


@pytest.mark.parametrize("form", ["asreview", "rayyan", "covidence"])
def test_what_a_tool_does_not_carry_takes_nothing_from_the_votes_here(
    voted: Path, tmp_path: Path, form: str
) -> None:
    """Ann and Bob exclude for a reason; a file that lacks it must not take its place."""
    verdict = "exclude" if form == "covidence" else None
    path = tmp_path / f"{form}.csv"
    exported = export_votes(voted, form, None, "Bob" if form != "rayyan" else None, verdict)
    path.write_text(exported.text, "utf-8", newline="")
    told = import_votes(voted, Given(path, None, "Bob", verdict))
    assert " 0 votes at title_abstract" in told
    assert not (voted / FOLDER).exists()


def test_votes_on_works_that_do_not_come_so_far_are_told(voted: Path) -> None:
    cast(voted, "Ann Lee2019 exclude off_topic", "Ann Kim2020 include")
    cast(voted, "Ann Lee2019 include", "Cem Lee2019 include", stage="full_text")
    exported = export_votes(voted, "rayyan", "full_text", None, None)
    assert (exported.count, exported.left_out[1:]) == (
        0,
        ["2 votes on works that have not come to this stage"],
    )


@pytest.mark.parametrize(
    ("form", "reviewer", "verdict", "told"),
    [
        ("asreview", None, None, "ASReview has the labels of one person."),
        ("covidence", None, None, "Covidence has one list a decision."),
        ("rayyan", None, "include", "Covidence has one list a decision."),
        ("ris", None, None, "votes do not go into 'ris'."),
    ],
)
def test_exports_that_cannot_be_made(
    voted: Path, form: str, reviewer: str | None, verdict: str | None, told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        export_votes(voted, form, None, reviewer, verdict)
    assert told in str(caught.value)


@pytest.mark.parametrize("time", ["", "soon", "-1", "1e400", "99999999999999999999"])
def test_a_time_that_is_none_is_left_to_the_import(time: str) -> None:
    assert exchange._moment(time) == ""
    assert exchange._moment("1761998400") == "2025-11-01T12:00:00Z"
    assert datetime.fromtimestamp(1761998400, UTC).isoformat() == "2025-11-01T12:00:00+00:00"
