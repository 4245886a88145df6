"""The words by which titles and venues name what a record is: correction, part, column, preprint.

Patterns are for folded text (`slr.text.fold`): lower case, no punctuation, no accents.
"""

from __future__ import annotations

import re

_KINDS = {
    "a correction": (
        r"^(?:(?:publisher|author)(?: s)? )?(?:erratum|errata|corrigend\w+|correction)\b",
        r"\b(?:erratum|corrigendum|corrigenda)\b|^correct(?:ed|ion)s? (?:to|and)\b|^addendum\b",
        r"\b(?:errata|correction|addendum)$",
        r"^(?:berichtigung|fe de erratas|correccion|исправлени|опечатк|اصلاحیه|تصحیح)",
        r"^(?:更正|勘误|訂正)",
    ),
    "a retraction": (
        r"^retract|^withdrawn\b|^withdrawal\b|\bretraction (?:of|notice)\b|^notice of retract",
        r"^expression of concern|^(?:撤稿|撤回)|^ретракци",
    ),
    "a comment": (
        r"^comments?(?: on| to|$)|^(?:(?:invited|editorial|guest) )?comment(?:ary)?\b",
        r"\bcommentary$",
        r"^letter to the editor|^discussion(?: of|$)",
        r"^regarding\b|^(?:نقد|نقدی|комментарий) ",
    ),
    "a reply": (
        r"^(?:authors?(?: s)? )?(?:reply|response|rejoinder)\b|^in reply\b|\breply$",
        r"\bauthors?(?: s)? (?:reply|response)\b|\bthe authors? repl",
        r"^(?:پاسخ|ответ|erwiderung|reponse|respuesta)\b",
    ),
    "a protocol": (
        r"\b(?:study|trial|review) protocol\b|\bprotocol$|\b(?:study|trial) design$"
        r"|\bdesign and (?:rationale|methods)\b|\brationale (?:and|design)\b",
        r"\bprotocol (?:for|of) (?:a|an|the)\b|^protocol\b",
    ),
}
KINDS = {name: re.compile("|".join(patterns)) for name, patterns in _KINDS.items()}
"""Kinds of publication that stand beside the article of the same title, and are other works."""

KIND_SIGNS = (
    "errat", "corrig", "correct", "addend", "bericht", "fe de", "correcc", "исправл", "опечат",
    "اصلاحیه", "تصحیح", "更正", "勘误", "訂正", "retract", "withdraw", "concern", "撤", "ретракц",
    "comment", "letter", "discuss", "regard", "نقد", "коммент", "repl", "respon", "rejoin", "پاسخ",
    "ответ", "erwider", "respuesta", "protocol",
)  # fmt: skip
"""A title without any of these names no such kind; to look for them is quicker than to match."""

OF_ANOTHER = re.compile(
    r"\(vol\.? \d+,? pg|\([^()]{4,80}\((?:19|20)\d\d\) [\dA-Z:]+ ?\(", re.IGNORECASE
)
"""How databases name, in a title as given, the article that a correction is of."""

REMARK = re.compile(
    r" ?\[(?:(?:published )?errat\w+ (?:appears|in)|corrected and|see comments?|comments? (?:in|on)"
    r"|update (?:in|of)|summary for|republished|retraction in|reprint|original report in"
    r"|correction appears).*$",
    re.IGNORECASE | re.DOTALL,
)
"""What databases write behind a title as given: remarks on other records."""

TRAILING = {
    "a correction": re.compile(
        r"(?:published |publisher |author )?(?:erratum|errata|corrigend\w+|corrections?|addendum)"
        r"|اصلاحیه|تصحیح|исправление|更正|勘误|訂正"
    ),
    "a retraction": re.compile(r"(?:retract\w+|withdraw(?:n|al))(?: (?:article|notice|paper))?"),
    "a comment": re.compile(r"comments?|commentary"),
    "a reply": re.compile(r"(?:authors? )?(?:reply|response)"),
    "a protocol": re.compile(r"(?:study )?protocol"),
}
"""What a title says of its kind in brackets at the end; other such remarks say nothing of it."""

_ASPECTS = {
    "analysis": r"\b(?:secondary|post hoc|posthoc|sub ?group|exploratory|interim|pooled|ancillary)"
    r" analys[ie]s\b|\bre ?analys[ie]s\b|\bsub ?study\b|تحلیل ثانویه|вторичный анализ",
    "follow-up": r"\bfollow ?up\b|\bextension (?:study|trial|phase)\b"
    r"|\blong term (?:results|outcomes?)\b|پیگیری",
    "introduction": r"\bintroduction$|^introduction to\b|\beditorial$",
    "abstract": r"\babstract$|\bdemo(?:nstration)? abstract\b",
    "pilot": r"\bpilot (?:study|trial|project)\b",
    "update": r"\b(?:an|the|\d{4}) update\b"
    r"|\bupdated (?:results|analys[ie]s|review|guidelines?|recommendations?)\b",
}
ASPECTS = {name: re.compile(pattern) for name, pattern in _ASPECTS.items()}
"""What a further text of a work names in its title; of two titles, one names it and one does not.
"""
ASPECT_SIGNS = (
    "analys", "study", "follow", "extension", "long term", "introduction", "editorial", "abstract",
    "pilot", "update", "تحلیل", "پیگیری", "анализ",
)  # fmt: skip
ASIDES = {"letter": "letter", "letters": "letter", "abstract": "abstract", "editorial": "editorial",
          "meeting abstract": "abstract", "conference abstract": "abstract",
          "demo abstract": "abstract", "extended abstract": "abstract"}  # fmt: skip
