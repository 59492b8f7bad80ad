"""A private PostgreSQL on a Unix socket."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from command.embedded import binaries, tied
from command.embedded.logfile import appended, last_words
from command.embedded.stand_in import StandIn, stand_in
from command.trouble import Trouble, about_file

# The whole product should fit beside other things on a small machine.
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_vacuum_scale_factor": "0.1",
    "autovacuum_naptime": "30s",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# The hub's own role is no superuser: a hole in a query must not become one in the machine.
FOUNDING = "CREATE ROLE hub LOGIN CREATEDB;\nCREATE DATABASE hub OWNER hub;\n"


class Postgres:
    name = "PostgreSQL"

    def __init__(self, folder: Path, sockets: Path, *, durable: bool = True) -> None:
        self.folder, self.sockets, self.durable = folder, sockets, durable
        self.program = binaries.postgres()
        self.log = folder.parent / "postgres.log"
        self.user: StandIn = stand_in(folder, self.program.path, [sockets])
        self.user.give(sockets)

    @property
    def url(self) -> str:
        return f"postgresql://hub@/hub?host={self.sockets}"

    def spawn(self) -> subprocess.Popen:
        """Start it, after making its files on the first run and ending what a killed hub left behind."""
        self._refuse_other_version()
        self._end_orphan()
        if not self.folder.exists():
            self._found()
        settings = (
            SETTINGS
            | ({} if self.durable else THROW_AWAY)
            | ({"io_method": "sync"} if self.program.major >= 18 else {})
        )
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with appended(self.log) as log:
            return self._run(
                ["postgres", "-D", self.folder, "-k", self.sockets, *options], stdout=log, stderr=log
            )

    def ready(self, process: subprocess.Popen) -> bool:
        """What pg_ctl looks at as well: its own number and the word `ready` in postmaster.pid."""
        lines = self._pid_lines()
        return len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready"

    def last_words(self) -> str:
        return last_words(self.log)

    def _run(self, command: list, **options) -> subprocess.Popen:
        program, *arguments = command
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
        whole = [*self.user.prefix, self.program.path.parent / program, *arguments]
        try:
            return tied.spawn(
                whole, on_orphaned=signal.SIGINT, cwd="/", env=environment, **self.user.options, **options
            )
        except PermissionError as error:
            raise Trouble(
                f"PostgreSQL cannot be started as another user than root here ({error.strerror}). Run the hub as an ordinary user."
            ) from None

    def _refuse_other_version(self) -> None:
        try:
            major = (self.folder / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return
        except OSError as error:
            raise about_file(error, self.folder) from None
        if major != str(self.program.major):
            raise Trouble(
                f"The data in {self.folder} was written by PostgreSQL {major}, and this hub brings {self.program.major}. "
                f"Take a backup with PostgreSQL {major} and restore it, or choose another folder with --data DIR."
            )

    def _pid_lines(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _end_orphan(self) -> None:
        """We hold the data folder's lock, so a server that still runs on it has lost its hub."""
        lines = self._pid_lines()
        if not lines or not lines[0].isdigit() or not tied.alive(pid := int(lines[0])):
            return
        if str(self.folder) not in tied.command_of(pid):
            # After a restart of the machine or container the number may be another program's,
            # and PostgreSQL would refuse to start. Otherwise its own check of the file stays in force.
            (self.folder / "postmaster.pid").unlink(missing_ok=True)
        elif not tied.end(pid, [(signal.SIGINT, 10), (signal.SIGQUIT, 5)]):
            raise Trouble(
                f"An earlier PostgreSQL (process {pid}) still uses {self.folder} and does not end. End it, then try again."
            )

    def _found(self) -> None:
        """Make the database beside its place and move it there whole: an interrupted start leaves nothing behind."""
        half = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(half, ignore_errors=True)
        try:
            half.mkdir(mode=0o700)
            self.user.give(half)
            locale = (
                ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.program.major >= 17 else []
            )
            self._step(
                [
                    "initdb",
                    "-D",
                    half,
                    "-U",
                    "postgres",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                    *locale,
                    *([] if self.durable else ["--no-sync"]),
                ]
            )
            self._step(
                ["postgres", "--single", "-D", half, *([] if self.durable else ["-F"]), "postgres"], FOUNDING
            )
            half.rename(self.folder)
        except OSError as error:
            raise about_file(error, self.folder) from None

    def _step(self, command: list, text: str | None = None) -> None:
        step = self._run(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            said, _ = step.communicate(text)
        except BaseException:
            step.kill()
            step.wait()
            raise
        if step.returncode != 0 or " ERROR: " in said or " FATAL: " in said:
            if "No space left on device" in said:
                raise Trouble(f"There is no space left on the disk of {self.folder}.")
            raise Trouble(f"PostgreSQL could not make its files in {self.folder}: {said.strip()[-800:]}")

    def stop(self, process: subprocess.Popen, hurry: bool = False) -> None:
        """Fast shutdown, which is orderly; past three seconds the immediate one, which the next start recovers."""
        for number, seconds in [
            (signal.SIGINT, 0.0 if hurry else 3.0),
            (signal.SIGQUIT, 1.0),
            (signal.SIGKILL, 5.0),
        ]:
            if process.poll() is not None:
                return
            process.send_signal(number)
            tied.eventually(lambda: process.poll() is not None, seconds)
