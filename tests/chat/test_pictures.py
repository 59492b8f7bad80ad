"""What members upload as a picture: made over, or refused with a sentence."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from chat import pictures
from chat.errors import Invalid


def encoded(image, kind, **more):
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def halves(width=600, height=400, mode="RGB"):
    """Left red, right blue."""
    image = Image.new(mode, (width, height), "red")
    image.paste(Image.new(mode, (width // 2, height), "blue"), (width // 2, 0))
    return image


async def square(content):
    made = await pictures.square(content)
    image = Image.open(io.BytesIO(made))
    assert (image.format, image.size) == ("WEBP", (256, 256))
    return image


def reddish(pixel):
    return pixel[0] > 180 and pixel[2] < 80


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_each_kind_becomes_a_square_in_webp(kind):
    image = (await square(encoded(halves(), kind))).convert("RGB")
    assert reddish(image.getpixel((20, 128)))
    assert not reddish(image.getpixel((236, 128)))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
async def test_each_mode_is_taken(mode):
    image = Image.new(mode, (300, 300))
    await square(encoded(image, "JPEG" if mode == "CMYK" else "PNG"))


async def test_what_is_see_through_stays_so():
    image = await square(encoded(Image.new("RGBA", (300, 300), (0, 0, 0, 0)), "PNG"))
    assert image.convert("RGBA").getpixel((128, 128))[3] == 0


async def test_it_stands_upright_and_tells_no_place():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: what is left in the file is on top
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    content = encoded(halves(), "JPEG", exif=exif, comment=b"secret comment", icc_profile=b"secret profile")
    made = await pictures.square(content)
    assert b"ecret" not in made
    assert b"EXIF" not in made
    assert b"ICCP" not in made
    image = Image.open(io.BytesIO(made)).convert("RGB")
    assert reddish(image.getpixel((128, 20)))
    assert not reddish(image.getpixel((128, 236)))


async def test_of_what_moves_the_first_picture_is_kept():
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    image = await square(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert getattr(image, "n_frames", 1) == 1
    assert reddish(image.convert("RGB").getpixel((128, 128)))


async def test_what_hides_behind_a_picture_is_gone():
    """Files that are two things at once: a picture to us, an archive or a page to somebody else."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("evil.html", "<script>alert(1)</script>")
    gif = encoded(halves(), "GIF", comment=b"<script>alert(1)</script>")
    for content in (
        encoded(halves(), "PNG") + archive.getvalue(),
        gif,
        encoded(halves(), "JPEG") + b"<script>",
    ):
        made = await pictures.square(content)
        assert b"script" not in made
        assert not zipfile.is_zipfile(io.BytesIO(made))


def bomb(width, height):
    """A PNG of a few bytes that claims, and holds, this many pixels of nothing."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + width // 8)) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(10_000, 10_000), (40_008, 1_000), (30_000, 30_000)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
async def test_a_bomb_is_refused_before_it_is_unpacked(width, height, monkeypatch):
    content = bomb(width, height)
    assert len(content) < 1_000_000

    def unpacked(*about):
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(pictures, "_plain", unpacked)
    with pytest.raises(Invalid, match="40 million") as refused:
        await pictures.square(content)
    assert refused.value.field == "picture"


async def test_the_largest_that_is_allowed_is_read():
    await square(bomb(40_000, 1_000))


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"PK\x03\x04" + bytes(100),
        b"%PDF-1.7\n",
        b"GIF89a" + SVG,
        encoded(halves(), "PNG")[:200],
        encoded(halves(), "JPEG")[:3000],
        encoded(halves(), "WEBP")[:60],
        encoded(halves(), "BMP"),
        encoded(halves(), "TIFF"),
        encoded(halves(), "ICO", sizes=[(32, 32)]),
        b"\x89PNG\r\n\x1a\n" + bytes(64),
        b"\xff\xd8\xff\xe0" + b"\xff" * 200,
        b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(40),
        b"x",
    ],
    ids=["svg", "zip", "pdf", "gif and svg", "half a png", "half a jpeg", "half a webp", "bmp", "tiff", "ico", "empty png", "jpeg of nothing", "webp of nothing", "a letter"],
)  # fmt: skip
async def test_what_is_no_picture_of_these_kinds_is_refused(content):
    with pytest.raises(Invalid, match="can’t be read as a picture") as refused:
        await pictures.square(content)
    assert refused.value.field == "picture"


async def test_nothing_and_too_much_are_said_so():
    with pytest.raises(Invalid, match="Choose a picture"):
        await pictures.square(b"")
    with pytest.raises(Invalid, match="4 MB"):
        await pictures.square(bytes(pictures.MOST_BYTES + 1))
