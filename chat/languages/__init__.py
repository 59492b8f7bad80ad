"""What the hub says, in the language and the time zone of who reads it."""

from chat.languages.saying import (
    FROM_RIGHT_TO_LEFT,
    LANGUAGES,
    LOCALES,
    PSEUDO,
    WHOLE,
    _,
    catalogue,
    form_for,
    grouped,
    language,
    many,
    said,
    sentence,
    speak,
    speaking,
    spoken_by,
    translated,
)
from chat.languages.telling_time import briefly, clock_time, dated, day, is_zone, when

__all__ = [
    "FROM_RIGHT_TO_LEFT", "LANGUAGES", "LOCALES", "PSEUDO", "WHOLE", "_", "briefly", "catalogue", "clock_time", "dated", "day", "form_for", "grouped", "is_zone", "language", "many", "said", "sentence", "speak", "speaking",
    "spoken_by", "translated", "when",
]  # fmt: skip
