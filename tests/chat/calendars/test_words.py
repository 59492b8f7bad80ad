"""Calendar letters are said in every language that there is."""

import pytest

from chat.calendars import letters
from chat.languages import LANGUAGES
from chat.languages.saying import catalogue

SENTENCES = [*(sentence for pair in letters.WORDS.values() for sentence in pair), letters.WITH_IT, letters.WITHOUT, letters.CHANGE, letters.WORD]  # fmt: skip


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_sentence_has_its_translation_with_the_same_places(language):
    for sentence in SENTENCES:
        translated = catalogue(language)[sentence]
        for place in ("{title}", "{network}", "{word}"):
            assert (place in translated) == (place in sentence), translated
