"""The column names of all known exports, and what each column is called here."""

from __future__ import annotations

from slr.text import fold

FIELDS: dict[str, tuple[str, ...]] = {
    "key": (
        "record id", "ut unique wos id", "ut", "eid", "pmid", "lens id", "publication id",
        "rayyan id", "accession number", "an", "storeid", "citation key", "covidence",
        "key", "item key", "id", "شناسه", "کد مقاله",
    ),
    "title": (
        "title", "document title", "article title", "display name", "primary title", "titles",
        "ti", "work title", "paper title", "item title", "عنوان", "عنوان مقاله", "نام مقاله",
        "title fa",
    ),
    "author": (
        "author full names", "authors full names", "author full name", "authors", "author",
        "author s", "author names", "authorships author display name", "author name", "af", "au",
        "first authors", "creators", "creator", "contributors", "authors list",
        "raw author names",
        "authorships raw author name", "نویسنده", "نویسندگان", "نویسنده ها", "نویسنده گان",
        "پدیدآور", "پدیدآورندگان", "پدید آورندگان", "author fa",
    ),
    "year": (
        "year", "publication year", "py", "pubyear", "year published", "published year", "pub year",
        "y1",
        "publication date", "date published", "pubdate", "date", "cover date", "published",
        "publication date online", "online date", "entrez date", "سال", "سال انتشار", "سال چاپ",
        "سال نشر", "تاریخ انتشار", "تاریخ",
    ),
    "journal": (
        "source title", "journal", "journal book", "publication title", "journal title",
        "journal name", "primary location source display name", "host venue display name",
        "source titles", "secondary title", "pubtitle", "publication", "container title",
        "book title", "booktitle", "conference name", "so", "source", "venue",
        "journal full title",
        "مجله", "نشریه", "نام مجله", "نام نشریه", "عنوان مجله", "عنوان نشریه", "همایش", "منبع",
    ),
    "volume": ("volume", "vl", "vol", "biblio volume", "journal volume", "دوره", "جلد", "سال دوره"),
    "number": ("issue", "number", "issue number", "biblio issue", "journal issue", "no", "is",
        "شماره", "شماره مجله"),
    "pages": ("pages", "page range", "pagination", "page s", "صفحات", "صفحه", "صفحه ها",
        "شماره صفحه"),
    "doi": ("doi", "di", "dois", "digital object identifier doi", "identifier doi", "doi link",
        "digitalobjectidentifier", "item doi"),
    "isbn": ("isbn", "isbns", "bn", "شابک"),
    "issn": (
        "issn", "issns", "sn", "print issn", "issn l", "eissn", "ei",
        "primary location source issn",
        "شاپا",
    ),
    "abstract": (
        "abstract", "ab", "abstracts", "notes abstract", "abstract note", "abstract text",
        "چکیده", "خلاصه", "چکیده مقاله",
    ),
    "publisher": ("publisher", "pu", "publishers",
        "primary location source host organization name",
                  "ناشر"),
    "language": ("language of original document", "language", "languages", "la", "زبان"),
    "note": ("note", "notes", "یادداشت"),
    "kind": (
        "document type", "publication type", "item type", "entrytype", "type of reference",
        "documenttype", "doc type", "doctype", "dt", "type", "reference type", "source type",
        "document types", "content type", "نوع", "نوع مقاله",
    ),
    "keywords": ("author keywords", "keywords", "keyword", "de", "manual tags", "subjects",
                 "subject terms", "کلیدواژه", "کلیدواژه ها", "کلید واژه", "کلید واژه ها",
        "واژگان کلیدی"),
    "url": ("url", "link", "article url", "urls", "source url s", "document url",
        "documenturl", "لینک",
            "آدرس", "نشانی"),
    "cited_by": (
        "cited by", "times cited wos core", "times cited", "tc", "cited by count",
        "article citation count", "citing works count", "cites", "citation count", "citations",
        "تعداد استناد", "استناد",
    ),
    "cited_by_date": ("querydate",),
    "references": ("references", "cited references", "cr", "referenced works"),
    "database": ("database", "data source", "source database", "databases"),
    "accessed": ("date accessed", "access date", "export date"),
    "first_page": ("page start", "start page", "bp", "first page", "biblio first page",
        "startpage",
                   "start pages"),
    "last_page": ("page end", "end page", "ep", "last page", "biblio last page", "endpage"),
    "article_number": ("art no", "article number", "ar", "article no"),
}  # fmt: skip
"""Our name of a field, and the folded column names that may hold it, best first."""

OF_COLUMN = {fold(name): field for field, names in FIELDS.items() for name in names}

GIVEN_FIRST = {"author s", "authorships author display name", "authorships raw author name"}
"""Columns whose names have the family name last."""

_PLATFORMS: tuple[tuple[str, set[str]], ...] = (
    ("Scopus", {"eid", "source title"}),
    ("Web of Science", {"ut unique wos id"}),
    ("Web of Science", {"ut", "ti"}),
    ("Google Scholar", {"gsrank"}),
    ("Dimensions", {"publication id", "pubyear"}),
    ("Lens", {"lens id"}),
    ("OpenAlex", {"cited by count"}),
    ("IEEE Xplore", {"ieee terms"}),
    ("IEEE Xplore", {"article citation count"}),
    ("PubMed", {"pmid", "journal book"}),
    ("ProQuest", {"storeid"}),
)

BY_SEMICOLON = {"Scopus", "Web of Science", "Dimensions", "Lens", "IEEE Xplore", "ProQuest"}
"""Platforms that set authors apart by semicolons."""
OF_LISTS = {"item type", "covidence", "af", "author full names"}
"""Columns of Zotero, Covidence and others that do so too."""


def folded(name: str) -> str:
    """Return a column name as `OF_COLUMN` has it.

    >>> folded("Authorships.author.display_name"), folded("Author(s)")
    ('authorships author display name', 'author s')
    """
    return fold(name.strip("\ufeff\"' ").replace("\u200c", " "))


def platform(names: list[str]) -> str:
    """Return the database that exports tables with these folded column names, if one does."""
    given = set(names)
    return next((name for name, marks in _PLATFORMS if marks <= given), "")
