"""What letters say, in every language that there is."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from chat import languages
from chat.languages.saying import catalogue

CHAT = Path(__file__).parents[2] / "chat"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def sentences() -> set[str]:
    """All that letters say, as it stands in the code."""
    found = extract_from_dir(CHAT, keywords={"sentence": None, "said": (2,), "_said": (2,)})
    return {message for _, _, message, _, _ in found}


OTHERS = [code for code in languages.LANGUAGES if code != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_there_in_every_language_with_the_same_words(language):
    known = catalogue(language)
    assert known.keys() == sentences()
    assert len(known) >= 16
    for english, translated in known.items():
        assert sorted(re.findall(r"\{\w*\}", english)) == sorted(re.findall(r"\{\w*\}", translated)), english
        assert translated != english
        assert (
            translated[-1:].isalpha() == english[-1:].isalpha()
            or translated[-1] == english[-1]
            or "}" in translated[-1]
        )


def test_what_members_wrote_is_not_taken_for_a_place():
    assert languages.said("fr", "Hello {name},", name="{title} {0}") == "Bonjour {title} {0},"
    assert languages.said("xx", "Hello {name},", name="Ana") == "Hello Ana,"


@pytest.mark.parametrize(("language", "zone", "told"), [
    ("en", "Europe/London", "Thursday, 26 November 2026, 12:00 (Greenwich Mean Time)"),
    ("fr", "Europe/Paris", "jeudi 26 novembre 2026, 13:00 (heure normale d’Europe centrale)"),
    ("de", "Europe/Berlin", "Donnerstag, 26. November 2026, 13:00 (Mitteleuropäische Normalzeit)"),
    ("es", "America/Bogota", "jueves, 26 de noviembre de 2026, 7:00 (hora estándar de Colombia)"),
    ("pt", "Europe/Lisbon", "quinta-feira, 26 de novembro de 2026, 12:00 (Hora padrão da Europa Ocidental)"),
    ("cy", "Europe/London", "Dydd Iau, 26 Tachwedd 2026, 12:00 (Amser Safonol Greenwich)"),
    ("en", "Pacific/Auckland", "Friday, 27 November 2026, 01:00 (New Zealand Daylight Time)"),
])  # fmt: skip
def test_times_are_told_as_their_readers_say_them(language, zone, told):
    assert languages.when(NOON, zone, language) == told


def test_every_zone_and_language_tells_a_time():
    from zoneinfo import available_timezones

    for zone in available_timezones():
        assert languages.is_zone(zone)
        assert "2026" in languages.when(NOON, zone, "cy")
    assert not languages.is_zone("Mars/Olympus")
    assert not languages.is_zone(None)


@pytest.mark.parametrize(("accepted", "language"), [
    ("", "en"), ("fr", "fr"), ("pt-BR,pt;q=0.9,en;q=0.8", "pt"), ("nl,de;q=0.5,fr;q=0.7", "fr"), ("cy-GB, en;q=0.9", "cy"),
    ("fr;q=0,de;q=0.1", "de"), ("*", "en"), ("zz;q=x,,;;", "en"), ("DE", "de"), ("de;q=nonsense", "de"),
])  # fmt: skip
def test_a_browsers_languages_choose(accepted, language):
    assert languages.spoken_by(accepted) == language
