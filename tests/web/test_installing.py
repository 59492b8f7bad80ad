"""What browsers need to install the hub."""

import io

from PIL import Image

from web.assets import assets


async def test_the_manifest_names_pictures_of_the_sizes_that_they_have(browser):
    answer = await browser.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    app = answer.json()
    assert (app["name"], app["start_url"], app["display"]) == ("The hub", "/", "standalone")
    assert {(icon["sizes"], icon["purpose"]) for icon in app["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    for icon in app["icons"]:
        picture = Image.open(io.BytesIO((await browser.get(icon["src"])).content)).convert("RGBA")
        assert f"{picture.width}x{picture.height}" == icon["sizes"]
        assert (picture.getpixel((0, 0))[3] == 255) == (icon["purpose"] == "maskable"), (
            "a mask is cut by the phone"
        )


async def test_the_worker_is_of_the_version_that_is_served(browser):
    answer = await browser.get("/worker.js?language=de")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    first = answer.text.partition("\n")[0]
    assert assets.version in first
    assert "/away?language=de" in first
    assert "language=en" in (await browser.get("/worker.js?language=%22%3B")).text.partition("\n")[0]
    page = (await browser.get("/away?language=de")).text
    assert '<html lang="de"' in page


async def test_a_hub_that_wants_no_worker_sends_one_that_takes_itself_away(setting, browser):
    assert 'rel="manifest"' in (await browser.get("/")).text
    setting(HUB_INSTALLABLE="0")
    assert 'rel="manifest"' not in (await browser.get("/")).text
    assert "unregister" in (await browser.get("/worker.js")).text
