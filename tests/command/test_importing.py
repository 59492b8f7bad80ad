"""`./hub import`, run as an operator runs it."""

import asyncio

from tests import cast
from tests.chat.importing.forums import letter, mailbox, ward_forum
from tests.command.conftest import hub


async def test_an_archive_comes_with_a_report_and_what_is_wrong_is_one_sentence(
    db, database_url, redis_url, tmp_path, open_network
):
    async def run(*arguments):
        servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        return await asyncio.to_thread(hub, "import", *arguments, "--data", tmp_path / "data", **servers)

    backup = ward_forum().backup(tmp_path)
    rehearsal = await run("discourse", backup, "--into", open_network.slug, "--dry-run")
    assert "7 posts" in rehearsal.stdout, rehearsal.stderr
    assert await cast.value(db, "SELECT count(*) FROM topic") == 0
    report = tmp_path / "report.txt"
    done = await run("discourse", backup, "--into", open_network.slug, "--report", report)
    assert done.returncode == 0, done.stderr
    assert "1 topic: a private message" in report.read_text()
    assert done.stdout.startswith(report.read_text())
    (tmp_path / "list.mbox").write_bytes(mailbox(letter(1)))
    assert "1 post\n" in (await run("mbox", tmp_path / "list.mbox", "--into", open_network.slug)).stdout
    assert [kept.name[:5] for kept in sorted((tmp_path / "data" / "imports").iterdir())] == ["disco", "mbox-"]
    (tmp_path / "broken.sql").write_bytes(ward_forum().dump()[:5000])
    for arguments, sentence in (
        (("discourse", tmp_path / "broken.sql", "--into", open_network.slug), "Nothing was imported."),
        (("discourse", backup, "--into", "nowhere"), "There is no network with the address “nowhere”."),
        (("discourse", backup), "Say into which network"),
    ):
        refused = await run(*arguments)
        assert refused.returncode == 1
        assert sentence in refused.stderr
        assert "Traceback" not in refused.stderr
    assert (await run("discourse", backup, "--category", "Falls")).returncode == 2
