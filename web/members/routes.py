"""Signing up and in, a new password, and members' profiles."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from chat import members, networks
from chat.errors import Invalid, NotFound, SignInFirst
from chat.languages import WHOLE, _, is_zone, spoken_by
from web.edge import (
    browser_of,
    drop_session,
    form_of,
    keep_session,
    limited,
    own_path,
    reading,
    see,
    writing,
)
from web.house import house_of
from web.networks.inviting import token_in
from web.pages import page

Form = Mapping[str, Any]
NEXT = "next"  # the cookie that leads a newcomer back to the invitation they came from


async def sign_up(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        if viewer:
            return see("/")
        going = own_path(request.query_params.get("next"))
        context = {"going": going, "email": await networks.address_of(tx, token_in(going))}
        return await page(request, tx, viewer, "members/sign_up.html", context, form=form, error=error)


async def take_sign_up(request: Request) -> Response:
    await limited(request, "sign-up", 10, 3600)
    form = await form_of(request)
    try:
        if form.get("website"):  # a field that people don't see and robots fill in
            raise Invalid("name", _("Leave the last field empty."))
        password_hash = await members.hash_password(str(form.get("password", "")))
        async with writing(request) as (tx, _viewer):
            if member_id := await members.sign_up(tx, form, password_hash):
                await members.choose_letters(tx, member_id, _guessed(request, form))
                await networks.came_by(tx, member_id, token_in(form.get("next")))
    except Invalid as error:
        return await sign_up(request, form, error)
    response = see("/check-your-mail")
    return _remember_way(response, request, form.get("next"))


async def check_your_mail(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        return await page(request, tx, viewer, "members/check_your_mail.html")


async def verify(request: Request) -> Response:
    """The page behind the letter's link. Only its button changes anything: mail scanners open links."""
    async with reading(request) as (tx, viewer):
        good = await members.key_is_good(tx, "verify", request.path_params["token"])
        return await page(
            request, tx, viewer, "members/verify.html", {"good": good}, status=200 if good else 404
        )


async def take_verify(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, _viewer):
        member_id = await members.confirm(tx, request.path_params["token"])
        token = await members.sign_in(tx, member_id, browser_of(request))
        if not (going := request.cookies.get(NEXT)) and (key := await networks.way_on(tx, member_id)):
            going = f"/i/{key}"  # the letter was opened on another device
    return _signed_in(request, token, going)


async def ask_again(request: Request) -> Response:
    await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer is None:
            raise SignInFirst
        await limited(request, "verify", 5, 3600, who=viewer.id)
        await members.ask_again(tx, viewer.id)
    return see("/check-your-mail")


async def welcome(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    """Where the first admin signs up, behind a one-time address that the operator was shown."""
    async with reading(request) as (tx, viewer):
        if not await members.key_is_good(tx, "first_admin", request.path_params["token"]):
            raise NotFound
        return await page(request, tx, viewer, "members/welcome.html", form=form, error=error)


async def take_welcome(request: Request) -> Response:
    await limited(request, "sign-up", 10, 3600)
    form = await form_of(request)
    try:
        password_hash = await members.hash_password(str(form.get("password", "")))
        async with writing(request) as (tx, _viewer):
            member_id = await members.welcome(tx, request.path_params["token"], form, password_hash)
            await members.choose_letters(tx, member_id, _guessed(request, form))
            token = await members.sign_in(tx, member_id, browser_of(request))
    except Invalid as error:
        return await welcome(request, form, error)
    return _signed_in(request, token, "/")


async def sign_in(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        going = own_path((form or {}).get("next") or request.query_params.get("next"))
        return (
            see(going)
            if viewer
            else await page(
                request, tx, viewer, "members/sign_in.html", {"going": going}, form=form, error=error
            )
        )


async def take_sign_in(request: Request) -> Response:
    form = await form_of(request)
    email = str(form.get("email", ""))[:254].lower()
    await limited(request, "sign-in", 30, 900)
    await limited(request, "sign-in-as", 10, 900, who=email)
    try:
        async with reading(request) as (tx, _viewer):
            known = await members.credentials(tx, email)
        members.must_match(await members.matches(known.password_hash, str(form.get("password", ""))))
        async with writing(request) as (tx, _viewer):
            token = await members.sign_in(tx, known.id, browser_of(request))
    except Invalid as error:
        return await sign_in(request, form, error)
    return _signed_in(request, token, form.get("next"))


async def sign_out(request: Request) -> Response:
    form = await form_of(request)
    async with writing(request) as (tx, viewer):
        if viewer and viewer.session_id:
            await members.sign_out(tx, viewer.session_id)
    return drop_session(see(own_path(form.get("next"))), house_of(request).settings)


async def forgot(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        return await page(request, tx, viewer, "members/forgot.html", form=form, error=error)


async def take_forgot(request: Request) -> Response:
    await limited(request, "forgot", 10, 3600)
    form = await form_of(request)
    try:
        async with writing(request) as (tx, _viewer):
            await members.forgot(tx, str(form.get("email", "")))
    except Invalid as error:
        return await forgot(request, form, error)
    return see("/check-your-mail")


async def reset(request: Request, form: Form | None = None, error: Invalid | None = None) -> Response:
    async with reading(request) as (tx, viewer):
        good = await members.key_is_good(tx, "reset", request.path_params["token"])
        return await page(
            request,
            tx,
            viewer,
            "members/reset.html",
            {"good": good},
            status=200 if good else 404,
            error=error,
        )


async def take_reset(request: Request) -> Response:
    form = await form_of(request)
    try:
        password_hash = await members.hash_password(str(form.get("password", "")))
        async with writing(request) as (tx, _viewer):
            member_id = await members.reset(tx, request.path_params["token"], password_hash)
            token = await members.sign_in(tx, member_id, browser_of(request))
    except Invalid as error:
        return await reset(request, error=error)
    return _signed_in(request, token, "/")


async def show(request: Request) -> Response:
    async with reading(request) as (tx, viewer):
        profile = await members.profile_of(tx, request.path_params["handle"])
        return await page(request, tx, viewer, "members/show.html", {"profile": profile})


def _guessed(request: Request, form: Form) -> dict[str, str]:
    """A newcomer's zone and language: what they chose for pages, or as their browser tells. Both stand in the settings."""
    zone, chosen = form.get("zone"), request.cookies.get("language")
    language = chosen if chosen in WHOLE else spoken_by(request.headers.get("accept-language", ""))
    return {"language": language, "zone": str(zone) if is_zone(zone) else ""}


def _signed_in(request: Request, token: str, going: object) -> Response:
    response = keep_session(see(own_path(going)), house_of(request).settings, token)
    response.delete_cookie(NEXT, path="/")
    return response


def _remember_way(response: Response, request: Request, going: object) -> Response:
    if (path := own_path(going)) != "/":
        response.set_cookie(
            NEXT,
            quote(path, safe="/?&=#%"),
            max_age=86400,
            httponly=True,
            samesite="lax",
            secure=house_of(request).settings.tls,
        )
    return response
