"""Tables that people make: read, never written."""

from slr.schemas.columns import (
    SCREENING_STAGES,
    VOTE_KINDS,
    VOTED,
    YES_NO,
    Table,
    choice,
    column,
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
    "raw/studies": (
        "Coding of the included studies: one row a study.",
        {
            "record_id": needed(),
            "stage": column(dtype="Int64", empty=False, allowed=[0, 1, 2, 3, 4]),
            "sections": text("sections of the text that use it, apart by spaces"),
            "concept_no": number(empty=True, at_least=1),
            "theme_en": text("theme of Table 4"),
            "theme_fa": text("theme of Table 4, as printed"),
            "country": text("country or region of the study, several apart by semicolons"),
            "sector": text("sector of the study"),
            "evidence_kind": text("kind of evidence of the study itself"),
            "finding_en": text("the finding that the text supports with it"),
            "context_ids": text("contexts that cite it, apart by spaces"),
        },
        ["record_id"],
    ),
    "raw/table1": (
        "Stages of the model as the paper's Table 1 gives them: one row a stage.",
        {
            "stage_no": number(at_least=1),
            "name_fa": needed("name of the stage as printed"),
            "name_en": needed("name of the stage, translated"),
            "context_fa": needed("setting as printed"),
            "context_en": needed("setting, translated"),
            "internal_change": choice(YES_NO, "does internal policy change?"),
            "external_change": choice(YES_NO, "does external policy change?"),
            "concept_change": choice(YES_NO, "do the concepts change?"),
            "source_term_en": text("the term of the source that the table cites"),
        },
        ["stage_no"],
    ),
    "raw/table2": (
        "Steps of the e-government models of Table 2: one row a model and step.",
        {
            "model_no": number(at_least=1),
            "model_fa": needed("model as printed"),
            "model_en": needed("model, translated"),
            "key": needed("record or named source of the model"),
            "year_printed": text("year as printed"),
            "step_no": number(at_least=1),
            "step_fa": needed("step as printed"),
            "step_en": needed("step, translated"),
            "common_step": needed("the common step that it is, by our reading, or none"),
        },
        ["model_no", "step_no"],
    ),
    "raw/table3": (
        "E-government 1.0, 2.0 and 3.0 compared: one row a line of Table 3.",
        {
            "row_no": number(at_least=1),
            **{
                f"{part}_{lang}": needed()
                for part in ("area", "egov1", "egov2", "egov3")
                for lang in ("fa", "en")
            },
        },
        [],
    ),
    "raw/table4": (
        "Concepts and their sources: one row a source of Table 4.",
        {
            "concept_no": number(at_least=1),
            "concept_fa": needed("concept as printed"),
            "concept_en": needed("concept, translated"),
            "theme_fa": needed("theme as printed"),
            "theme_en": needed("theme, translated"),
            "key": needed("record of the source"),
        },
        [],
    ),
    "raw/table5": (
        "Governance and government set against each other: one row a pair of Table 5.",
        {
            "pair_no": number(at_least=1),
            "block": needed("which two are compared"),
            "governance_fa": needed(),
            "governance_en": needed(),
            "government_fa": needed(),
            "government_en": needed(),
        },
        ["pair_no"],
    ),
}
