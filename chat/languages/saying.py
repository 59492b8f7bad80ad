"""The hub's sentences in the languages that there are. The English ones are the names of the others.

What is in a sentence's places is said by keyword: `_("Hello {name},", name=…)`. The language is that of whoever is being
spoken to: whoever begins to speak to somebody says so (`speak`), once, and everything after it is in that language.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import NamedTuple

# By what Babel calls them, for dates; an English letter dates like a British one.
LOCALES = {"en": "en_GB", "cy": "cy", "de": "de", "es": "es", "fr": "fr", "pt": "pt_PT"}
# By their own names, for who looks for theirs.
LANGUAGES = {
    "en": "English",
    "cy": "Cymraeg",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "pt": "Português",
}
WHOLE = ("en", "de")  # those in which everything is said; the others have letters of drop-ins
# Nobody's language: English with marks at both ends of each sentence, laid out from right to left. What is not marked on
# such a page can't be translated, and what stands on the wrong side would for readers of Arabic or Hebrew.
PSEUDO = "ar-XB"
FROM_RIGHT_TO_LEFT = (PSEUDO,)
CATALOGUES = Path(__file__).parent
# What parts the thousands of a number.
PARTS_THOUSANDS = {"cy": ",", "de": ".", "en": ",", "es": ".", "fr": "\u202f", "pt": "\u202f"}

_language: ContextVar[str] = ContextVar("language", default="en")


class Catalogue(NamedTuple):
    """What sentences are in one language, and which of its forms a number takes."""

    sentences: dict[str, str]
    counted: dict[str, tuple[str, ...]]
    form: Callable[[int], int]


def language() -> str:
    """What is spoken now."""
    return _language.get()


def speak(language: str) -> None:
    """From here on, in this task. A language that has no pages is not spoken on them."""
    _language.set(language if language in (*WHOLE, PSEUDO) else "en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this, as pages and most letters do: a language that has no pages is not half spoken."""
    before = _language.set(language if language in (*WHOLE, PSEUDO) else "en")
    try:
        yield
    finally:
        _language.reset(before)


def _(sentence: str, /, **words: object) -> str:
    """A sentence in the language that is spoken now, with these words in its places."""
    return said(_language.get(), sentence, **words)


def many(n: int, one: str, more: str, /, **words: object) -> str:
    """The form of a sentence that suits a number, which stands at its `{n}`."""
    language = _language.get()
    return form_for(language, n, one, more).format(n=grouped(n, language), **words)


def said(language: str, sentence: str, /, **words: object) -> str:
    """A sentence in this language, with these words in its places; one that nobody has translated stays English."""
    found = translated(language, sentence)
    return found.format(**words) if words else found


def translated(language: str, sentence: str) -> str:
    """The same, with its places still to be filled."""
    return f"⟦{sentence}⟧" if language == PSEUDO else catalogue(language).sentences.get(sentence, sentence)


def form_for(language: str, n: int, one: str, more: str) -> str:
    """Which of a sentence's forms suits a number in this language."""
    if language == PSEUDO:
        return f"⟦{one if n == 1 else more}⟧"
    known = catalogue(language)
    forms = known.counted.get(one)
    return forms[min(known.form(n), len(forms) - 1)] if forms else one if n == 1 else more


def grouped(n: int, language: str) -> str:
    """35214 as 35,214 in English and 35.214 in German."""
    return f"{n:,}".replace(",", PARTS_THOUSANDS.get(language, ","))


def sentence(words: str) -> str:
    """These are said somewhere, by `_` or `said`: catalogues are made from what stands in such a call."""
    return words


def spoken_by(accepted: str, among: tuple[str, ...] = tuple(LANGUAGES)) -> str:
    """The language that suits an Accept-Language header best (RFC 9110, 12.5.4), English if none does."""
    wishes = []
    for place, wish in enumerate(accepted[:500].split(",")):
        tag, _semicolon, weight = wish.strip().lower().partition(";")
        match = re.fullmatch(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", weight.replace(" ", ""))
        worth = float(match[1]) if match else 1.0
        wishes.append((-worth, place, tag.partition("-")[0]))
    return next((tag for worth, _place, tag in sorted(wishes) if worth and tag in among), "en")


@cache
def catalogue(language: str) -> Catalogue:
    """All that is said in this language: a file for each part of the hub."""
    known = Catalogue({}, {}, lambda n: int(n != 1))
    if language == "en" or language not in LANGUAGES:
        return known
    from babel.messages.pofile import read_po  # only who speaks another language loads it

    for path in sorted((CATALOGUES / language).glob("*.po")):
        with open(path, "rb") as file:
            read = read_po(file, locale=LOCALES[language])
        known = known._replace(form=c2py(read.plural_expr))
        for message in read:
            if isinstance(message.id, tuple) and isinstance(message.string, tuple) and all(message.string):
                known.counted[message.id[0]] = message.string
            elif message.id and message.string:
                known.sentences[str(message.id)] = str(message.string)
    return known