"""The same in brackets behind the title."""

YEARLY = re.compile(
    r"\b(?:annual|yearly|biennial|yearbook|reports?|statistics|statistical|surve(?:y|illance)"
    r"|registr?y|outlook|census|almanac|jahresbericht|jahrbuch|rapport|annuaire|informe|anuario)\b"
    r"|سالنامه|سالانه|گزارش|آمارنامه|ежегодн|отчет|доклад|年鉴|年報|年报|年度|白皮书|白書"
)
"""Words of titles that return with every year."""

PART = re.compile(
    r"\b(part|pt|phase|volume|vol|chapter|section|paper|study|stage|edition|teil|partie|parte"
    r"|часть|том|بخش|قسمت|جلد|فصل) (\w+)"
)
PART_SIGNS = (
    "part", "pt ", "phase", "vol", "chapter", "section", "paper", "study", "stage", "edition",
    " ed",
    "teil", "час", "том", "بخش", "قسمت", "جلد", "فصل",
)  # fmt: skip
ORDINAL = re.compile(
    r"\b(?:(\d+)(?:st|nd|rd|th)\b|(first|second|third|fourth|fifth) (?=ed(?:ition)?\b))"
)
EDITION = re.compile(r"\b(\d+) ed(?:ition)?\b")

NEGATION = re.compile(
    r"\b(?:without|not|non|sans|ohne|sin|senza|без|не)\b|\b(?:بدون|غیر)\b|无|無|非|不"
)
"""Words that turn a title into its opposite, however little else of it they are."""
SAME_PART = {"pt": "part", "vol": "volume"}
LETTERS = "abcdefgh"
ROMAN = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8",
    "ix": "9", "x": "10", "xi": "11", "xii": "12",
}  # fmt: skip
SPELT = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "first": "1",
    "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "اول": "1",
    "دوم": "2", "سوم": "3", "چهارم": "4", "پنجم": "5",
}  # fmt: skip

_COLUMNS = (
    r"(?:guest )?editor(?:s|ial)?(?: in chief)?(?: s)?"
    r"(?: (?:notes?|comments?|introduction|column|page|foreword|message|corner|choice|letter"
    r"|preface))?",
    r"(?:the |vice )?(?:chair|president|publisher|director)(?: s)? (?:message|letter|address|page)",
    r"(?:\w+ ){1,3}column",
    r"introduction|foreword|preface|(?:table of )?contents|(?:front|back) ?matter|index|news",
    r"book reviews?(?: \w+)?|reviews?|abstracts?|announcements?|calendar|conclusions?|discussion",
    r"summary|acknowledge?ments?|in memoriam|obituary|from the editors?",
    r"letters?(?: to the editor)?",
    r"(?:in |about )?this issue|(?:list of )?reviewers?|annual report|call for papers|untitled",
    r"no title|interview|panel|keynote(?: address)?|invited talk",
    r"سرمقاله|سخن سردبیر|پیشگفتار|مقدمه|معرفی کتاب|от редакции|предисловие|введение",
    r"巻頭言|卷首语|编者按|序言|前言",
)
COLUMN = re.compile(
    rf"(?:{'|'.join(_COLUMNS)})$"
    r"|introduction to (?:the )?(?:\w+ ){0,4}(?:minitrack|special|issue|section|track)"
)
"""Titles that return with every issue or volume."""

MEETING = re.compile(r"(?<=\w)\.? ?conference:.*$", re.IGNORECASE | re.DOTALL)
"""What Embase writes behind the journal of a meeting's abstracts."""
SMALL = frozenset(
    ["of", "the", "and", "in", "on", "for", "de", "la", "et", "der", "die", "das", "und", "di",
     "del", "y", "des", "du", "le", "les", "a", "an", "to"]
)  # fmt: skip
GENERAL = frozenset(
    ["proceedings", "proc", "conference", "conf", "symposium", "symp", "workshop", "annual"]
)
"""Words of venues that tell little, left out where others are there."""

PREPRINT_VENUE = re.compile(
    r"\b(?:arxiv|biorxiv|medrxiv|ssrn|preprints?|research square|psyarxiv|socarxiv|chemrxiv|osf"
    r"|techrxiv|working papers?)\b"
)
PREPRINT_DOI = re.compile(
    r"10\.(?:48550|2139|21203|20944|31234|31235|31219|26434|36227|22541|32388|14293"
    r"|1101/(?:\d{6}|20\d\d))"
)
"""DOI prefixes of arXiv, SSRN, Research Square, Preprints.org, the OSF servers, ChemRxiv, TechRxiv,
Qeios and bioRxiv."""
