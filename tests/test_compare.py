"""How two records differ, and how they stand beside each other, in any script."""

from __future__ import annotations

import io as streams
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from slr import bidi, sidebyside
from slr.compare import Likeness, compare, differences

# --- how two records differ ----------------------------------------------------------------------

COMPARED = [
    ("title", "Digital state", "Digital state", "=", [], []),
    ("title", "Digital state", "", "·", [], []),
    ("title", "Digital  State: A Study", "digital state - a study", "≈", [], []),
    ("title", "E-government", "Egovernment", "≈", [], []),
    ("title", "Models, part 1", "Models, part 2", "≠", ["1"], ["2"]),
    ("title", "می‌شود کتاب‌ها", "می شود كتابها", "≈", [], []),
    ("title", "مشارکت شهروندان تهران", "مشاركت شهروندان اصفهان", "≠", ["تهران"], ["اصفهان"]),
    ("title", "数字政府研究", "数字政务研究", "≠", ["府"], ["务"]),
    ("title", "Регион и власть", "Регион и общество", "≠", ["власть"], ["общество"]),
    ("title", "การเมืองไทย", "การเมืองไท", "≠", ["ย"], []),
    ("title", "???", "!!", "≠", ["???"], ["!!"]),
    ("author", "Janowski, T.", "Janowski, Tomasz", "≠", ["T"], ["Tomasz"]),
    ("year", "1402", "2023", "≈", [], []),
    ("year", "1402", "2025", "≠", ["1402"], ["2025"]),
    ("pages", "1-10", "1–10", "≈", [], []),
    ("pages", "1-10", "110", "≠", ["1-10"], ["110"]),
    ("doi", "https://doi.org/10.1/X", "10.1/x", "≈", [], []),
]


@pytest.mark.parametrize(("field", "left", "right", "sign", "marked", "there"), COMPARED)
def test_values_compared(
    field: str, left: str, right: str, sign: str, marked: list[str], there: list[str]
) -> None:
    one = compare(field, left, right)
    assert one.likeness is Likeness(sign)
    assert [piece.text for piece in one.left if piece.differs] == marked
    assert [piece.text for piece in one.right if piece.differs] == there


WORDS = st.text(st.sampled_from("abیك\u200c 字政-.1"), max_size=12)


@given(WORDS, WORDS)
def test_a_comparison_keeps_the_values_and_is_the_same_both_ways(left: str, right: str) -> None:
    one, other = compare("title", left, right), compare("title", right, left)
    assert "".join(p.text for p in one.left) == left
    assert "".join(p.text for p in one.right) == right
    assert one.likeness is other.likeness
    marked = any(p.differs for p in (*one.left, *one.right))
    assert marked == (one.likeness is Likeness.DIFFERENT)


def test_a_huge_value_is_compared_as_far_as_it_may_be_read() -> None:
    left, right = " ".join(map(str, range(99_999))), " ".join(map(str, range(1, 99_999)))
    one = compare("abstract", left, right)
    assert one.left[0].text.strip() == "0"
    assert one.left[0].differs
    assert not one.left[1].differs


def test_records_are_compared_field_by_field_and_nothing_is_made_of_gaps() -> None:
    left = {"title": "T", "year": "2015", "doi": None}
    right = {"title": "T", "year": float("nan"), "note": "n"}
    found = [(one.field, one.likeness.value) for one in differences(left, right)]
    assert found == [("title", "="), ("year", "·"), ("note", "·")]


# --- what is seen --------------------------------------------------------------------------------

PERSIAN = {
    "record_id": "fa/1",
    "file": "fa.bib",
    "line": 3,
    "title": "مشارکت شهروندان در e-government تهران",
    "author": "نمونه, آرش",
    "year": "1402",
}
OTHER = {**PERSIAN, "record_id": "sid/9", "file": "sid.ris", "line": 40, "year": "2023",
         "title": "مشاركت شهروندان در e-government اصفهان"}  # fmt: skip
CHINESE = {"record_id": "cnki/1", "file": "c.ris", "line": 1, "title": "数字政府研究" * 12,
           "journal": "中国行政管理", "abstract": "Long"}  # fmt: skip
