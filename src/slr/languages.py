"""Languages that works are written in, by their codes (ISO 639)."""

from __future__ import annotations

import re
from functools import lru_cache

_LANGUAGES = {
    "en": "english eng en_us en_gb", "fa": "persian farsi per fas فارسی", "ar": "arabic ara عربی",
    "fr": "french fre fra", "de": "german ger deu", "es": "spanish spa castilian",
    "pt": "portuguese por", "it": "italian ita", "ru": "russian rus", "zh": "chinese chi zho",
    "ja": "japanese jpn", "ko": "korean kor", "tr": "turkish tur", "nl": "dutch dut nld",
    "pl": "polish pol", "sv": "swedish swe", "da": "danish dan", "no": "norwegian nor",
    "fi": "finnish fin", "cs": "czech cze ces", "uk": "ukrainian ukr", "id": "indonesian ind",
}  # fmt: skip
_LANGUAGE_OF = {word: code for code, words in _LANGUAGES.items() for word in words.split()}


@lru_cache(1024)
def code_of(printed: str) -> str:
    """Return the code of a language whose name or longer code is known, else what is printed.

    >>> code_of("English"), code_of("per"), code_of("en-GB"), code_of("Klingon")
    ('en', 'fa', 'en', 'Klingon')
    """
    plain = printed.strip().lower()
    if re.fullmatch(r"[a-z]{2}[-_][a-z]{2}", plain):
        return plain[:2]
    return _LANGUAGE_OF.get(plain, plain if plain in _LANGUAGES else printed)
