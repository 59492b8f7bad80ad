"""Pictures that members upload, made over into ones of our own. Nothing of the file itself is kept."""

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

from chat.errors import Invalid

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 4 * 1024 * 1024
MOST_PIXELS = 40_000_000
SIDE = 256  # pixels of the square that is kept
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")

# The largest one takes 160 MB while it is read, so a process reads one at a time.
_one_at_a_time = asyncio.Semaphore(1)


async def square(content: bytes) -> bytes:
    """The middle of a picture as a square of 256 pixels in WebP, upright and without metadata.

    What it is says its content, not its name. Raises Invalid("picture", …).
    """
    if not content:
        raise Invalid("picture", "Choose a picture first.")
    if len(content) > MOST_BYTES:
        raise Invalid("picture", "A picture can be 4 MB at most.")
    async with _one_at_a_time:
        return await asyncio.to_thread(_square, content)


def _square(content: bytes) -> bytes:
    from PIL import Image  # only who makes pictures over loads it

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            return _encoded(_cut(image))
    except (Image.DecompressionBombError, MemoryError):
        raise Invalid(
            "picture", "This picture has too many pixels: 40 million are the most. Make it smaller first."
        ) from None
    except Exception:  # a broken file can raise anything in the depth of its format
        raise Invalid(
            "picture", "This file can’t be read as a picture. It must be a PNG, JPEG, WebP or GIF."
        ) from None


def _cut(image: "Image") -> "Image":
    from PIL import ImageOps

    image.draft("RGB", (2 * SIDE, 2 * SIDE))  # of a JPEG no more is read than that needs
    image.load()
    if image.mode.startswith("I"):  # sixteen bits a channel
        image = image.convert("L")
    see_through = "A" in image.getbands() or "transparency" in image.info
    small = ImageOps.fit(image.convert("RGBA" if see_through else "RGB"), (SIDE, SIDE))
    try:
        return ImageOps.exif_transpose(small)
    except Exception:  # what the camera noted is broken; the picture is not
        return small


def _encoded(image: "Image") -> bytes:
    from PIL import Image

    bare = Image.new(image.mode, image.size)
    bare.paste(image)  # the pixels and nothing else
    out = BytesIO()
    bare.save(out, "WEBP", quality=85, method=4)
    return out.getvalue()
