"""The site map: every address of the hub."""

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import Mount, Route

from web.api import dates, invitations, people, talk
from web.assets import assets
from web.discussions import routes as discussions
from web.dropins import routes as dropins
from web.members import routes as members
from web.networks import inviting, many
from web.networks import routes as networks
from web.site import routes as site


class Id(Convertor[int]):
    """A number that a table could hold; any other is an unknown address."""

    regex = "[1-9][0-9]{0,17}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("id", Id())


def get(path: str, show) -> Route:
    return Route(path, show, methods=["GET"])


def post(path: str, act) -> Route:
    return Route(path, act, methods=["POST"])


PAGES = [
    get("/", site.home),
    get("/search", discussions.search),
    get("/sign-up", members.sign_up),
    post("/sign-up", members.take_sign_up),
    get("/check-your-mail", members.check_your_mail),
    get("/verify/{token}", members.verify),
    post("/verify/{token}", members.take_verify),
    post("/verify-again", members.ask_again),
    get("/welcome/{token}", members.welcome),
    post("/welcome/{token}", members.take_welcome),
    get("/sign-in", members.sign_in),
    post("/sign-in", members.take_sign_in),
    post("/sign-out", members.sign_out),
    get("/forgot", members.forgot),
    post("/forgot", members.take_forgot),
    get("/reset/{token}", members.reset),
    post("/reset/{token}", members.take_reset),
    get("/settings", members.settings),
    post("/settings/profile", members.save_profile),
    post("/settings/password", members.save_password),
    post("/settings/sessions/{id:id}/end", members.end_session),
    post("/settings/sessions/end-others", members.end_other_sessions),
    get("/members/{handle}", members.show),
    get("/i/{token}", inviting.invited),
    post("/i/{token}", inviting.accept),
    get("/networks", networks.index),
    post("/networks", networks.found),
    get("/networks/new", networks.new),
    get("/networks/{slug}", networks.show),
    post("/networks/{slug}/join", networks.join),
    post("/networks/{slug}/leave", networks.leave),
    get("/networks/{slug}/members", networks.people),
    post("/networks/{slug}/members/{handle}/remove", networks.remove),
    get("/networks/{slug}/invitations", inviting.index),
    post("/networks/{slug}/invitations", inviting.invite),
    post("/networks/{slug}/invitations/{id:id}/link", inviting.link),
    post("/networks/{slug}/invitations/{id:id}/resend", inviting.resend),
    post("/networks/{slug}/invitations/{id:id}/revoke", inviting.revoke),
    get("/networks/{slug}/invitations/many", many.new),
    post("/networks/{slug}/invitations/many", many.draft),
    get("/networks/{slug}/invitations/many/{id:id}", many.show),
    get("/networks/{slug}/invitations/many/{id:id}/report.csv", many.report),
    post("/networks/{slug}/invitations/many/{id:id}/confirm", many.confirm),
    post("/networks/{slug}/invitations/many/{id:id}/stop", many.stop),
    post("/networks/{slug}/invitations/many/{id:id}/go-on", many.go_on),
    post("/networks/{slug}/invitations/many/{id:id}/discard", many.discard),
    get("/networks/{slug}/topics/new", discussions.new),
    post("/networks/{slug}/topics", discussions.start),
    get("/networks/{slug}/drop-ins", dropins.index),
    get("/networks/{slug}/series/new", dropins.new),
    post("/networks/{slug}/series", dropins.schedule),
    post("/series/{id:id}/hold", dropins.hold),
    get("/drop-ins/{id:id}", dropins.room),
    get("/topics/{id:id}", discussions.show),
    post("/topics/{id:id}", discussions.reply),
    post("/topics/{id:id}/read", discussions.mark_read),
    get("/posts/{id:id}/edit", discussions.edit),
    post("/posts/{id:id}/edit", discussions.save),
    get("/posts/{id:id}/remove", discussions.confirm_removal),
    post("/posts/{id:id}/remove", discussions.remove),
]

API = [
    get("/me", people.me),
    get("/networks", people.list_networks),
    post("/networks", people.found_network),
    get("/networks/{slug}", people.show_network),
    Route("/networks/{slug}", people.change_network, methods=["PATCH"]),
    post("/networks/{slug}/join", people.join_network),
    get("/networks/{slug}/members", people.list_members),
    get("/networks/{slug}/members/{handle}", people.show_member),
    Route("/networks/{slug}/members/{handle}", people.remove_member, methods=["DELETE"]),
    get("/networks/{slug}/bans", people.list_bans),
    Route("/networks/{slug}/bans/{handle}", people.ban, methods=["PUT"]),
    Route("/networks/{slug}/bans/{handle}", people.unban, methods=["DELETE"]),
    get("/networks/{slug}/invitations", invitations.index),
    post("/networks/{slug}/invitations", people.invite),
    Route("/networks/{slug}/invitations/{id:id}", invitations.revoke, methods=["DELETE"]),
    post("/networks/{slug}/invitations/{id:id}/link", invitations.link),
    post("/networks/{slug}/invitations/{id:id}/resend", invitations.resend),
    post("/networks/{slug}/invitations/many", invitations.draft_list),
    get("/networks/{slug}/invitations/many/{id:id}", invitations.show_list),
    Route("/networks/{slug}/invitations/many/{id:id}", invitations.discard_list, methods=["DELETE"]),
    get("/networks/{slug}/invitations/many/{id:id}/lines", invitations.lines),
    post("/networks/{slug}/invitations/many/{id:id}/confirm", invitations.confirm_list),
    post("/networks/{slug}/invitations/many/{id:id}/stop", invitations.stop_list),
    post("/networks/{slug}/invitations/many/{id:id}/go-on", invitations.go_on_with_list),
    post("/invitations/{token}/accept", people.accept),
    get("/networks/{slug}/topics", talk.list_topics),
    post("/networks/{slug}/topics", talk.start_topic),
    get("/topics/{id:id}", talk.show_topic),
    get("/topics/{id:id}/posts", talk.list_posts),
    post("/topics/{id:id}/posts", talk.reply),
    post("/topics/{id:id}/read", talk.mark_read),
    get("/posts/{id:id}", talk.show_post),
    Route("/posts/{id:id}", talk.edit_post, methods=["PATCH"]),
    Route("/posts/{id:id}", talk.remove_post, methods=["DELETE"]),
    get("/search", talk.search),
    get("/networks/{slug}/series", dates.list_series),
    post("/networks/{slug}/series", dates.schedule),
    get("/networks/{slug}/drop-ins", dates.list_drop_ins),
    get("/drop-ins/{id:id}", dates.show_drop_in),
]

MACHINES = [
    get("/healthz", site.healthz),
    get("/readyz", site.readyz),
    get("/robots.txt", site.robots),
    get("/dev/mailbox", site.mailbox),
    get("/static/{version}/{name:path}", assets.__call__),
]

ROUTES = [*PAGES, Mount("/api/v1", routes=API), *MACHINES]
