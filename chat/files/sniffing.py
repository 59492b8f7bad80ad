"""What a file is, by what is in it; what may not be attached is refused with a sentence."""

import re
import zipfile
from typing import BinaryIO

from chat.errors import Invalid
from chat.fields import line
from chat.files.unpacking import office_kind
from chat.languages import _, sentence

LONGEST_NAME = 150
PICTURES = ("png", "jpg", "jpeg", "webp", "gif")
MEDIA = {
    "picture": "image/webp",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SIGNS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP", re.DOTALL), "picture"),
    (re.compile(rb"%PDF-\d"), "pdf"),
    (re.compile(rb"PK\x03\x04"), "office"),
)
TWO_THINGS = sentence(
    "This file is two kinds of file at once, which programs that do harm make use of. It was not kept."
)


def kind_of(file: BinaryIO) -> str:
    """What a file is: a key of MEDIA. Reads all of an Office file. Raises Invalid("files", …) for whatever may not be kept."""
    file.seek(0)
    head = file.read(1024)
    kind = next((kind for sign, kind in SIGNS if sign.match(head)), "")
    if kind == "office":
        return office_kind(file)
    if kind and _also_archive(file):
        raise Invalid("files", _(TWO_THINGS))
    if kind == "picture" and b"%PDF-" in head:
        raise Invalid("files", _(TWO_THINGS))
    if kind == "pdf" and b"%%EOF" not in _tail(file):
        raise Invalid("files", _("This PDF breaks off before its end. Save it again and attach that."))
    if kind:
        return kind
    if re.search(rb"<svg[\s/>]", head, re.IGNORECASE):
        raise Invalid(
            "files", _("SVG drawings can hold programs, so they can’t be attached. Save it as a PNG.")
        )
    if not head:
        raise Invalid("files", _("This file is empty."))
    raise Invalid(
        "files",
        _(
            "This kind of file can’t be attached. Pictures (PNG, JPEG, WebP, GIF), PDF, Word, PowerPoint and Excel files can."
        ),
    )


def clean_name(name: object) -> str:
    """What a file is to be called, as it was called where it came from."""
    text = line("files", name, LONGEST_NAME, called=_("The file’s name"), required=False)
    if re.search(r"[/\\]|^\.", text):
        raise Invalid(
            "files", _("A file’s name can’t have a slash in it, or begin with a dot. Rename it first.")
        )
    return text or _("Picture")


def called(name: str, kind: str) -> str:
    """The name with the ending of what it is, so that whoever saves it opens what they expect."""
    stem, _, ending = name.rpartition(".")
    own = "webp" if kind == "picture" else kind
    known = PICTURES if kind == "picture" else (kind,)
    return f"{stem if stem and ending.lower() in known else name}.{own}"


def _also_archive(file: BinaryIO) -> bool:
    """Archives are read from their end, so one can hang on to anything."""
    try:
        with zipfile.ZipFile(file):
            return True
    except Exception:  # whatever a broken one raises
        return False


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(0, size - 1024))
    return file.read()