ENGLISH = {"record_id": "wos/7", "file": "w.txt", "line": 8, "title": "数字政务研究" * 12,
           "journal": "中国行政管理", "note": "x"}  # fmt: skip


def seen(left: dict[str, object], right: dict[str, object], width: int, **how: bool) -> list[str]:
    console = Console(width=width, file=streams.StringIO(), color_system=None)
    found = sidebyside.lines(console, left, right, ["score 96: the titles are alike"], **how)
    return [line.plain.rstrip() for line in found]


@pytest.mark.parametrize("width", [80, 160])
def test_right_to_left_values_have_their_lines_to_themselves(width: int) -> None:
    lines = seen(PERSIAN, OTHER, width)
    [title_a, title_b] = [line for line in lines if "e-government" in line]
    rli, lri, pdi = bidi.RLI, bidi.LRI, bidi.PDI
    assert title_a == f"≠ title     A  {rli}مشارکت شهروندان در {lri}e-government{pdi} [تهران]{pdi}"
    assert title_b == f"            B  {rli}مشاركت شهروندان در {lri}e-government{pdi} [اصفهان]{pdi}"
    for line in lines:
        assert line.count(rli) <= 1
    assert any(line.startswith("= author") and line.count("نمونه") == 1 for line in lines)


def test_a_narrow_terminal_has_one_record_below_the_other() -> None:
    lines = seen(PERSIAN, OTHER, 80)
    assert lines[:3] == [
        "score 96: the titles are alike",
        "A  fa/1  fa.bib:3",
        "B  sid/9  sid.ris:40",
    ]
    assert "≈ year      A  1402 (2023–2024)" in lines
    assert "            B  2023" in lines


def test_a_wide_terminal_has_them_side_by_side_in_straight_columns() -> None:
    lines = seen(CHINESE, ENGLISH, 160)
    journal = next(line for line in lines if line.startswith("= journal"))
    assert journal.count("中国行政管理") == 2
    title = [line for line in lines if "数字政" in line]
    column = cells_before(title[0], "数字政[务]")
    assert column == cells_before(journal, "中国行政管理", last=True) == (160 - 15) // 2 + 15
    assert max(map(sidebyside.cell_len, lines)) <= 160
    assert lines[-1] == "o shows · abstract, · note"
    assert any("Long" in line for line in seen(CHINESE, ENGLISH, 160, whole=True))


def cells_before(line: str, text: str, *, last: bool = False) -> int:
    at = line.rindex(text) if last else line.index(text)
    return sidebyside.cell_len(line[:at])


@pytest.mark.parametrize("width", [40, 80, 109, 110, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for left, right in ((PERSIAN, OTHER), (CHINESE, ENGLISH), (PERSIAN, CHINESE)):
        long = {**left, "title": str(left["title"]) * 40, "abstract": "x" * 9000}
        for line in seen(long, right, width, whole=True):
            assert sidebyside.cell_len(line) <= width


def test_what_is_said_of_a_pair_is_english_whoever_says_it() -> None:
    console = Console(width=80, file=streams.StringIO(), color_system=None)
    told = "علی said different: دو مقاله"
    first = next(sidebyside.lines(console, PERSIAN, OTHER, [told]))
    assert first.plain == bidi.isolate(told, "en")
    assert first.plain.startswith(bidi.LRI)


def test_it_is_told_of_which_work_a_record_is_known_to_be() -> None:
    lines = seen({**PERSIAN, "work_id": "paper/X"}, {**OTHER, "work_id": "sid/9"}, 80)
    assert lines[1:3] == ["A  fa/1  fa.bib:3  of the work paper/X", "B  sid/9  sid.ris:40"]


def test_a_record_cannot_command_the_terminal() -> None:
    evil = {**CHINESE, "record_id": "x/\x1b[2J", "title": "a\x1b]0;owned\x07\u202eb\x9bc\rd"}
    shown = "".join(seen(evil, ENGLISH, 80, whole=True))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert "owned" in shown


def test_differences_are_marked_by_style_where_there_are_styles() -> None:
    console = Console(width=80, file=streams.StringIO(), force_terminal=True, color_system="256")
    sidebyside.show(console, PERSIAN, OTHER, [])
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[تهران]" not in printed
    assert re.search("\x1b\\[1;4;35mتهران\x1b\\[0m", printed)
