"""What letters say, in every language that there is."""

import re
from datetime import UTC, datetime

import pytest

from chat import languages
from chat.languages.saying import catalogue
from command.wording import gathered, gathered_letters

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
OTHERS = [code for code in languages.LANGUAGES if code != "en"]
MARKS = re.compile(r"<[^>]*>")
PLACES = re.compile(r"\{\w*\}")


@pytest.mark.parametrize("language", OTHERS)
def test_everything_is_said_in_every_language_with_the_same_words(language):
    wanted = gathered() if language in languages.WHOLE else dict.fromkeys(gathered_letters())
    known = catalogue(language)
    single = {sentence for sentence in wanted if isinstance(sentence, str)}
    counted = {sentence[0]: sentence for sentence in wanted if not isinstance(sentence, str)}
    assert single - known.sentences.keys() == set()
    assert counted.keys() - known.counted.keys() == set()
    assert known.sentences.keys() | known.counted.keys() == single | counted.keys(), "run ./hub words"
    for english in single:
        assert_faithful(known.sentences[english], english)
    for one, forms in counted.items():
        for form in known.counted[one]:
            assert set(PLACES.findall(form)) <= set(PLACES.findall(forms[1])) | {"{n}"}, one
            assert sorted(MARKS.findall(form)) == sorted(MARKS.findall(forms[1])), one


def assert_faithful(translated: str, english: str) -> None:
    """The same places and marks; a quotation mark could end an attribute."""
    assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(translated)), english
    assert sorted(MARKS.findall(english)) == sorted(MARKS.findall(translated)), english
    assert '"' in english or '"' not in translated, english
    assert (
        translated[-1:].isalpha() == english[-1:].isalpha()
        or translated[-1] == english[-1]
        or "}" in translated[-1]
        or english[-1] in "’”>}"
        or translated[-1] == "“"
        or translated[-1] == ","  # after a clause, which English does not set apart
    ), english


@pytest.mark.parametrize("language", OTHERS)
def test_catalogues_are_as_the_command_writes_them(language, tmp_path, monkeypatch):
    import shutil

    from command import wording

    shutil.copytree(wording.CATALOGUES, tmp_path / "languages")
    monkeypatch.setattr(wording, "CATALOGUES", tmp_path / "languages")
    wording.words.callback(())
    for path in sorted((tmp_path / "languages" / language).glob("*.po")):
        assert path.read_text() == (wording.ROOT / "chat/languages" / language / path.name).read_text(), (
            "run ./hub words"
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
