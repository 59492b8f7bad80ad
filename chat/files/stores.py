"""Where the bytes of files lie: a folder, or a bucket of an S3-compatible store. Each under a key that is drawn by lot."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import structlog

from chat.config import Settings, settings
from chat.errors import Conflict
from chat.languages import _

ROOT = Path(__file__).parents[2]  # HUB_DATA_DIR is meant from the checkout
log = structlog.get_logger()

STEP, PART = 2**18, 2**21  # bytes at a time of a disk, and of a bucket


class Missing(LookupError):
    """There is nothing under this key."""


class Store(Protocol):
    """What fails raises OSError."""

    async def put(self, key: str, content: BinaryIO) -> None:
        """Keep this; whole or not at all, and for good when it returns."""

    async def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        """A stretch of what is kept, in pieces. Raises Missing."""

    async def remove(self, key: str) -> None:
        """Forget this, also what a `put` that was cut off has left. Nothing there is fine."""


@contextmanager
def in_order() -> Iterator[None]:
    """A full disk, or a bucket that does not answer, is an accident of files alone; it is told so."""
    try:
        yield
    except OSError as error:
        log.error("the store of files failed", error=repr(error))
        raise Conflict(
            _("Files can’t be kept or shown at the moment. The rest goes on; try it again later.")
        ) from error


def store() -> Store:
    """The store that the settings name."""
    s = settings()
    return (
        _bucket(s.s3_bucket, s.s3_endpoint, s.s3_region, s.s3_key, s.s3_secret)
        if s.s3_bucket
        else Folder(_folder(s))
    )


def draft() -> BinaryIO:
    """A file without a name on the data folder's disk: whatever becomes of this process, nothing of it is left."""
    folder = _folder(settings())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)  # type: ignore[return-value]


def _folder(settings: Settings) -> Path:
    return ROOT / settings.data_dir / "files"


class Folder:
    """On this machine's disk, or one that all machines share."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def put(self, key: str, content: BinaryIO) -> None:
        await asyncio.to_thread(self._put, key, content)

    async def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(open, self._place(key), "rb")
        except FileNotFoundError:
            raise Missing(key) from None
        return _pieces(file, start, length)

    async def remove(self, key: str) -> None:
        await asyncio.to_thread(self._remove, key)

    def _place(self, key: str) -> Path:
        # A folder of a million files is slow to list and to back up.
        return self.path / key[:2] / key

    def _put(self, key: str, content: BinaryIO) -> None:
        place = self._place(key)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = _part(place)
        content.seek(0)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            while piece := content.read(STEP):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        part.replace(place)
        for folder in (place.parent, self.path):  # whose names may be new
            _sync(folder)

    def _remove(self, key: str) -> None:
        place = self._place(key)
        for file in (place, _part(place)):
            file.unlink(missing_ok=True)


class Bucket:
    """In a store that speaks S3. It retries by itself what may be tried again."""

    def __init__(self, bucket: str, endpoint: str, region: str, key: str, secret: str) -> None:
        from obstore.store import S3Store  # only who has a bucket loads it

        options: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
        self.bucket = S3Store(
            bucket, region=region, access_key_id=key, secret_access_key=secret, **options,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": "60s"},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=60)},
        )  # fmt: skip

    async def put(self, key: str, content: BinaryIO) -> None:
        import obstore

        content.seek(0)
        with _answers():
            await obstore.put_async(self.bucket, key, content, max_concurrency=2)

    async def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        return self._pieces(key, start, length, await self._piece(key, start, min(PART, length)))

    async def remove(self, key: str) -> None:
        import obstore

        with _answers(), suppress(FileNotFoundError):
            await obstore.delete_async(self.bucket, key)

    async def _pieces(self, key: str, start: int, length: int, piece: bytes) -> AsyncIterator[bytes]:
        # A request for each, so that none waits for a slow reader until the store gives it up.
        while piece:
            yield piece
            start, length = start + len(piece), length - len(piece)
            piece = await self._piece(key, start, min(PART, length)) if length else b""

    async def _piece(self, key: str, start: int, length: int) -> bytes:
        import obstore

        try:
            with _answers():
                return bytes(await obstore.get_range_async(self.bucket, key, start=start, length=length))
        except FileNotFoundError:
            raise Missing(key) from None


@contextmanager
def _answers() -> Iterator[None]:
    """Whatever a bucket fails with is the failing of a disk."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        raise
    except BaseError as error:
        raise OSError(str(error)) from error


@lru_cache(maxsize=1)
def _bucket(*of: str) -> Bucket:
    return Bucket(*of)


async def _pieces(file: BinaryIO, start: int, length: int) -> AsyncIterator[bytes]:
    with file:
        file.seek(start)
        while length and (piece := await asyncio.to_thread(file.read, min(STEP, length))):
            length -= len(piece)
            yield piece


def _part(place: Path) -> Path:
    return place.with_name(f"{place.name}.part")


def _sync(folder: Path) -> None:
    """So that a name is there after the power has failed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
