"""What indexes answer may be anything: no item of any shape costs the items beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slr.errors import SlrError
from slr.pull.indexes import INDEXES
from slr.pull.intake import Intake
from slr.schemas import tables

NAMES = {
    name: sorted({
        *re.findall(r'"([\w:-]+)"', Path(str(index.__file__)).read_text("utf-8")),
        "source", "author", "given", "family", "date-parts", "DOI", "title", "name",
    })
    for name, index in INDEXES.items()
}  # fmt: skip
"""The words that a reader looks for, taken from its own text: an item may have them all."""
GOOD: dict[str, dict[str, Any]] = {
    "openalex": {"id": "https://openalex.org/W1", "title": "Whole"},
    "crossref": {"DOI": "10.5555/1", "title": ["Whole"]},
    "semanticscholar": {"paperId": "a1", "title": "Whole"},
    "scopus": {"eid": "2-s2.0-1", "dc:title": "Whole"},
}
AROUND: dict[str, Any] = {
    "openalex": lambda items: {"meta": {"count": len(items)}, "results": items},
    "crossref": lambda items: {"status": "ok", "message": {"items": items}},
    "semanticscholar": lambda items: items,
    "scopus": lambda items: {"search-results": {"entry": items}},
}
LEAF = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["\ud800", "\x00", "\ufeff", "a/b c~2", "W1", "https://openalex.org/W2",
                       "10.5555/2", "<jats:p>", "2001-02-30", "=1+1", "و", "治理"])
)  # fmt: skip


def items(name: str) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(NAMES[name])
    value = st.recursive(
        LEAF,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=12,
    )
    return value | st.dictionaries(keys, value, max_size=8).map(lambda d: GOOD[name] | d)


def objects(value: Any) -> int:
    """How many objects there are, none within another."""
    if isinstance(value, list):
        return sum(map(objects, value))
    return int(isinstance(value, dict))


@pytest.mark.parametrize("name", INDEXES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_an_item_of_any_shape_costs_no_other(name: str, data: st.DataObject) -> None:
    odd = data.draw(items(name))
    reply = json.dumps(AROUND[name]([GOOD[name], odd, GOOD[name]]))
    intake = Intake()
    loss = intake.add("reply.json", reply.encode("utf-8"), form=name)
    assert loss.found == 2 + objects(odd)
    assert loss.kept + loss.rejected == loss.found
    pulled = intake.pulled()
    for table, frame in pulled.tables.items():
        tables.check(frame, f"pull/{table}")
    titles = list(pulled.tables["records"]["title"])
    assert (titles[0], titles[-1]) == ("Whole", "Whole")


@pytest.mark.parametrize("name", INDEXES)
@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_reply_that_breaks_off_keeps_what_is_whole(name: str, cut: float) -> None:
    text = json.dumps(AROUND[name]([GOOD[name]] * 10))
    intake = Intake()
    loss = intake.add("reply.json", text[: int(len(text) * cut)].encode(), form=name)
    assert loss.kept >= 10 * cut - 3
    assert loss.faults == 1


@pytest.mark.parametrize(
    "text", ['"a" {', "[", "{[1]: 2}", '{"results"', "12", '"[" [{}]', "{}", "{"]
)
@pytest.mark.parametrize("name", INDEXES)
def test_what_is_no_reply_is_rejected_or_refused_in_words(name: str, text: str) -> None:
    intake = Intake()
    try:
        loss = intake.add("reply.json", text.encode(), form=name)
    except SlrError:
        return
    assert loss.found == loss.rejected


def loss_of(name: str, text: str) -> tuple[Intake, list[Any]]:
    intake = Intake()
    intake.add("reply.json", text.encode("utf-8"), form=name)
    return intake, intake.columns["records"]["title"]


@pytest.mark.parametrize("name", INDEXES)
def test_a_broken_item_costs_no_other(name: str) -> None:
    good = json.dumps(GOOD[name])
    for broken in (good[:-1], good[:-2], good[1:], "{", '{"a": [1, ', '"', "{]}", "12 {"):
        around = json.dumps(AROUND[name](["good", "broken", "good"]))
        text = around.replace('"good"', good).replace('"broken"', broken)
        intake, titles = loss_of(name, text)
        assert (titles[0], titles[-1], len(titles) >= 2) == ("Whole", "Whole", True), broken
        assert intake.losses[0].faults


@pytest.mark.parametrize("name", INDEXES)
@pytest.mark.parametrize("between", ["", "\n", ",\n", "\n\ufeff", " junk "])
def test_replies_on_end_are_all_read(name: str, between: str) -> None:
    reply = json.dumps(AROUND[name]([GOOD[name]] * 2))
    assert loss_of(name, between.join([reply] * 3))[1] == ["Whole"] * 6
    alone = json.dumps(GOOD[name])
    assert loss_of(name, between.join([alone, reply, alone, alone]))[1] == ["Whole"] * 5


def test_many_broken_works_cost_no_whole_one_though_ids_stand_within_works() -> None:
    work = {
        "id": "https://openalex.org/W1",
        "title": "Whole",
        "authorships": [{"author": {"id": "https://openalex.org/A1", "display_name": "A B"}}] * 9,
    }
    good = json.dumps(work)
    texts = [good if n % 2 else good.replace("}}", "}", 1) for n in range(200)]
    titles = loss_of("openalex", f'{{"results": [{", ".join(texts)}]}}')[1]
    assert titles.count("Whole") >= 100


REAL: dict[str, dict[str, Any]] = {
    "openalex": {
        "id": "https://openalex.org/W{}",
        "title": "T{}",
        "authorships": [{"author": {"id": "https://openalex.org/A1"}}, {"author": {}}],
        "referenced_works": ["https://openalex.org/W9", "https://openalex.org/W8"],
        "biblio": {"volume": "1"},
    },
    "crossref": {
        "indexed": {"date-parts": [[2001, 1, 1]]},
        "DOI": "10.5555/{}",
        "title": ["T{}"],
        "author": [{"given": "A", "family": "B"}, {"given": "C", "family": "D"}],
        "reference": [{"key": "r1", "DOI": "10.1/2"}, {"DOI": "10.1/3", "key": "r2"}],
    },
    "semanticscholar": {
        "paperId": "p{}",
        "externalIds": {"DOI": "10.5555/{}"},
        "title": "T{}",
        "authors": [{"authorId": "1", "name": "A B"}, {"authorId": "2", "name": "C"}],
        "references": [{"paperId": "r1", "title": "R"}, {"paperId": "r2", "title": "S"}],
    },
    "scopus": {
        "@_fa": "true",
        "link": [{"@ref": "self"}, {"@ref": "author"}],
        "dc:title": "T{}",
        "eid": "2-s2.0-{}",
        "author": [{"authname": "A B", "afid": [{"$": "1"}]}],
    },
}


@pytest.mark.parametrize("name", INDEXES)
def test_an_item_that_breaks_off_or_lacks_a_sign_costs_no_other(name: str) -> None:
    """Also where it breaks off in a list of its own, which then has the items after it too."""
    numbered = [json.dumps(REAL[name]).replace("{}", str(n)) for n in range(5)]
    around = json.dumps(AROUND[name](["first", "broken", "third", "fourth"]))
    for at, sign in enumerate(whole := numbered[1]):
        broken = [whole[: at or 1], whole[:at] + whole[at + 1 :]] if sign in '[]{}",' else []
        for one in broken:
            text = around.replace('"broken"', one)
            for n, place in ((0, "first"), (2, "third"), (3, "fourth")):
                text = text.replace(f'"{place}"', numbered[n])
            intake, titles = loss_of(name, text)
            assert {"T0", "T2", "T3"} <= set(titles), one
            assert intake.losses[0].faults or "T1" in titles, one


def test_a_reply_that_breaks_off_after_an_item_makes_no_record_of_a_reference() -> None:
    text = json.dumps(AROUND["semanticscholar"]([REAL["semanticscholar"]] * 2))
    assert loss_of("semanticscholar", text[:-1])[1] == ["T{}", "T{}"]


def test_many_items_that_swallow_others_take_no_square_of_the_time() -> None:
    """Each ends with a list of its own, in another: what is looked through again is bounded."""
    inner = '{"id": "https://openalex.org/W1", "a": '
    deep = f"{inner * 200}[]{'}' * 200} "
    text = '{"results": [' + deep * 400
    assert loss_of("openalex", text)[0].losses[0].found >= 400
