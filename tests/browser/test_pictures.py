"""The six most important pages look as they did. `python -m tests.pictures --keep` says that they shall look otherwise."""

import asyncio
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from jinja2 import Environment
from PIL import Image, ImageChops
from playwright.async_api import Browser, Page

from chat.db import Database
from tests import cast
from tests.browser.community import Camera, Community, Scheme, camera, gathered
from tests.browser.places import pages
from tests.hubs import RunningHub
from tests.web.addresses import furnish

HERE = Path(__file__).parent / "pictures"
FONTS = HERE / "fonts.txt"
LOOKS: list[tuple[str, Scheme]] = [("phone", "light"), ("phone", "dark"), ("desk", "light"), ("desk", "dark")]
KEPT = [LOOKS[0], LOOKS[3]]  # of which there are pictures to compare with
HALF = 2  # pictures are kept at half their size, where the edges of letters matter less
NOTICED = 40  # of 255, in any colour
MOST = 0.01  # of a picture's points
# How wide letters are: pictures of other fonts are other pictures.
WIDTHS = """() => [400, 600].map((weight) => {
  const span = Object.assign(document.createElement("span"), { textContent: "Handgloves 0123 Übergröße" });
  span.style.cssText = `position: absolute; font-size: 100px; font-weight: ${weight}; white-space: nowrap`;
  document.body.append(span);
  const { width, height } = span.getBoundingClientRect();
  span.remove();
  return `${weight}: ${Math.round(width)} ${Math.round(height)}`;
}).join("\\n")"""


def six(there: Community) -> dict[str, str]:
    return {
        "home": "/",
        "network": f"/networks/{there.network.slug}",
        "topic": f"/topics/{there.thread}",
        "room": f"/drop-ins/{there.drop_in}",
        "settings": "/settings",
        "sign-in": "/sign-in",
    }


@pytest.fixture
async def there(live_server: RunningHub, db: Database) -> Community:
    return await gathered(db)


async def pictures(
    chromium: Browser, hub: RunningHub, there: Community
) -> AsyncIterator[tuple[str, Camera, Scheme]]:
    """Each of the six as it is kept, before the camera."""
    for size, scheme in KEPT:
        async with (
            camera(chromium, hub, size, there.ana) as anas,
            camera(chromium, hub, size, None) as nobodys,
        ):
            for name, path in six(there).items():
                looks = nobodys if name == "sign-in" else anas
                await looks.look(path)
                yield f"{name}-{size}-{scheme}", looks, scheme


async def test_the_six_most_important_pages_look_as_they_did(
    chromium: Browser, live_server: RunningHub, there: Community, tmp_path: Path
) -> None:
    keep, other = "PICTURES_KEEP" in os.environ, []
    async for name, looks, scheme in pictures(chromium, live_server, there):
        if not keep and await widths(looks.page) != FONTS.read_text().strip():
            pytest.skip("this machine has other fonts than the one on which the pictures were taken")
        seen = small(await looks.shot(scheme))
        if keep:
            FONTS.write_text(await widths(looks.page) + "\n")
            seen.quantize(64, dither=Image.Dither.NONE).save(HERE / f"{name}.png", optimize=True)
        elif more := difference(seen, HERE / f"{name}.png"):
            seen.save(tmp_path / f"{name}.png")
            other.append(f"{name}: {more}, see {tmp_path / name}.png")
    assert not other, "\n".join(["`python -m tests.pictures --keep` keeps the new looks:", *other])


async def widths(page: Page) -> str:
    return await page.evaluate(WIDTHS)


def small(shot: bytes) -> Image.Image:
    with Image.open(io.BytesIO(shot)) as picture:
        return picture.convert("RGB").reduce(HALF)


def difference(seen: Image.Image, kept: Path) -> str:
    """How much of a picture is not as it was kept; empty where nobody would notice."""
    if not kept.exists():
        return "there is no picture of it yet"
    with Image.open(kept) as picture:
        before = picture.convert("RGB")
    if before.size != seen.size:
        return f"it was {before.size} and is {seen.size}"
    strongest = ImageChops.difference(before, seen).split()
    worst = ImageChops.lighter(ImageChops.lighter(strongest[0], strongest[1]), strongest[2])
    share = sum(worst.histogram()[NOTICED:]) / (seen.width * seen.height)
    return f"{share:.1%} of it is different" if share > MOST else ""


@pytest.mark.skipif(
    "PICTURES_FOLDER" not in os.environ, reason="`python -m tests.pictures FOLDER` takes them"
)
async def test_a_gallery_of_every_page(
    chromium: Browser, live_server: RunningHub, db: Database, there: Community
) -> None:
    folder = Path(os.environ["PICTURES_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    network = await cast.seen_by(db, there.ana, there.network)
    thread = await cast.start(db, there.ana, network, "Who takes over at handover?")
    things = await furnish(db, there.ana, network, thread, "Handover")
    taken: dict[str, list[str]] = {}
    for who, member in (("a visitor", None), ("Ana", there.ana)):
        known = {**things, "topics/id": there.thread, "drop-ins/id": there.drop_in}
        paths = [path async for _, path in pages(live_server, member, known)]
        for size in ("phone", "desk"):
            async with camera(chromium, live_server, size, member) as looks:
                for path in paths:
                    await looks.look(path)
                    for scheme in ("light", "dark"):
                        name = f"{who.split()[-1]}-{path.strip('/').replace('/', '_') or 'home'}-{size}-{scheme}.webp"
                        shot = await looks.shot(scheme, whole=True)
                        await asyncio.to_thread(_keep, shot, folder / name)
                        taken.setdefault(f"{path} for {who}", []).append(name)
    (folder / "index.html").write_text(GALLERY.render(taken=taken))


def _keep(shot: bytes, file: Path) -> None:
    with Image.open(io.BytesIO(shot)) as picture:
        longest = 16_383  # of a WebP
        picture.crop((0, 0, picture.width, min(picture.height, longest))).save(file, quality=80)


GALLERY = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Every page</title>
<style>body { font: 1rem/1.5 sans-serif; margin: 2rem; background: #888 } div { display: flex; gap: 1rem; align-items: start; overflow-x: auto } img { max-block-size: 50rem; max-inline-size: 40rem }</style>
<h1>Every page</h1>
{% for page, names in taken.items() %}<h2>{{ page }}</h2>
<div>{% for name in names %}<a href="{{ name }}"><img src="{{ name }}" alt="{{ name }}" loading="lazy"></a>{% endfor %}</div>
{% endfor %}</html>
""")
