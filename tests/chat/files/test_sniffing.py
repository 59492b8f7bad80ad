"""What a file is, by its content; and what is refused, with which words."""

import io
import struct
import zipfile
import zlib

import pytest

from chat import files
from chat.errors import Invalid
from tests.cast import PDF
from tests.chat.files.papers import office, picture

HUGE = b"\0" * (40 * 2**20)


def huge_png(side: int) -> bytes:
    """A hundred megapixels in a few bytes: only the header speaks of them."""
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = [header, body, b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def lying_bomb() -> bytes:
    """An archive whose directory says of 40 MB that they are a thousand bytes."""
    content = bytearray(office(word__media__a_dot_bin=HUGE))
    true, said = struct.pack("<I", len(HUGE)), struct.pack("<I", 1000)
    assert content.count(true) >= 2
    return bytes(content.replace(true, said))


def overlapping() -> bytes:
    """Two names in the directory for the same bytes, as the tightest bombs have it."""
    out = io.BytesIO(office(a_dot_xml=b"<a/>" * 100))
    with zipfile.ZipFile(out, "a") as archive:
        first = archive.getinfo("a.xml")
        twin = zipfile.ZipInfo("b.xml")
        for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
            setattr(twin, name, getattr(first, name))
        archive.filelist.append(twin)
        archive.NameToInfo["b.xml"] = twin
        archive._didModify = True  # type: ignore[attr-defined]
    return out.getvalue()


async def sniffed(content: bytes, name: str = "paper") -> files.Ready:
    return await files.make_ready(io.BytesIO(content), name)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_a_picture_is_drawn_anew_and_fits_a_screen(kind: str) -> None:
    ready = await sniffed(
        picture(kind, (3000, 1500), **({"comment": b"secret"} if kind in ("JPEG", "GIF") else {}))
    )
    assert (ready.kind, ready.width, ready.height) == ("picture", 2048, 1024)
    made = ready.content.read()
    assert made[:4] == ready.small[:4] == b"RIFF"
    assert b"secret" not in made
    assert len(made) == ready.size


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "pdf"), *((office(k), k) for k in ("docx", "pptx", "xlsx"))]
)
async def test_a_document_is_kept_as_it_is(content: bytes, kind: str) -> None:
    ready = await sniffed(content, "Plan.txt")
    assert (ready.kind, ready.name, ready.size) == (kind, f"Plan.txt.{kind}", len(content))


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Ward 7.PNG", "Ward 7.webp"),
        ("a.exe", "a.exe.webp"),
        ("", "Picture.webp"),
        ("x\u202egnp.exe", "xgnp.exe.webp"),
    ],
)
async def test_a_name_ends_as_what_it_is(name: str, called: str) -> None:
    assert (await sniffed(picture(), name)).name == called


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(office(word__media__a_dot_bin=HUGE), "unpacks to far more", id="a zip bomb"),
        pytest.param(lying_bomb(), "damaged", id="a zip bomb that lies"),
        pytest.param(overlapping(), "damaged", id="entries on top of each other"),
        pytest.param(office(**{f"a{n}": b"" for n in range(4001)}), "unpacks to far more", id="many entries"),
        pytest.param(office(a_dot_xml=b'<!DOCTYPE a [<!ENTITY b "b">]>'), "damaged", id="entities"),
        pytest.param(picture() + office(), "two kinds", id="a picture and an archive"),
        pytest.param(b"GIF89a%PDF-1.4 " + picture("GIF"), "two kinds", id="a picture and a PDF"),
        pytest.param(PDF + office() + b"%%EOF", "two kinds", id="a PDF and an archive"),
        pytest.param(b"<html>" + office(), "kind of file", id="a page and an archive"),
        pytest.param(office() + b"<html>", "damaged", id="an archive and a page"),
        pytest.param(office(word__vbaProject_dot_bin=b"x"), "macros", id="macros"),
        pytest.param(
            office(types='<Types ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'), "macros",
            id="a document for macros",
        ),
        pytest.param(office(types="<Types/>"), "archive", id="any other archive"),
        pytest.param(office()[:-30], "damaged", id="half a document"),
        pytest.param(PDF[:40], "breaks off", id="half a PDF"),
        pytest.param(picture()[:60], "can’t be read", id="half a picture"),
        pytest.param(huge_png(10_000), "too many pixels", id="a hundred megapixels"),
        pytest.param(b'<?xml version="1.0"?>\n<svg onload="alert(1)"/>', "SVG", id="an SVG with a script"),
        pytest.param(b"MZ\x90\0", "can’t be attached", id="a program"),
        pytest.param(b"", "empty", id="nothing"),
    ],
)  # fmt: skip
async def test_what_means_harm_is_refused_with_a_sentence(content: bytes, word: str) -> None:
    with pytest.raises(Invalid, match=word) as refused:
        await sniffed(content)
    assert refused.value.field == "files"


@pytest.mark.parametrize(
    ("name", "word"),
    [("../" * 97 + "etc/passwd", "150 characters"), ("../a.png", "slash"), (".htaccess", "dot")],
)
async def test_a_name_that_leads_elsewhere_is_refused(name: str, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        await sniffed(picture(), name)


async def test_a_bomb_that_lies_is_given_up_where_it_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked, check = [], zlib.crc32

    def note(piece: bytes, before: int = 0) -> int:
        unpacked.append(len(piece))
        return check(piece, before)

    content = lying_bomb()
    monkeypatch.setattr("chat.files.unpacking.zlib.crc32", note)
    with pytest.raises(Invalid, match="damaged"):
        await sniffed(content)
    assert sum(unpacked) < 2**20
