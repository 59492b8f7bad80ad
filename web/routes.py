"""The site map: every address of the hub."""

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import Mount, Route

from web.announcements import routes as announcements
from web.api import announcements as announcements_api
from web.api import attendance as attendance_api
from web.api import dates, invitations, people, places, requests, shaping, talk
from web.api import minutes as minutes_api
from web.api import notices as notices_api
from web.api import unmasking as api_unmasking
from web.assets import assets
from web.attendance import routes as attendance
from web.discussions import routes as discussions
from web.discussions import unmasking
from web.dropins import routes as dropins
from web.insight import routes as insight
from web.members import routes as members
from web.minutes import routes as minutes
from web.networks import access as network_access
from web.networks import asking, audit, deciding, directory, inviting, many
from web.networks import places as network_places
from web.networks import routes as networks
from web.networks import settings as network_settings
from web.notices import routes as notices
from web.rooms import routes as rooms
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
    post("/settings/visibility", members.save_visibility),
    post("/settings/password", members.save_password),
    post("/settings/sessions/{id:id}/end", members.end_session),
    post("/settings/sessions/end-others", members.end_other_sessions),
    get("/members/{handle}", members.show),
    get("/notices", notices.index),
    post("/notices/read", notices.read_all),
    post("/notices/{id:id}/open", notices.open_one),
    get("/i/{token}", inviting.invited),
    post("/i/{token}", inviting.accept),
    get("/networks", networks.index),
    post("/networks", networks.found),
    get("/networks/new", networks.new),
    get("/networks/{slug}", networks.show),
    post("/networks/{slug}/join", networks.join),
    get("/networks/{slug}/leave", network_places.confirm_leaving),
    post("/networks/{slug}/leave", network_places.leave),
    get("/networks/{slug}/members/{handle}", network_places.show),
    post("/networks/{slug}/members/{handle}/role", network_places.change_role),
    post("/networks/{slug}/members/{handle}/transfer", network_places.hand_over),
    post("/networks/{slug}/members/{handle}/remove", network_places.remove),
    get("/networks/{slug}/bans", network_places.bans),
    post("/networks/{slug}/bans", network_places.ban),
    post("/networks/{slug}/bans/{handle}/lift", network_places.unban),
    get("/networks/{slug}/audit", audit.show),
    get("/networks/{slug}/audit.csv", audit.export),
    get("/networks/{slug}/members", directory.people),
    get("/networks/{slug}/preferences", directory.preferences),
    post("/networks/{slug}/preferences", directory.save_preferences),
    get("/networks/{slug}/announcements", announcements.index),
    post("/networks/{slug}/announcements", announcements.take),
    get("/networks/{slug}/announcements/new", announcements.new),
    get("/networks/{slug}/announcements/{id:id}", announcements.show),
    post("/networks/{slug}/announcements/{id:id}/dismiss", announcements.dismiss),
    post("/networks/{slug}/announcements/{id:id}/remove", announcements.remove),
    get("/networks/{slug}/dashboard", insight.dashboard),
    get("/networks/{slug}/settings", network_settings.settings),
    post("/networks/{slug}/settings", network_settings.save),
    get("/networks/{slug}/settings/picture", network_settings.picture),
    post("/networks/{slug}/settings/picture", network_settings.take_picture),
    post("/networks/{slug}/settings/picture/remove", network_settings.remove_picture),
    get("/networks/{slug}/picture", network_settings.show_picture),
    get("/networks/{slug}/access", network_access.access),
    post("/networks/{slug}/access", network_access.change),
    get("/networks/{slug}/requests", deciding.queue),
    post("/networks/{slug}/requests", asking.ask),
    post("/networks/{slug}/requests/withdraw", asking.withdraw),
    post("/networks/{slug}/requests/{id:id}", deciding.decide),
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
    get("/networks/{slug}/minutes", minutes.index),
    get("/drop-ins/{id:id}/minutes", minutes.show),
    post("/drop-ins/{id:id}/minutes", minutes.save),
    get("/drop-ins/{id:id}/minutes/edit", minutes.edit),
    post("/drop-ins/{id:id}/minutes/draft", minutes.draft),
    get("/drop-ins/{id:id}/attendance", attendance.people),
    get("/drop-ins/{id:id}/attendance.csv", attendance.sheet_of_people),
    get("/attendance", attendance.ledger),
    get("/attendance/years/{year:id}", attendance.sheet_of_year),
    get("/attendance/{id:id}", attendance.entry),
    post("/attendance/{id:id}/note", attendance.save_note),
    post("/attendance/{id:id}/certificate", attendance.certify),
    post("/attendance/{id:id}/certificate/withdraw", attendance.withdraw),
    get("/attendance/{id:id}/certificate.pdf", attendance.pdf),
    get("/certificates/{code}", attendance.certificate),
    get("/drop-ins/{id:id}", rooms.show),
    get("/topics/{id:id}", discussions.show),
    post("/topics/{id:id}", discussions.reply),
    post("/topics/{id:id}/read", discussions.mark_read),
    get("/posts/{id:id}/edit", discussions.edit),
    post("/posts/{id:id}/edit", discussions.save),
    get("/posts/{id:id}/remove", discussions.confirm_removal),
    post("/posts/{id:id}/remove", discussions.remove),
    get("/posts/{id:id}/unmask", unmasking.show),
    post("/posts/{id:id}/unmask", unmasking.ask),
    post("/posts/{id:id}/unmask/reveal", unmasking.reveal),
    post("/unmaskings/{id:id}/agree", unmasking.agree),
    post("/unmaskings/{id:id}/decline", unmasking.decline),
    get("/networks/{slug}/unmaskings", unmasking.index),
]

