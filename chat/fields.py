"""What people type, brought into shape, or refused with a sentence about the field, which it is `called` there."""

import re
import unicodedata

from chat.errors import Invalid
from chat.languages import _, grouped, language

# NUL cannot be stored; other controls and overrides of direction deceive; the last two mark what a search matched.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ue000\ue001]")


def line(field: str, value: object, longest: int, *, called: str, required: bool = True) -> str:
    """One line of text: trimmed, white space folded."""
    text = " ".join(_text(field, value, called).split())
    if required and not text:
        raise Invalid(field, _("{called} can’t be empty.", called=called))
    if len(text) > longest:
        raise too_long(field, called, longest, len(text))
    return text


def prose(field: str, value: object, most_bytes: int, *, called: str, required: bool = True) -> str:
    """Several lines of text, as they were typed."""
    text = _text(field, value, called).replace("\r\n", "\n").strip()
    if required and not text:
        raise Invalid(field, _("{called} can’t be empty.", called=called))
    if (size := len(text.encode())) > most_bytes:
        most, given = most_bytes // 1024, -(-size // 1024)
        raise Invalid(
            field,
            _(
                "{called} can be {most} KB at most; this is {given} KB.",
                called=called,
                most=most,
                given=given,
            ),
        )
    return text


def too_long(field: str, called: str, most: int, given: int) -> Invalid:
    most_said, given_said = grouped(most, language()), grouped(given, language())
    return Invalid(
        field,
        _(
            "{called} can have {n} characters at most; this has {given}.",
            called=called,
            n=most_said,
            given=given_said,
        ),
    )


def one_of(field: str, value: object, choices: tuple[str, ...], *, called: str) -> str:
    if value not in choices:
        choose = _("{called} must be one of: {choices}.", called=called, choices=", ".join(choices))
        raise Invalid(field, choose)
    return str(value)


def whole_number(
    field: str, value: object, least: int, most: int, *, called: str, otherwise: int | None = None
) -> int:
    """A whole number in a range; `otherwise` where none was given."""
    if otherwise is not None and (value is None or value == ""):
        return otherwise
    try:
        number = int(str(value))
    except ValueError:
        raise Invalid(field, _("{called} must be a whole number.", called=called)) from None
    if not least <= number <= most:
        between = _("{called} must be between {least} and {most}.", called=called, least=least, most=most)
        raise Invalid(field, between)
    return number


def slug_of(name: str) -> str:
    """A name for an address: lowercase ASCII, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")


ACCENTS = re.compile("[\u0300-\u036f]")
NO_ACCENTS = str.maketrans("ØøŁłĐđı", "OoLlDdi")  # letters of their own, which people type without the stroke


def folded(words: str) -> str:
    """As `member.folded` has it: without accents, in lower case."""
    plain = ACCENTS.sub("", unicodedata.normalize("NFKD", UNWANTED.sub(" ", words)))
    return plain.translate(NO_ACCENTS).lower()


def _text(field: str, value: object, called: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(field, _("{called} must be text.", called=called))
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid(field, _("{called} holds characters that are no text.", called=called)) from None
    return UNWANTED.sub("", unicodedata.normalize("NFC", value.replace("\r\n", "\n")))
