"""A certificate as a PDF: one page of real text, in a font that writes Latin, Greek, Cyrillic, Armenian and Georgian."""

import io
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path

from chat.attendance import Certificate
from chat.config import settings
from chat.languages import many
from web.attendance.words import held, where, whole

FONT = "DejaVuSans"
MARGIN = 72  # points
WIDTH = 595.28 - 2 * MARGIN  # of an A4 page


def certificate_pdf(certificate: Certificate, handle: str, address: str) -> bytes:
    """The file. A name in letters that the font has not is put by its owner's handle, and said to be on the page at `address`."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    letters = _letters()
    name = unicodedata.normalize("NFC", certificate.name)
    unwritten = not _can(letters, name)
    title = certificate.title if _can(letters, certificate.title) else ""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True)
    canvas.setTitle("Certificate of attendance")
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
    write("Certificate of attendance", 24, 24)
    write(f"@{handle}" if unwritten else name, 18, 6)
    if unwritten:
        write("The name, as its owner writes it, is on the page below.", 9, 6)
    write("attended", 11, 10)
    write(whole(title), 14, 2)
    network = certificate.network_name
    write(
        where(network) if _can(letters, network) else "of a network that is named on the page below", 11, 10
    )
    write(
        f"on {held(certificate.held_on)}, for {many(certificate.minutes, '{n} minute', '{n} minutes')}.",
        11,
        30,
    )
    write("Whether this certificate is valid is said at", 9, 2)
    write(address, 9, 2)
    write(f"Code {certificate.code}", 9, 20)
    write(
        f"{_writable(letters, settings().name) or 'The hub'} counted the minutes for which this member was in the room while it was open. "
        "It says nothing of what was discussed, and nothing of what was learnt.",
        8,
        0,
    )
    canvas.showPage()
    canvas.save()
    return file.getvalue()


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


def _writable(letters: frozenset[int], words: str) -> str:
    return words if _can(letters, words) else ""


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
