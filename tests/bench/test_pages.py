"""`python -m bench.pages` runs, and tells what docs/performance.md tells of. What it measures is no test's business."""

import json

from click.testing import CliRunner

from bench.pages.__main__ import bench


def said(*words):
    done = CliRunner().invoke(bench, [*words, "--pages", "2", "--runs", "1"], catch_exceptions=False)
    return {
        figure["name"]
        for line in done.output.splitlines()
        if line.startswith('{"name')
        for figure in [json.loads(line)]
    }


def test_lists_are_measured_and_exact():
    lists = ("unread", "unread.more", "unread.new", "unread.network")
    names = {f"{name}.{what}" for name in lists for what in ("cpu", "p50", "p99")}
    found = said("unread", "--networks", "2", "--topics", "120", "--posts", "600")
    assert found == names | {"unread.mark_all", "unread.undo"}


def test_pages_in_the_middle_are_measured():
    pages = ("threads", "flat", "newest", "answers", "permalink")
    names = {f"middle.{name}.{what}" for name in pages for what in ("cpu", "p50", "p50_ratio", "cpu_ratio")}
    assert said("middle", "--posts", "300") == names
