"""`python -m tests.icons`: the pictures of the installed app, drawn by Chromium from site/icon.svg."""

import asyncio
import io
import os
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright

from command.testing import browser

WEB = Path(__file__).parents[1] / "web"
ICON = (WEB / "site/icon.svg").read_text()
# Phones cut masks to a shape of their own: the ground goes to the edge. What is drawn on it is within their inner circle.
FULL = ICON.replace('rx="8"', "")
ICONS = {"icon-192": (192, ICON), "icon-512": (512, ICON), "mask-512": (512, FULL), "touch-180": (180, FULL)}


async def draw() -> None:
    async with async_playwright() as playwright:
        arguments = [] if os.geteuid() else ["--no-sandbox"]
        chromium = await playwright.chromium.launch(executable_path=browser(), args=arguments)
        for name, (size, svg) in ICONS.items():
            page = await chromium.new_page(viewport={"width": size, "height": size})
            await page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
            drawn = await page.screenshot(omit_background=True)
            picture = Image.open(io.BytesIO(drawn)).quantize(64, Image.Quantize.FASTOCTREE)
            picture.save(WEB / f"installing/{name}.png", optimize=True)
        await chromium.close()


if __name__ == "__main__":
    asyncio.run(draw())
