"""Takes the pictures of the README: starts the lively demo, signs in as Ana, and looks around.

    .venv/bin/python docs/pictures.py

It takes about three minutes, because a room is best seen with people in it.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from command.demo.loading import PASSWORD  # noqa: E402
from command.testing import browser  # noqa: E402

PICTURES = ROOT / "docs/pictures"
NETWORK = "/networks/patient-safety-managers"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
GUESTS, TALK = 7, 5  # who should be in the room, and what they should have said, before its picture is taken
LONGEST_WAIT = 180  # seconds


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with demo() as url, sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        chromium = playwright.chromium.launch(executable_path=browser(), args=sandbox)
        desk = signed_in(chromium, url, viewport=DESK, color_scheme="light")
        room = next_room(desk)
        desk.goto(f"{url}{threaded_topic(desk, url)}")
        take(desk, "topic")
        phone = signed_in(chromium, url, viewport=PHONE, color_scheme="dark", is_mobile=True, has_touch=True)
        desk.goto(f"{url}{room}")
        talk_and_wait(desk)
        take(desk, "room")
        desk.goto(url + NETWORK)
        take(desk, "network")
        phone.goto(url + NETWORK)
        take(phone, "phone")
        chromium.close()


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo that is ready."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="hub-pictures-") as folder:
        command = [ROOT / "hub", "demo", "--port", str(port), "--data", f"{folder}/data"]
        running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        try:
            for line in running.stdout:
                if line.startswith("ready "):
                    yield line.split()[1]
                    break
            else:
                sys.exit("The demo did not start.")
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(20)


def signed_in(chromium: Browser, url: str, **look: object) -> Page:
    page = chromium.new_page(locale="en-GB", timezone_id="Europe/London", **look)
    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail address").fill("ana@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/")
    return page


def next_room(page: Page) -> str:
    """The drop-in that opens a minute after the demo's start."""
    page.goto(page.url.rstrip("/") + NETWORK + "/drop-ins")
    return page.locator(".drop-in .name").first.get_attribute("href")


def threaded_topic(page: Page, url: str) -> str:
    """The topic whose first answer to an answer stands highest."""
    page.goto(url + NETWORK)
    best, highest = "", 10_000
    for path in page.eval_on_selector_all(
        ".topic-title", "links => links.map((a) => a.getAttribute('href'))"
    )[:20]:
        page.goto(url + path)
        answer = page.locator(".post.depth-2").first
        if answer.count() and (top := answer.bounding_box()["y"]) < highest:
            best, highest = path, top
    return best


def talk_and_wait(page: Page) -> None:
    """Greet when the doors open, then wait until others have come and said something."""
    page.get_by_label("Say something").wait_for(timeout=90_000)
    page.wait_for_selector("html[data-live=live]")
    page.get_by_label("Say something").fill("Good to see you all. Who has brought a case?")
    page.get_by_label("Say something").press("Enter")
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until:
        people, posts = page.locator("[data-people] li").count(), page.locator("article.post").count()
        if people >= GUESTS and posts >= TALK:
            break
        page.wait_for_timeout(1000)
    page.locator("[data-tab=people]").click()
    page.evaluate("scrollTo(0, 0)")


def take(page: Page, name: str) -> None:
    """One picture, without the gutter of a scrollbar that is not there."""
    page.evaluate("document.documentElement.style.scrollbarGutter = 'auto'")
    page.wait_for_timeout(1500)  # what has just arrived fades in
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
