"""`python -m bench.directory` runs, and says what docs/performance.md tells of. What it measures is no test's business."""

import json

from click.testing import CliRunner

from bench import directory


def test_every_page_is_measured():
    small = ["--members", "70", "--posts", "300", "--pages", "3", "--runs", "1"]
    done = CliRunner().invoke(directory.main, small, catch_exceptions=False)
    said = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    names = {f"directory.{what}" for what in ("page", "last", "search", "filter")} | {"dashboard.page"}
    assert {figure["name"] for figure in said} == {f"{n}.{p}" for n in names for p in ("cpu", "p50", "p99")}
    assert all(figure["value"] > 0 for figure in said)
