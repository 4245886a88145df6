"""Tables that people make: read, never written."""

from slr.schemas.columns import (
    SCREENING_STAGES,
    VOTE_KINDS,
    VOTED,
    Table,
    choice,
    day,
    identifier,
    moment,
    needed,
    number,
    text,
)

RAW: dict[str, Table] = {
    "raw/duplicates": (
        "Judgements of people on pairs of records: one row a judgement, never edited.",
        {
            "record_a": needed(),
            "record_b": needed(),
            "verdict": choice(
                ["same", "same_study", "different"],
                "one work; two works (reports) of one study; or two works",
            ),
            "reviewer": needed(),
            "date": day(),
            "reason": needed(),
        },
        [],
    ),
    "raw/screening": (
        "Judgements of people that override a rule: one row a judgement, never edited.",
        {
            "record_id": needed(),
            "criterion": needed(),
            "verdict": choice(["include", "exclude"], "include or exclude"),
            "reviewer": needed(),
            "date": day(),
            "reason": needed(),
        },
        [],
    ),
    "raw/votes": (
        "What each screener said of a record at a stage: one row a vote, never edited.",
        {
            "record_id": needed(),
            "stage": choice(SCREENING_STAGES, "at what the screener looked"),
            "kind": choice(
                VOTE_KINDS,
                "a vote; a settlement of votes that differ; or practice, which counts for nothing",
            ),
            "criterion": text("criterion or reason of the config that decided, where one is named"),
            "reviewer": needed(),
            "verdict": choice(VOTED, "include, exclude or unsure"),
            "reason": text(),
            "note": text("what the screener wants remembered"),
            "time": moment("when, in UTC; a later vote of the same reviewer supersedes"),
            "seen": text("fingerprint of the fields that the screener was shown"),
        },
        [],
    ),
    "raw/facts": (
        "What is known of a record beyond its entry: one row a record and fact.",
        {
            "record_id": needed(),
            "fact": needed(),
            "value": needed(),
            "index": text(),
            "source": text("where the fact was seen"),
            "coder": needed(),
            "date": day(empty=True),
        },
        [],
    ),
    "raw/lists": (
        "What criteria compare with by `in_list` or `matches_list`: one row a name.",
        {
            "name": text("journal, publisher, word or phrase; `*` in a phrase is any letters"),
            "issn": text("ISSNs of a journal, several apart by semicolons"),
            "source": needed("who says so: an index, with its address"),
            "date": day(),
            "note": text("what else a reader should know"),
        },
        [],
    ),
    "raw/contexts": (
        "Where a text cites works: one row a citation; a shared `context_id` is one place.",
        {
            "context_id": number(at_least=1),
            "record_id": needed(),
            "section": needed("section of the text"),
            "unit": choice(["paragraph", "list-item", "table-row"], "what the place is"),
            "unit_label": needed("the unit, and within it the sentence or theme, in words"),
            "paper_line": number("line of the extracted text"),
            "snippet_fa": text("the words around the citation"),
            "claim_en": text("what the work is cited for, in English"),
        },
        [],
    ),
    "raw/named_sources": (
        "Sources that the text cites and that are no records: one row a source.",
        {
            "record_id": identifier("the name under which contexts and tables cite it"),
            "name": needed("name in Latin letters"),
            "name_fa": needed("name as the text writes it"),
            "reason": needed("why it is no record of the review"),
        },
        ["record_id"],
    ),
    "raw/references": (
        "Reference lists: one row a citing and a cited work.",
        {
            "citing_id": needed("the work whose list it is"),
            "cited_id": text("a work in the list, as id or in words; empty for an empty list"),
        },
        [],
    ),
    "raw/codings": (
        "What a coder answered to a question of the codebook on a study: never edited.",
        {
            "record_id": needed(),
            "variable": needed(),
            "value": needed("the answer; several apart by semicolons, where it may be several"),
            "coder": needed(),
            "time": moment("when, in UTC; a later answer of the same coder supersedes"),
            "note": text("what the coder wants remembered"),
        },
        [],
    ),
}