API = [
    get("/me", people.me),
    Route("/me", people.change_me, methods=["PATCH"]),
    get("/notices", notices_api.list_notices),
    post("/notices/read", notices_api.mark_read),
    get("/networks", people.list_networks),
    post("/networks", people.found_network),
    get("/networks/{slug}", people.show_network),
    Route("/networks/{slug}", people.change_network, methods=["PATCH"]),
    get("/networks/{slug}/settings", shaping.show_settings),
    get("/networks/{slug}/picture", shaping.show_picture),
    Route("/networks/{slug}/picture", shaping.put_picture, methods=["PUT"]),
    Route("/networks/{slug}/picture", shaping.remove_picture, methods=["DELETE"]),
    get("/networks/{slug}/requests", requests.list_requests),
    post("/networks/{slug}/requests", requests.ask),
    post("/networks/{slug}/requests/{id:id}", requests.decide),
    get("/networks/{slug}/request", requests.show_own),
    Route("/networks/{slug}/request", requests.withdraw, methods=["DELETE"]),
    post("/networks/{slug}/join", people.join_network),
    get("/networks/{slug}/members", people.list_members),
    get("/networks/{slug}/members/{handle}", people.show_member),
    Route("/networks/{slug}/members/{handle}", places.change_role, methods=["PATCH"]),
    Route("/networks/{slug}/members/{handle}", places.remove, methods=["DELETE"]),
    post("/networks/{slug}/members/{handle}/transfer", places.hand_over),
    post("/networks/{slug}/leave", places.leave),
    get("/networks/{slug}/bans", places.list_bans),
    Route("/networks/{slug}/bans/{handle}", places.ban, methods=["PUT"]),
    Route("/networks/{slug}/bans/{handle}", places.unban, methods=["DELETE"]),
    get("/networks/{slug}/audit", places.audit),
    get("/networks/{slug}/preferences", announcements_api.show_preferences),
    Route("/networks/{slug}/preferences", announcements_api.change_preferences, methods=["PATCH"]),
    get("/networks/{slug}/announcements", announcements_api.list_announcements),
    post("/networks/{slug}/announcements", announcements_api.announce),
    get("/networks/{slug}/announcements/{id:id}", announcements_api.show_announcement),
    Route(
        "/networks/{slug}/announcements/{id:id}", announcements_api.remove_announcement, methods=["DELETE"]
    ),
    post("/networks/{slug}/announcements/{id:id}/dismiss", announcements_api.dismiss),
    get("/networks/{slug}/dashboard", announcements_api.show_dashboard),
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
    get("/posts/{id:id}/unmaskings", api_unmasking.of_post),
    post("/posts/{id:id}/unmaskings", api_unmasking.ask),
    post("/posts/{id:id}/unmaskings/reveal", api_unmasking.reveal),
    post("/unmaskings/{id:id}/agree", api_unmasking.agree),
    post("/unmaskings/{id:id}/decline", api_unmasking.decline),
    get("/networks/{slug}/unmaskings", api_unmasking.of_network),
    get("/search", talk.search),
    get("/networks/{slug}/series", dates.list_series),
    post("/networks/{slug}/series", dates.schedule),
    get("/networks/{slug}/drop-ins", dates.list_drop_ins),
    get("/drop-ins/{id:id}", dates.show_drop_in),
    get("/networks/{slug}/minutes", minutes_api.list_minutes),
    get("/drop-ins/{id:id}/minutes", minutes_api.show_minutes),
    Route("/drop-ins/{id:id}/minutes", minutes_api.change_minutes, methods=["PUT"]),
    post("/drop-ins/{id:id}/minutes/draft", minutes_api.draft_minutes),
    get("/drop-ins/{id:id}/attendance", attendance_api.people),
    get("/attendance", attendance_api.ledger),
    get("/attendance/{id:id}", attendance_api.entry),
    Route("/attendance/{id:id}", attendance_api.save_note, methods=["PATCH"]),
    Route("/attendance/{id:id}/certificate", attendance_api.certify, methods=["PUT"]),
    Route("/attendance/{id:id}/certificate", attendance_api.withdraw, methods=["DELETE"]),
    get("/certificates/{code}", attendance_api.certificate),
]

MACHINES = [
    get("/healthz", site.healthz),
    get("/readyz", site.readyz),
    get("/robots.txt", site.robots),
    get("/dev/mailbox", site.mailbox),
    get("/static/{version}/{name:path}", assets.__call__),
]

ROUTES = [*PAGES, Mount("/api/v1", routes=API), *MACHINES]
