"""Pictures that members upload, made over into ones of our own. Nothing of the file itself is kept."""

import asyncio
import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

from chat.errors import Invalid
from chat.languages import _

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 4 * 1024 * 1024
MOST_PIXELS = 40_000_000
Made = TypeVar("Made")
SIDE = 256  # pixels of the square that is kept
LARGE, SMALL = 2048, 480  # pixels of the longer side, to look at and in a list
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")

# The largest one takes 160 MB while it is read, so a process reads one at a time.
_one_at_a_time = asyncio.Semaphore(1)


class Sized(NamedTuple):
    """A picture as it is kept, in WebP: to look at, and small."""

    webp: bytes
    small: bytes
    width: int
    height: int


async def square(content: bytes) -> bytes:
    """The middle of a picture as a square of 256 pixels in WebP, upright and without metadata.

    What it is says its content, not its name. Raises Invalid("picture", …).
    """
    if not content:
        raise Invalid("picture", _("Choose a picture first."))
    if len(content) > MOST_BYTES:
        raise Invalid("picture", _("A picture can be {n} MB at most.", n=MOST_BYTES >> 20))
    return await _in_turn(_square, content)


async def sized(file: BinaryIO, field: str) -> Sized:
    """The whole of a picture, as large as a screen shows it and small, upright and without metadata.

    Raises Invalid(field, …). What moves stands still.
    """
    return await _in_turn(_sized, file, field)


async def _in_turn(work: Callable[..., Made], *what: Any) -> Made:
    async with _one_at_a_time:
        try:
            return await asyncio.to_thread(work, *what)
        finally:
            await asyncio.to_thread(_give_back)


def _give_back() -> None:
    """After a large picture glibc keeps eighty megabytes for the next one; other systems give them back by themselves."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _square(content: bytes) -> bytes:
    from PIL import ImageOps

    with _opened(BytesIO(content), "picture") as image:
        image.draft("RGB", (2 * SIDE, 2 * SIDE))  # of a JPEG no more is read than that needs
        return _encoded(_upright(ImageOps.fit(_plain(image), (SIDE, SIDE))))


def _sized(file: BinaryIO, field: str) -> Sized:
    with _opened(file, field) as image:
        image.draft("RGB", (LARGE, LARGE))
        whole = _plain(image)
        image.im = None  # type: ignore[assignment]  # its pixels go now, and not when its circle of references is found
        whole.thumbnail((LARGE, LARGE))
        whole = _upright(whole)
        webp = _encoded(whole)
        width, height = whole.size
        whole.thumbnail((SMALL, SMALL))
        return Sized(webp, _encoded(whole), width, height)


@contextmanager
def _opened(file: BinaryIO, field: str) -> Iterator["Image"]:
    """A picture whose size is looked at before it is unpacked."""
    from PIL import Image  # only who makes pictures over loads it

    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            yield image
    except (Image.DecompressionBombError, MemoryError):
        raise Invalid(
            field, _("This picture has too many pixels: 40 million are the most. Make it smaller first.")
        ) from None
    except Exception:  # a broken file can raise anything in the depth of its format
        raise Invalid(
            field, _("This file can’t be read as a picture. It must be a PNG, JPEG, WebP or GIF.")
        ) from None


def _plain(image: "Image") -> "Image":
    image.load()
    if image.mode.startswith("I"):  # sixteen bits a channel
        image = image.convert("L")
    see_through = "A" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if see_through else "RGB")


def _upright(image: "Image") -> "Image":
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # what the camera noted is broken; the picture is not
        return image


def _encoded(image: "Image") -> bytes:
    from PIL import Image

    bare = Image.new(image.mode, image.size)
    bare.paste(image)  # the pixels and nothing else
    out = BytesIO()
    bare.save(out, "WEBP", quality=85, method=4)
    return out.getvalue()
