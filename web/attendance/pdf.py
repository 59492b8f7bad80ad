"""A certificate as a PDF: one page of real text, in a font that writes Latin, Greek, Cyrillic, Armenian and Georgian."""

import io
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path

from chat.attendance import Certificate
from chat.config import settings
from chat.languages import _
from web.attendance.words import facts

FONT = "DejaVuSans"
MARGIN = 72  # points
WIDTH = 595.28 - 2 * MARGIN  # of an A4 page


def certificate_pdf(certificate: Certificate, handle: str, address: str) -> bytes:
    """The file, in the language that is spoken now. A name in letters that the font has not is put by its owner's
    handle, and said to be on the page at `address`."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    letters = _letters()
    name = unicodedata.normalize("NFC", certificate.name)
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True)
    heading = _("Certificate of attendance")
    canvas.setTitle(heading)
    canvas.setAuthor(settings().name)
    top = A4[1] - 150

    def write(words: str, size: float, after: float) -> None:
        nonlocal top
        for line in _lines(words, size):
            canvas.setFont(FONT, size)
            canvas.drawString(MARGIN, top, line)
            top -= size * 1.35
        top -= after

    canvas.setLineWidth(2)
    canvas.line(MARGIN, A4[1] - 110, MARGIN + 60, A4[1] - 110)
    write(heading, 24, 24)
    if _can(letters, name):
        write(name, 18, 16)
    else:
        write(f"@{handle}", 18, 6)
        write(_("The name, as its owner writes it, is on the page below."), 9, 16)
    for called, fact in facts(certificate).items():
        write(called, 9, 0)
        write(fact if _can(letters, fact) else _("as it is called on the page below"), 13, 8)
    top -= 16
    write(_("You can check on this page whether the certificate is valid:"), 9, 2)
    write(address, 9, 2)
    write(_("Code {code}", code=certificate.code), 9, 20)
    write(counted(), 8, 2)
    write(_("It says nothing of what was discussed, and nothing of what was learnt."), 8, 0)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def counted() -> str:
    """Whose word a certificate is."""
    hub = settings().name
    return _(
        "{hub} counted the minutes for which this member was in the room while it was open.",
        hub=hub if _can(_letters(), hub) else _("The hub"),
    )


def file_name(held_on: date) -> str:
    return f"certificate-{held_on.isoformat()}.pdf"


@cache
def _letters() -> frozenset[int]:
    """What the font can write. It is loaded when the first certificate is asked for."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(FONT, str(Path(__file__).with_name("DejaVuSans.ttf")))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def _can(letters: frozenset[int], words: str) -> bool:
    return all(ord(letter) in letters for letter in unicodedata.normalize("NFC", words))


def _lines(words: str, size: float) -> list[str]:
    """Broken to the page's width, also within a word that is longer."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    lines = [""]
    for word in unicodedata.normalize("NFC", words).split():
        longer = f"{lines[-1]} {word}".strip()
        if stringWidth(longer, FONT, size) <= WIDTH:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if stringWidth(lines[-1] + letter, FONT, size) > WIDTH:
                lines.append("")
            lines[-1] += letter
    return lines
