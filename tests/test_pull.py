# ruff: noqa: E501 - tables of cases are read by the row
"""Records in are records out plus rejects, each with its place."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages import BIB, copy_raw, finished, made

from slr import pull
from slr.errors import SlrError
from slr.pull import bibtex, read_files
from slr.pull.entries import Entry, Reject, Source
from slr.pull.latex import decode

HEAD = re.compile(r"^@(\w+)\{([^,]+),$")


def bib(folder: Path, text: str, name: str = "x.bib") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def parse(text: str) -> list[Entry | Reject]:
    return list(bibtex.parse(bibtex.split(Source(text))))


def only(text: str) -> Entry | Reject:
    [found] = parse(text)
    return found


def author(names: str) -> str:
    entry = only(f"@misc{{k, author = {{{names}}}}}")
    assert isinstance(entry, Entry)
    return entry.fields["author"]


# --- the shipped records -------------------------------------------------------------------------


def test_the_83_records_stand_where_the_file_has_them() -> None:
    lines = BIB.read_text("utf-8").split("\n")
    heads = [(n, m) for n, line in enumerate(lines, 1) if (m := HEAD.match(line))]
    assert len(heads) == 83
    assert [
        (f"paper/{m.group(2)}", "paper", m.group(2), m.group(1), "data/raw/records/paper.bib", str(n))
        for n, m in heads
    ] == [
        (r["record_id"], r["source"], r["key"], r["ENTRYTYPE"], r["file"], r["line"])
        for r in made(finished(), "pull/records")
    ]  # fmt: skip
    assert made(finished(), "pull/rejects") == []


def test_fields_of_the_shipped_records_are_those_of_the_file() -> None:
    """Read the file once more, line by line: each of its fields stands on one line."""
    here: dict[str, dict[str, str]] = {}
    for line in BIB.read_text("utf-8").split("\n"):
        if head := HEAD.match(line):
            fields = here.setdefault(head.group(2), {})
        elif field := re.fullmatch(r"  ([\w-]+) = \{(.*)\},?", line):
            fields[field.group(1)] = field.group(2)
    for record in made(finished(), "pull/records"):
        fields = here[record["key"]]
        for name in ("title", "year", "volume", "number", "pages", "doi", "publisher", "language"):
            wanted = fields.get(name, "").replace("{", "").replace("}", "")
            assert record[name] == (wanted.lower() if name == "doi" else wanted)
        places = ("journal", "booktitle", "howpublished")
        assert record["journal"] == next((fields[p] for p in places if p in fields), "")
        assert ("x-identification" in fields) == ("x-identification" in record["extra"])


def test_solar_years_span_two() -> None:
    records = made(finished(), "pull/records")
    solar = [r for r in records if r["year"] and int(r["year"]) < 1500]
    assert len(solar) == len(re.findall(r"year = \{1[34]\d\d\}", BIB.read_text("utf-8")))
    assert all(int(r["year_from"]) == int(r["year"]) + 621 for r in solar)
    assert all(int(r["year_to"]) == int(r["year"]) + 622 for r in solar)
    others = [r for r in records if r not in solar]
    assert all(r["year"] == r["year_from"] == r["year_to"] for r in others)
    assert [r["key"] for r in records if not r["year"]] == ["ODPM"]


# --- one entry -----------------------------------------------------------------------------------

NAMES = {
    "given first": ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
    "family first": ("van Veenstra, Anne Fleur", "van Veenstra, Anne Fleur"),
    "two": ("Dawes, Sharon S. and Theresa A. Pardo", "Dawes, Sharon S. and Pardo, Theresa A."),
    "broken over lines": ("A, B\n   and\n C, D", "A, B and C, D"),
    "corporate": ("{World Bank}", "World Bank"),
    "corporate with and": ("{Gov Service and Projects}", "Gov Service and Projects"),
    "corporate with a comma": ("{Deloitte, Inc}", "Deloitte, Inc"),
    "braces within": ("{van Veenstra}, Anne", "van Veenstra, Anne"),
    "two braced words are a person": ("{Jan} {Smith}", "Smith, Jan"),
    "junior": ("King, Jr., Martin Luther", "King Jr., Martin Luther"),
    "others are no author": ("Lemke, F. and others", "Lemke, F."),
    "Persian": ("ساعی، احمد", "ساعی, احمد"),
    "two Persian": ("ساعی، احمد و رضایی زاده، علی", "ساعی, احمد and رضایی زاده, علی"),
    "Persian, given first": ("احمد ساعی، علی رضایی و حسن کریمی", "ساعی, احمد and رضایی, علی and کریمی, حسن"),
    "Persian body": ("{سازمان مدیریت و برنامه‌ریزی}", "سازمان مدیریت و برنامه‌ریزی"),
    "Persian and and": ("ساعی، احمد and رضایی، علی", "ساعی, احمد and رضایی, علی"),
    "accents": (r'Gr{\"o}nlund, {\AA}ke', "Grönlund, Åke"),
    "one name": ("Plato", "Plato"),
    "ampersand": ("{Deloitte & Touche}", "Deloitte & Touche"),
}  # fmt: skip


@pytest.mark.parametrize(("given_", "kept"), NAMES.values(), ids=NAMES.keys())
def test_names(given_: str, kept: str) -> None:
    assert author(given_) == kept


def test_others_leave_a_mark_and_alone_are_nobody() -> None:
    entry = only("@misc{k, author = {A, B and Others}}")
    assert isinstance(entry, Entry)
    assert entry.fields == {"author": "A, B", "and_others": "yes"}
    alone = only("@misc{k, author = {others}}")
    assert isinstance(alone, Entry)
    assert alone.fields == {"author": "", "and_others": "yes"}


DECODED = {
    "nothing to do": ("e-Government & 50% of $5 #1", "e-Government & 50% of $5 #1"),
    "escaped marks": (r"R\&D at 50\% of \$5 \#1 a\_b", "R&D at 50% of $5 #1 a_b"),
    "escaped and bare": (r"Caf\'e & R\&D: 50%", "Café & R&D: 50%"),
    "acute": (r"{\'E}vora \'{e} \'e", "Évora é é"),
    "double acute": (r"Erd{\H o}s", "Erdős"),
    "cedilla and dot": (r"\c{S}i\c sli \.Istanbul", "Şişli İstanbul"),
    "caron, breve, ring": (r"\v{s}\u{g}\r{u}", "šğů"),
    "letters": (r"\o \O \ss \l \L \ae", "øØßłŁæ"),
    "i without a dot": (r"na{\"\i}ve", "naïve"),
    "grouping": ("The {UK}'s {E}-Gov", "The UK's E-Gov"),
    "emphasis": (r"\emph{Open} data", "Open data"),
    "line breaks": ("one\n   two", "one two"),
}


@pytest.mark.parametrize(("latex", "text"), DECODED.values(), ids=DECODED.keys())
def test_latex(latex: str, text: str) -> None:
    assert decode(latex) == text


VALUES = {
    "braces": ("{A {B} C}", "A B C"),
    "quotes": ('"A {"}B{"} C"', 'A "B" C'),
    "quote after a backslash": (r'"A {\"o} B"', "A ö B"),
    "number": ("2015", "2015"),
    "abbreviation": ("giq", "Government Information Quarterly"),
    "abbreviation in capitals": ("GIQ", "Government Information Quarterly"),
    "joined": ('giq # " (" # {online} # ")"', "Government Information Quarterly (online)"),
    "unknown abbreviation": ("foo", "foo"),
    "month": ("jan", "January"),
    "empty": ("{}", ""),
    "an at within": ("{me@home.org and @foo{x}}", "me@home.org and @foox"),
}


@pytest.mark.parametrize(("value", "text"), VALUES.values(), ids=VALUES.keys())
def test_values(value: str, text: str) -> None:
    strings = "@string{giq = {Government Information Quarterly}}\n"
    entry = only(f"{strings}@misc{{k, note = {value}, year = 1999}}")
    assert isinstance(entry, Entry)
    assert entry.fields == {"note": text, "year": "1999"}


def test_abbreviations_that_repeat_or_break_spoil_no_entry() -> None:
    text = (
        "@misc{before, note = x}\n@string{x = {one}}\n@misc{a, note = x}\n@string{broken = {y\n"
        "@string{x = {two}}\n@misc{b, note = x # broken}\n"
    )
    assert [(e.key, e.fields["note"]) for e in parse(text) if isinstance(e, Entry)] == [
        ("before", "one"),
        ("a", "one"),
        ("b", "twobroken"),
    ]


CLOSED = "the entry is not closed: a brace, quote or comma is missing"
FUSED = "the field title is not closed, or a comma is missing after it"

REJECTED = {
    "no end": ("@misc{k, title = {A}", "k", CLOSED),
    "no closing brace of a field": ("@misc{k, title = {A, year = {2000}}", "k", CLOSED),
    "no closing quote": ('@misc{k, title = "A, year = {2000}}', "k", FUSED),
    "no equals sign": ("@misc{k, title {A}}", "k", CLOSED),
    "no opening brace": ("@article k, title = {A}, year = 2000}", "k", CLOSED),
    "no closing round bracket": ("@misc(k, title = {A}", "k", CLOSED),
    "a brace too many": (
        "@misc{k, title = {A}}, year = {2000}}",
        "k",
        "the entry is closed too early: there is a brace too many",
    ),
    "words after a value": ("@misc{k, title = {A} more, year = 2000}", "k", FUSED),
}


@pytest.mark.parametrize(("text", "key", "reason"), REJECTED.values(), ids=REJECTED.keys())
def test_a_broken_entry_is_rejected_and_the_next_is_read(text: str, key: str, reason: str) -> None:
    good = "@book{next, title = {N}}\n"
    assert only(text) == Reject(1, key, reason)
    first, second = parse(f"\n{text}\n\n{good}")
    line = 4 + text.count("\n")
    assert (first, second) == (Reject(2, key, reason), Entry("next", "book", line, {"title": "N"}))


@pytest.mark.parametrize("key", ["10.1016/S0140-6736(03)12345-6", "a(b", "doi:10.1002/(SICI)1-2"])
def test_a_key_may_hold_round_brackets(key: str) -> None:
    text = f"@misc{{{key}, title = {{A}}}}\n@misc{{next, title = {{B}}}}"
    first, second = parse(text)
    assert (first.key, second.key) == (key, "next")
    assert isinstance(first, Entry)
    assert (first.fields, first.warnings) == ({"title": "A"}, ())


MENDED = {
    "no comma after the key": (
        "@misc{k title = {A}, year = {2000}}",
        {"title": "A", "year": "2000"},
        "a comma is missing after the key: mended",
    ),
    "no key": ("@misc{title = {A}}", {"title": "A"}, "the entry has no key"),
    **{
        f"no comma between {name}": (
            f"@misc{{k, {text}}}",
            {"title": "A", "year": "2000"},
            "a comma is missing after the field title: mended",
        )
        for name, text in {
            "braces": "title = {A} year = {2000}",
            "lines": "\n title = {A}\n year = {2000}\n",
            "quotes": 'title = "A" year = "2000"',
            "bare values": "title = A year = 2000",
        }.items()
    },
    "a field twice": (
        "@misc{k, title = {A}, Title = {B}, title = {C}}",
        {"title": "A", "title~2": "B", "title~3": "C"},
        "the field title stands there twice: the first counts",
    ),
    "a parent that is not there": (
        "@misc{k, title = {A}, crossref = {p}}",
        {"title": "A", "crossref": "p"},
        "crossref names p, which is not in the file",
    ),
}


@pytest.mark.parametrize(("text", "fields", "warning"), MENDED.values(), ids=MENDED.keys())
def test_what_can_be_mended_is_read_and_told(
    text: str, fields: dict[str, str], warning: str
) -> None:
    entry = only(text)
    assert isinstance(entry, Entry)
    assert (entry.fields, set(entry.warnings)) == (fields, {warning})


def test_the_same_field_twice_with_one_value_is_one() -> None:
    entry = only("@misc{k, title = {A}, title = {A}}")
    assert isinstance(entry, Entry)
    assert (entry.fields, entry.warnings) == ({"title": "A"}, ())


def test_an_entry_has_what_the_one_it_refers_to_has() -> None:
    child, _ = parse(
        "@inproceedings{c, title = {Paper}, crossref = {P}}\n"
        "@proceedings{p, title = {Meeting}, year = 2001, publisher = {ACM}, note = {n}}"
    )
    assert isinstance(child, Entry)
    assert child.fields == {
        "title": "Paper",
        "crossref": "P",
        "booktitle": "Meeting",
        "year": "2001",
        "publisher": "ACM",
    }


def test_a_closed_comment_hides_entries_and_is_told() -> None:
    source = Source(
        "@comment{old\n@misc{a, title={A}}\n}\n@misc{b, title={B}}\n@comment{ x\n@misc{c,}"
    )
    told = [(c.line, c.note) for c in bibtex.split(source) if c.note]
    assert told == [
        (1, "a @comment is skipped, with 1 entry in it: @comment{old @misc{a, title={A}} }"),
        (5, "a @comment is skipped: @comment{ x"),
    ]
    assert [e.key for e in bibtex.parse(bibtex.split(Source(source.text)))] == ["b", "c"]


KEPT = {
    "CRLF": "@misc{k,\r\n title = {A}\r\n}\r\n",
    "indented": "   @misc{k, title = {A}}",
    "space before the brace": "@misc {k, title = {A}}",
    "brace on the next line": "@misc\n{k, title = {A}}",
    "round brackets": "@misc(k, title = {A})",
    "capitals": "@MISC{k, TITLE = {A}}",
    "trailing comma": "@misc{k, title = {A},}",
    "a comma between entries": "@misc{k, title = {A}},",
    "junk before and after": "junk } { @ x\n@misc{k, title = {A}}\n more { junk\n% @book{no, title = {B}}",
    "comments and preamble": "@comment{x}\n@preamble{\"x\"}\n@misc{k, title = {A}}\n@comment{ @misc{l, title={B}} }",
}  # fmt: skip


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_other_ways_to_write_an_entry(text: str) -> None:
    entry = only(text.replace("\r\n", "\n"))
    assert isinstance(entry, Entry)
    assert (entry.key, entry.kind.lower(), entry.fields) == ("k", "misc", {"title": "A"})


def test_entries_that_share_a_line_are_all_read() -> None:
    text = "@misc{a, title={A}} @misc{b, title={B}}\n@misc{c,\n title={C}\n}@misc{d, title={D} @misc{e,}"
    assert [(e.key, e.line, type(e).__name__) for e in parse(text)] == [
        ("a", 1, "Entry"),
        ("b", 1, "Entry"),
        ("c", 2, "Entry"),
        ("d", 4, "Reject"),
        ("e", 4, "Entry"),
    ]


# --- any text ------------------------------------------------------------------------------------

KEYS = st.sampled_from(["a", "b", "Smith2010", "x:y/z", "کلید", ""])
WORDS = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8)
FIELDS = st.dictionaries(
    st.sampled_from(["title", "note", "year", "x-foo", "abstract"]), WORDS, max_size=3
)


@st.composite
def valid(draw: st.DrawFn) -> tuple[str, str]:
    fields = draw(FIELDS)
    quote = draw(st.sampled_from(["{%s}", '"%s"', "{{%s}}"]))
    body = "".join(f",\n  {name} = {quote % value}" for name, value in fields.items())
    end = draw(st.sampled_from(["\n}", "}", ",\n}" if fields else "}"]))
    comma = "" if fields else ","
    return "good", f"@article{{{draw(KEYS)}{body}{comma}{end}"


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, str]:
    key, word, after = draw(KEYS), draw(WORDS), draw(WORDS)
    forms = [
        f"@article{{{key},\n  title = {{{word},\n  note = {{{after}}}\n}}",
        f'@article{{{key},\n  title = "{word},\n  note = {{{after}}}\n}}',
        f"@article{{{key},\n  title = {{{word}}} {after}\n  note = {{{after}}}\n}}",
        f"@article{{{key},\n  title = {{{word}}},\n  note = {{{after}}}\n",
        f"@article{{{key},\n  title {{{word}}}\n}}",
    ]
    return "bad", draw(st.sampled_from(forms))


# A lone closing brace is no junk: it would close what is open before it.
JUNK = st.sampled_from(
    ["", "words between", "% a comment", "{", "@", "a@b.org", "@comment{x}", "@string{s = {S}}"]
).map(lambda text: ("junk", text))


@settings(max_examples=150, deadline=None)
@given(st.lists(valid() | broken() | JUNK, max_size=8))
def test_entries_in_are_records_and_rejects(pieces: list[tuple[str, str]]) -> None:
    text = "\n".join(piece for _, piece in pieces)
    starts = [
        ("good" if kind == "good" else "bad", 1 + sum(p.count("\n") + 1 for _, p in pieces[:n]))
        for n, (kind, _) in enumerate(pieces)
        if kind != "junk"
    ]
    found = [("good" if isinstance(e, Entry) else "bad", e.line) for e in parse(text)]
    assert found == starts


PIECES = [*'@{}",=#%()\\ \n', "article", "k", "title", "\u06a9", "@misc{k,", "}\n"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_text_makes_it_fail_or_loses_an_entry(text: str) -> None:
    heads = re.findall(r"^[ \t]*@[ \t]*\w+\s*[{(]", text, re.MULTILINE)
    assert len(list(parse(text))) >= len(heads)


# --- files ---------------------------------------------------------------------------------------


def test_repeated_and_empty_keys_are_told_apart_and_none_is_lost(tmp_path: Path) -> None:
    path = bib(tmp_path, "@misc{a,note={1}}\n@misc{a,note={2}}\n@misc{,note={3}}\n@misc{,note={4}}\n"
               "@misc{a~2,note={5}}\n@misc{b c,note={6}}\n")  # fmt: skip
    records, rejects = read_files([path], tmp_path)
    assert dict(zip(records["record_id"], records["note"], strict=True)) == {
        "x/a": "1",
        "x/a~2": "2",
        "x/entry": "3",
        "x/entry~2": "4",
        "x/a~2~2": "5",
        "x/b_c": "6",
    }
    assert rejects.empty
    assert pull.summary(records, rejects) == (
        "6 records from 1 file; 2 with a key that was taken, told apart by ~2"
    )


def test_fields_without_a_column_are_kept(tmp_path: Path) -> None:
    path = bib(tmp_path, "@inproceedings{k, booktitle={Proc}, Series={S}, x-y={ü}}")
    [record] = read_files([path], tmp_path)[0].to_dict("records")
    assert record["journal"] == "Proc"
    assert record["extra"] == '{"series": "S", "x-y": "ü"}'
    assert record["ENTRYTYPE"] == "inproceedings"


def test_biblatex_names_of_fields_are_known(tmp_path: Path) -> None:
    text = "@article{k, date = {2015-03}, journaltitle = {J}, issue = {3}}"
    [record] = read_files([bib(tmp_path, text)], tmp_path)[0].to_dict("records")
    assert [record[n] for n in ("year", "journal", "number")] == ["2015", "J", "3"]
    assert record["extra"] == '{"date": "2015-03"}'


def test_files_are_read_in_order_and_named_from_the_folder(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    folder = root / "data" / "raw" / "records"
    bib(folder, "@misc{Nam2014, title={T}}\n@misc{b, title={T", "my own.bib")
    (folder / "README.md").write_text("notes")
    pull.run(root)
    first = made(root, "pull/records")[0]
    assert (first["record_id"], first["file"]) == ("my-own/Nam2014", "data/raw/records/my own.bib")
    assert len(made(root, "pull/records")) == 84
    assert made(root, "pull/rejects") == [
        {"file": "data/raw/records/my own.bib", "line": "2", "key": "b", "reason": CLOSED}
    ]


NO_ENTRY = (
    "holds text but no entry. Expected: BibTeX, RIS, PubMed NBIB, EndNote XML or Refer, CSL-JSON, "
    "Web of Science, or a table (CSV, TSV) with column names."
)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/records/more.bib").write_text("a letter")
    with pytest.raises(SlrError) as caught:
        pull.run(root)
    assert str(caught.value) == f"data/raw/records/more.bib: {NO_ENTRY}"


def test_no_records_at_all(tmp_path: Path) -> None:
    with pytest.raises(SlrError) as caught:
        pull.run(tmp_path)
    assert str(caught.value) == "data/raw/records: no file there. Put your records there."


def test_reading_says_nothing_by_itself(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    text = "@misc{k, title={\\foo{\\begin{x} \\cite{y}, month=jan}\n@misc{l, title={A} @misc{,}"
    with caplog.at_level(logging.WARNING):
        read_files([bib(tmp_path, text), BIB], tmp_path)
    assert capfd.readouterr() == ("", "")
