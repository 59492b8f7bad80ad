"""Taking files in: the body of a request as one file, or a form that brings some."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, BinaryIO

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from chat import files
from chat.db import Transaction
from chat.errors import HubError, Invalid
from chat.files import FileSeen
from chat.languages import _
from chat.limits import FILES
from chat.members import Viewer
from chat.networks import NetworkSeen
from web.edge import FIELDS, MOST_SENT, brings_files, limited, must_be_ours, reading
from web.house import house_of

Form = dict[str, Any]
FindNetwork = Callable[[Transaction, Viewer | None], Awaitable[NetworkSeen]]


async def take_body(request: Request, viewer: Viewer, network: NetworkSeen) -> FileSeen:
    """Keep the body of a request as a file. It goes to disk as it comes, and leaves no trace where it is refused."""
    await limited(request, "file", *FILES, who=viewer.id)
    most = files.most_bytes()
    if int(request.headers.get("content-length", "0")) > most:
        raise files.too_large()
    with files.draft() as file:
        taken = 0
        try:
            async for chunk in request.stream():
                taken += len(chunk)
                if taken > most:
                    raise files.too_large()
                with files.in_order():
                    await asyncio.to_thread(file.write, chunk)
        except ClientDisconnect:
            raise Invalid("files", _("Only a part of this file has arrived. Attach it again.")) from None
        return await _keep(request, viewer, network, file, request.query_params.get("name"))


async def form_with_files(request: Request, find: FindNetwork) -> tuple[Form, HubError | None]:
    """The fields of a form of a post, and why a file that it brings is not kept.

    `files` are the ids of those that are: sent before, or just now in fields called `upload`. They are read only where
    its sender may write in the network.
    """
    viewer, network = None, None
    if brings_files(request):
        async with reading(request) as (tx, viewer):
            network = await find(tx, viewer)
            await files.must_send(tx, viewer, network)
    try:
        async with request.form(max_files=files.MOST, max_fields=FIELDS, max_part_size=MOST_SENT) as parsed:
            # Some character sets hold halves of characters, which no page could show again.
            form: Form = {
                name: value.encode(errors="replace").decode()
                for name, value in parsed.items()
                if not isinstance(value, UploadFile)
            }
            if "files" in parsed:
                form["files"] = [each for each in parsed.getlist("files") if isinstance(each, str)]
            await must_be_ours(request, form)
            uploads = [
                each for each in parsed.getlist("upload") if isinstance(each, UploadFile) and each.filename
            ]
            if not uploads:
                return form, None
            assert viewer is not None
            assert network is not None
            return form, await _keep_all(request, viewer, network, form, uploads)
    except HTTPException:
        raise Invalid(
            "form",
            _(
                "This form can’t be read. A post can have {n} files at most; go back and try again.",
                n=files.MOST,
            ),
        ) from None


async def files_of_form(
    tx: Transaction, viewer: Viewer | None, form: Mapping[str, Any] | None
) -> list[FileSeen]:
    """The files of a form that is shown again."""
    try:
        return await files.own_files(tx, viewer, files.ids_of((form or {}).get("files") or []))
    except Invalid:
        return []


async def _keep_all(
    request: Request, viewer: Viewer, network: NetworkSeen, form: Form, uploads: list[UploadFile]
) -> HubError | None:
    """Keep those that may be kept, up to the first that may not, whose reason is the answer."""
    form.setdefault("files", [])
    for upload in uploads:
        try:
            await limited(request, "file", *FILES, who=viewer.id)
            if (upload.size or 0) > files.most_bytes():
                raise files.too_large()
            file = await _keep(request, viewer, network, upload.file, upload.filename)
        except HubError as error:
            return Invalid("files", f"“{(upload.filename or '')[:60]}”: {error.sentence}")
        form["files"].append(str(file.id))
    return None


async def _keep(
    request: Request, viewer: Viewer, network: NetworkSeen, file: BinaryIO, name: str | None
) -> FileSeen:
    ready = await files.make_ready(file, name)
    return await files.keep(house_of(request).db, viewer, network, ready)
