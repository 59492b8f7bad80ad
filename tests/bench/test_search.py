"""`python -m bench.search` runs, and its table holds what it measured. What it measures is no test's business."""

import json

from click.testing import CliRunner

from bench.figures import Figure
from bench.search import __main__ as bench
from bench.search.table import table_of


def test_every_question_is_measured(tmp_path):
    small = ["--posts", "400", "--asked", "2", "--runs", "1", "--data", str(tmp_path / "posts")]
    done = CliRunner().invoke(bench.main, small, catch_exceptions=False)
    said = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    assert len(said) == 2 * 3 * (len(bench.SEARCHES) + len(bench.JUMPS))
    assert all(figure["value"] > 0 for figure in said)
    table = table_of([Figure(**each) for each in said])
    assert all(asked in table for asked in (*bench.SEARCHES, *bench.JUMPS))
