"""The sentences of letters, in the languages that there are. The English ones are the names of the others."""

import re
from functools import cache
from pathlib import Path

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
CATALOGUES = Path(__file__).parent


def said(language: str, sentence: str, /, **words: object) -> str:
    """A sentence in this language, with these words in its places; one that nobody has translated stays English."""
    return catalogue(language).get(sentence, sentence).format(**words)


def sentence(words: str) -> str:
    """These are said somewhere: a test finds them by this word, and in the calls of `said`, and asks for their translations."""
    return words


def spoken_by(accepted: str) -> str:
    """The language that suits an Accept-Language header best (RFC 9110, 12.5.4), English if none does."""
    wishes = []
    for place, wish in enumerate(accepted[:500].split(",")):
        tag, _, weight = wish.strip().lower().partition(";")
        match = re.fullmatch(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", weight.replace(" ", ""))
        worth = float(match[1]) if match else 1.0
        wishes.append((-worth, place, tag.partition("-")[0]))
    return next((tag for worth, _, tag in sorted(wishes) if worth and tag in LANGUAGES), "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """English sentences, and what they are in this language."""
    if language == "en" or language not in LANGUAGES:
        return {}
    from babel.messages.pofile import read_po  # only who writes letters loads it

    with open(CATALOGUES / f"{language}.po", "rb") as file:
        return {
            str(message.id): str(message.string)
            for message in read_po(file, locale=LOCALES[language])
            if message.id and message.string
        }
