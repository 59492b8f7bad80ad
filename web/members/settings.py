"""A member's own settings: a list of them, and a page for each kind."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chat import members, networks
from chat.errors import Invalid, SignInFirst
from chat.languages import LANGUAGES, WHOLE, _
from chat.members import Viewer, must_act
from web.dropins.routes import NAMED_ZONES
from web.edge import form_of, limited, reading, see, writing
from web.members.browsers import browser_in_words
from web.pages import page

Form = Mapping[str, Any]


async def index(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        me = _somebody(viewer)
        context = {
            "profile": await members.own_profile(tx, me.id),
            "email": await members.own_email(tx, me.id),
        }
        return await page(request, tx, viewer, "members/settings.html", context)


async def profile(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        context = {"profile": await members.own_profile(tx, must_act(viewer).id), "saved": _saved(request)}
        return await page(request, tx, viewer, "members/profile.html", context, form=form, error=error)


async def save_profile(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with writing(request) as (tx, viewer):
            await members.introduce(tx, _somebody(viewer).id, form)
    except Invalid as error:
        return await profile(request, form, error)
    return see("/settings/profile?saved=profile")


async def save_visibility(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        hides = [name for name in members.HIDEABLE if name not in form]
        if await members.hide(tx, _somebody(viewer).id, {"hides": hides}):
            await networks.draw_anew(tx, _somebody(viewer).id)
    return see("/settings/profile?saved=visibility")


async def letters(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        reader = await members.reader_of(tx, _somebody(viewer).id)
        chosen = {reader.zone: reader.zone} if reader.zone else {}
        context = {
            "reader": reader,
            "languages": LANGUAGES.items(),
            "in_letters": ", ".join(name for code, name in LANGUAGES.items() if code not in WHOLE),
            "zones": (NAMED_ZONES | chosen).items(),
            "saved": _saved(request),
        }
        return await page(request, tx, viewer, "members/letters.html", context, form=form, error=error)


async def save_letters(request: Request) -> Response:
    form = await form_of(request)
    choices: dict[str, Any] = {name: form[name] for name in ("zone", "language") if name in form}
    if "reminders" in form:  # the form shows them
        choices["reminders"] = [name for name in members.REMINDERS if name in form]
    try:
        async with writing(request) as (tx, viewer):
            await members.choose_letters(tx, _somebody(viewer).id, choices)
    except Invalid as error:
        return await letters(request, form, error)
    return see("/settings/letters?saved=letters")


async def notices(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        context = {
            "on_writing": await members.on_writing_of(tx, _somebody(viewer).id),
            "saved": _saved(request),
        }
        return await page(request, tx, viewer, "members/notices.html", context)


async def save_notices(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        await members.choose_on_writing(tx, _somebody(viewer).id, form.get("on_writing"))
    return see("/settings/notices?saved=notices")


async def password(request: Request, error: Invalid | None = None) -> Response:
    """The password, and where one is signed in by it."""
    async with reading(request) as (tx, viewer):
        context = {
            "sessions": await members.sessions_of(tx, _somebody(viewer).id),
            "called": browser_in_words,
            "saved": _saved(request),
        }
        return await page(request, tx, viewer, "members/password.html", context, error=error)


async def save_password(request: Request) -> Response:
    form = await form_of(request)
    await limited(request, "password", 10, 900)
    try:
        async with reading(request) as (tx, viewer):
            me = _somebody(viewer)
            known = await members.credentials(tx, await members.own_email(tx, me.id))
        if not await members.matches(known.password_hash, str(form.get("current", ""))):
            raise Invalid("current", _("That is not your current password."))
        password_hash = await members.hash_password(str(form.get("password", "")))
        async with writing(request) as (tx, viewer):
            await members.change_password(tx, _somebody(viewer).id, password_hash, me.session_id)
    except Invalid as error:
        return await password(request, error)
    return see("/settings/password?saved=password")


async def end_other_sessions(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        me = _somebody(viewer)
        await members.sign_out_everywhere(tx, me.id, me.session_id)
    return see("/settings/password?saved=session")


async def end_session(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        await members.end_session(tx, _somebody(viewer).id, request.path_params["id"])
    return see("/settings/password?saved=session")


def _saved(request: Request) -> str:
    return request.query_params.get("saved", "")


def _somebody(viewer: Viewer | None) -> Viewer:
    if viewer is None:
        raise SignInFirst
    return viewer
