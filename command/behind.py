"""Verbs that the supervisor starts: each is one child or one errand."""

from pathlib import Path

import click


@click.command("_web", hidden=True)
@click.option("--fd", type=int, required=True)
def web(fd: int) -> None:
    from command.web import serve

    serve(fd)


@click.command("_worker", hidden=True)
def worker() -> None:
    from command.worker import work

    work()


@click.command("_prepare", hidden=True)
def prepare() -> None:
    import asyncio

    from command import errands

    asyncio.run(errands.prepare())


@click.command("_first-admin", hidden=True)
def first_admin() -> None:
    import asyncio

    from command import errands

    asyncio.run(errands.first_admin())


@click.command("_load-demo", hidden=True)
@click.argument("mark", type=click.Path(path_type=Path))
def load_demo(mark: Path) -> None:
    import asyncio

    from command import errands

    asyncio.run(errands.load_demo(mark))


@click.command("_lively", hidden=True)
def lively() -> None:
    from command.demo.lively import main

    main()


ALL = [web, worker, prepare, first_admin, load_demo, lively]
