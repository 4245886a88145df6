"""Tables of the screen stage that tell how firm its result is."""

from slr.schemas.columns import YES_NO, Table, choice, column, needed, number, text

FIRM: dict[str, Table] = {
    "screen/left_out": (
        "The review without each source, and without each criterion: one row a thing left out.",
        {
            "kind": choice(["source", "criterion"], "what is left out"),
            "name": needed("the source or criterion"),
            "included": number("works included"),
            "awaiting": number("works that wait"),
            "added": text("works that only come in without it, apart by spaces"),
            "dropped": text("works that are lost without it, apart by spaces"),
        },
        ["kind", "name"],
    ),
    "screen/axes": (
        "What each choice of the grid keeps, and moves: one row an axis and choice.",
        {
            "group": needed("group of axes, as in `screen/groups`"),
            "axis": needed("id of the axis"),
            "axis_label": needed("what the axis asks, in words"),
            "axis_label_fa": needed("what the axis asks, in Persian"),
            "choice": needed("id of the choice; `baseline` is what the review does"),
            "label": needed("the choice in words"),
            "label_fa": needed("the choice in Persian"),
            "why": text("why a reviewer might choose so"),
            "why_fa": text("why a reviewer might choose so, in Persian"),
            "universes": number("universes tried that make this choice"),
            "least": number("fewest works that one of them includes", empty=True),
            "most": number("most works that one of them includes", empty=True),
            "mean": column("works that they include in the mean", dtype="Float64", at_least=0),
            "alone": number("works included where this choice alone differs from the baseline"),
            "gained": column(
                "works that the choice brings in, in the mean over these universes, against the "
                "same universes with the baseline's choice",
                dtype="Float64",
                at_least=0,
            ),
            "lost": column(
                "works that the choice turns away, counted so", dtype="Float64", at_least=0
            ),
            "moves": number("works that it moves in at least one of them", empty=True),
        },
        ["axis", "choice"],
    ),
    "screen/groups": (
        "What each group of axes moves, all others left as they are: one row a group.",
        {
            "group": needed("id of the group"),
            "label": needed("the group in words"),
            "label_fa": needed("the group in Persian"),
            "axes": number("axes in the group"),
            "universes": number("universes that these axes span, or a sample of them"),
            "least": number("fewest works that one of them includes"),
            "most": number("most works that one of them includes"),
            "moves": number("works that end otherwise than in the baseline in one of them"),
        },
        ["group"],
    ),
    "screen/universes": (
        "What each universe of the grid keeps: one row a universe that was tried.",
        {
            "universe": number("number of the universe, from 1", at_least=1),
            "choices": text("choices other than the baseline's, as axis=choice, apart by spaces"),
            "changed": number("how many choices these are"),
            "included": number("works included"),
            "awaiting": number("works that wait"),
            "shared": number("of the included, works that the baseline includes too"),
            "list_no": number("number of the list of works; universes of one number keep the same"),
        },
        ["universe"],
    ),
    "screen/firmness": (
        "How firm the outcome of each work is: one row a work, those that a choice brings in too.",
        {
            "work_id": needed(),
            "included": choice(YES_NO, "whether the review as it stands includes it"),
            "kept_in": number("universes tried that include it"),
            "share_pct": column(
                "these universes in per cent of all that were tried; no probability",
                dtype="Float64",
                at_least=0,
            ),
            "flip_distance": number(
                "fewest choices that must change for the work to come in or go out; empty where "
                "no universe within reach does it",
                empty=True,
            ),
            "flip_by": text("such choices, as axis=choice, apart by spaces"),
        },
        ["work_id"],
    ),
    "screen/grid": (
        "What the grid of choices is, and how the counts of its universes lie: one row a measure.",
        {
            "measure": needed("name of the measure"),
            "value": needed("its value"),
        },
        ["measure"],
    ),
}
