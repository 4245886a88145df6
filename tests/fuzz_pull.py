# ruff: noqa: E501 - tables of words are read by the row
"""Fuzz one reader, guided by what it covers: `python tests/fuzz_pull.py bibtex --seconds 600`.

It needs atheris (`pip install atheris`, Linux, Python 3.11 to 3.13), which is no dependency of the
project. Inputs that cover something new are kept in a folder of the format below `--corpus`; one
that breaks a promise is kept in `<format>-found/` there, a file and its traceback for each kind
of fault, and the work goes on. `--replay FILE...` asks the same of given files, without atheris.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

FORMS = ("bibtex", "ris", "nbib", "wos", "refer", "endnote", "csljson", "csv", "openalex", "crossref",
         "semanticscholar", "scopus", "archive")  # fmt: skip
JSON = ["null", "1e999", "NaN", "-", "\\ud800", "\\u0000", "]}", "}}", "},", "[[", "\"\"", "[{}]", "true", "\ufeff"]  # fmt: skip
TOKENS = {
    "bibtex": ["@article{", "@misc(", "@comment{", "@string{", "@preamble{", "crossref = {", "author = {",
               " and ", "title = ", "{\\\"o}", "\\textbf{", " # ", "\",\n", "},\n", "date = ", "\\'", "others", "«،»", " و "],
    "ris": ["TY  - JOUR\n", "ER  - \n", "\nTI  - ", "\nAU  - ", "\nUK  - ", "\nER - x", "\nPY - ", "\nN1  - Cited By: 3",
            "References: ", "; ", "\nSP  - ", "\nDO  - 10.1000/", "\r", "\nT1 - "],
    "nbib": ["PMID- ", "\nTI  - ", "\nFAU - ", "\nAID - 10.1/x [doi]", "\n      ", "\n\nOWN - ", "\nIS  - ", "\nPT  - ", "\nCN  - "],
    "wos": ["PT J\n", "\nER\n", "\nEF\n", "FN x\nVR 1.0\n", "\nAU ", "\n   ", "\nCR ", "\nTC ", "\nBP ", "\nSN "],
    "refer": ["%0 Journal Article\n", "\n%A ", "\n%T ", "\n\n%T ", "\n%D ", "\n%@ ", "\n%~ ", "\n%F ", "\n%X "],
    "endnote": ["<record>", "</record>", "<record><rec-number>", "<titles><title>", "</title></titles>", "<![CDATA[", "]]>",
                "<!--", "-->", "&amp;", "&#0;", "&x;", "<!DOCTYPE x [", "<?xml version='1.0'?>", "<urls><url>", "</", "/>",
                "<contributors><authors><author>", "xmlns:a=\"b\"", "<a:b/>", "<style>"],
    "csljson": ["{\"id\": ", "\"title\": \"", "\"author\": [{\"family\": \"", "\"issued\": {\"date-parts\": [[", "]]}", "},",
                "null", "1e999", "NaN", "\\ud800", "\\u0000", "\"reference\": [", "{\"items\": [", "\"is-referenced-by-count\": "],
    "csv": ["\",\"", "\"\n", "\n", "key,title,authors,year\n", "\t", ";", "|", "sep=;\n", "Title,Year\n", "\"\"", "PT\tAU\tTI\n",
            ",", "References", "Cited by", "\r\n"],
    "openalex": ["{\"id\": \"https://openalex.org/W", "\"results\": [", "\"authorships\": [{\"author\": {\"display_name\": \"",
                 "\"abstract_inverted_index\": {\"", "\": [", "\"publication_year\": ", "\"biblio\": {\"first_page\": \"", "\"host_venue\": {",
                 "\"primary_location\": {\"source\": {", "\"referenced_works\": [", "\"ids\": {\"pmid\": ", "\"is_retracted\": true", *JSON],
    "crossref": ["{\"DOI\": \"10.5555/", "{\"message\": {\"items\": [", "{\"message\": {", "\"title\": [\"", "\"author\": [{\"family\": \"",
                 "\"issued\": {\"date-parts\": [[", "\"reference\": [{\"unstructured\": \"", "\"updated-by\": [{\"type\": \"retraction\"",
                 "\"abstract\": \"<jats:p>", "&lt;", "\"ISSN\": [\"", *JSON],
    "semanticscholar": ["{\"paperId\": \"", "{\"data\": [", "\"externalIds\": {\"DOI\": \"", "\"authors\": [{\"name\": \"", "\"journal\": {\"name\": \"",
                        "\"references\": [{\"title\": \"", "\"publicationTypes\": [\"", "\"citationCount\": ", *JSON],
    "scopus": ["{\"eid\": \"2-s2.0-", "{\"search-results\": {\"entry\": [", "\"dc:title\": \"", "\"prism:doi\": \"", "\"author\": [{\"authname\": \"",
               "\"prism:coverDate\": \"", "\"citedby-count\": \"", "{\"error\": \"Result set was empty\"}", *JSON],
    "archive": ["PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "../", "\x1f\x8b", "@misc{", "TY  - "],
}  # fmt: skip
LONGEST = 4096
KINDS = 200
"""How many kinds of fault are kept; more would be one that names itself anew each time."""


def main() -> None:
    """Read the command line and fuzz, or ask the oracle about given files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("form", choices=FORMS)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--corpus", type=Path, default=Path(".fuzz"))
    parser.add_argument("--replay", type=Path, nargs="+")
    asked = parser.parse_args()
    if asked.replay:
        check = checker(asked.form)
        for path in asked.replay:
            check(path.read_bytes())
            print(f"{path}: holds")
    else:
        fuzz(asked.form, asked.corpus, asked.seconds)


