"""`./hub words`: what there is to say, gathered from the code for those who translate it (chat/languages)."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from command.folder import ROOT
from command.supervising import say

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

CATALOGUES = ROOT / "chat/languages"
SAID = {"_": None, "sentence": None, "_said": (2,), "many": (2, 3)}
# Those that are written in every language, also where there are no pages.
LETTERS = ("chat/calendars/letters.py", "chat/dropins/letters.py")
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
# What catalogues begin with: no clock, and nobody's name.
HEADER = """\
# What the hub says. `./hub words` writes all of this but the translations.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
Sentence = str | tuple[str, ...]


@click.command()
@click.argument("parts", nargs=-1)
def words(parts: tuple[str, ...]) -> None:
    """Bring the catalogues of translations up to date: new sentences come without a translation, old ones go.

    PARTS are folders of the hub, such as networks; without any, all of them.
    """
    from chat.languages import LANGUAGES, WHOLE

    everything, letters = gathered(), gathered_letters()
    for language in LANGUAGES:
        if language == "en":
            continue
        wanted = everything if language in WHOLE else {s: p for s, p in everything.items() if s in letters}
        missing = _update(language, wanted, parts)
        say(
            f"{language}: {len(wanted)} sentences" + (f", {missing} without a translation" if missing else "")
        )


def gathered() -> dict[Sentence, list[str]]:
    """All that the hub says, and the files that say it."""
    from babel.messages.extract import extract

    found: dict[Sentence, list[str]] = {}
    for path in sorted(_files()):
        method, options = METHODS[path.suffix]
        with open(path, "rb") as file:
            for _line, sentence, _comments, _context in extract(method, file, SAID, options=options):
                places = found.setdefault(sentence if isinstance(sentence, str) else tuple(sentence), [])
                if (name := path.relative_to(ROOT).as_posix()) not in places:
                    places.append(name)
    return found


def gathered_letters() -> set[Sentence]:
    """What letters of drop-ins say, in every language."""
    return {sentence for sentence, places in gathered().items() if set(places) & set(LETTERS)}


METHODS: dict[str, tuple[str, dict[str, str]]] = {
    ".py": ("python", {}),
    ".html": ("jinja2.ext:babel_extract", JINJA),
    ".js": ("javascript", {"template_string": "true"}),
}


def _files() -> Iterable[Path]:
    for folder in ("chat", "web"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in METHODS and "vendor" not in path.parts:
                yield path


def part_of(place: str) -> str:
    """The catalogue that a file's sentences are in: that of its part of the hub."""
    folders = place.split("/")[1:-1]
    return "scripts" if place.endswith(".js") else folders[0] if folders else "site"


def _update(language: str, wanted: dict[Sentence, list[str]], parts: tuple[str, ...]) -> int:
    """Write the catalogues of one language anew; how many of their sentences have no translation."""
    from babel.messages.pofile import read_po, write_po

    from chat.languages import LOCALES

    folder = CATALOGUES / language
    known: dict[tuple[str, bool], Any] = {}
    for path in sorted(folder.glob("*.po")):
        with open(path, "rb") as file:
            for message in read_po(file, locale=LOCALES[language]):
                if message.id and message.string and (isinstance(message.string, str) or all(message.string)):
                    known.setdefault(_name(message.id), message.string)
    made: dict[str, Catalog] = {}
    for sentence, places in wanted.items():
        part = part_of(places[0])
        catalog = made.setdefault(part, _empty(language))
        catalog.add(sentence, known.get(_name(sentence), ""), locations=[(place, 0) for place in places])
    for path in folder.glob("*.po"):
        if path.stem not in made and not parts:
            path.unlink()
    for part, catalog in made.items():
        if not parts or part in parts:
            with open(folder / f"{part}.po", "wb") as file:
                file.write(HEADER.format(language=language, forms=catalog.plural_forms).encode())
                write_po(file, catalog, width=0, omit_header=True, include_lineno=False)
    return sum(1 for sentence in wanted if _name(sentence) not in known)


def _name(sentence: Sentence | list[str]) -> tuple[str, bool]:
    """What a translation is found by: what is counted may begin like what is not."""
    return (sentence, False) if isinstance(sentence, str) else (sentence[0], True)


def _empty(language: str) -> "Catalog":
    from babel.messages.catalog import Catalog

    from chat.languages import LOCALES

    return Catalog(locale=LOCALES[language], fuzzy=False)


ALL = (words,)