def checker(form: str) -> Callable[[bytes], None]:
    """Return what is asked of each input."""
    import pull_oracle

    if form == "archive":
        return pull_oracle.unpack
    return lambda data: pull_oracle.check(form, data)


def fuzz(form: str, corpus: Path, seconds: int) -> None:
    """Fuzz for a time; `cov` tells how much is covered, `CPU` what it took."""
    import atheris

    with atheris.instrument_imports(include=["slr", "rispy", "bibtexparser.middlewares.names"]):
        check = checker(form)
        import slr.pull

        del slr
    found = corpus / f"{form}-found"
    known = {path.stem for path in found.glob("*.txt")}
    folder = corpus / form
    for made in (folder, found):
        made.mkdir(parents=True, exist_ok=True)
    begin(form, folder)
    words = corpus / f"{form}.dict"
    escaped = ("".join(f"\\x{byte:02x}" for byte in token.encode()) for token in TOKENS[form])
    words.write_text("".join(f'"{token}"\n' for token in escaped))

    runs = 0

    def one(data: bytes) -> None:
        nonlocal runs
        runs += 1
        if runs % 500 == 0:  # libFuzzer ends the process without asking
            print(f"CPU {time.process_time():.0f} s", flush=True)
        try:
            check(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
            kind = fault(error)
            if kind not in known and len(known) < KINDS:
                known.add(kind)
                (found / f"{kind}.bin").write_bytes(data)
                (found / f"{kind}.txt").write_text(traceback.format_exc())
                print(f"FOUND {kind}: {type(error).__name__}: {error}", flush=True)

    faulthandler.enable()
    arguments = [
        sys.argv[0], f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-dict={words}",
        "-timeout=120", "-rss_limit_mb=3000", "-print_final_stats=1", f"-artifact_prefix={found}/", str(folder),
    ]  # fmt: skip
    atheris.Setup(arguments, one)
    atheris.Fuzz()


def begin(form: str, folder: Path) -> None:
    """Put the samples where the fuzzer begins."""
    import pull_oracle

    given = pull_oracle.archives_of_samples() if form == "archive" else pull_oracle.seeds(form)
    for data in given:
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def fault(error: BaseException) -> str:
    """Name a kind of fault: what it is, and the place of the innermost line of ours."""
    ours = [f for f in traceback.extract_tb(error.__traceback__) if "/slr/" in f.filename]
    place = f"{Path(ours[-1].filename).stem}-{ours[-1].name}" if ours else "oracle"
    told = str(error) if type(error).__name__ == "BrokenPromiseError" else place
    return hashlib.sha1(f"{type(error).__name__} {told}".encode()).hexdigest()[:12]


if __name__ == "__main__":
    main()
