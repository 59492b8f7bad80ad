"""In words, what each access shows to whom, and what a change of it does."""

from chat.discussions import Extent
from chat.languages import _, many, sentence
from chat.networks import NetworkSeen

EVERYTHING = sentence("Everything.")
# To visitors and search engines, to members of the hub who are not in it, to its own members.
SEES = {
    "open": (
        sentence("Everything that is said in it."),
        sentence(
            "Everything that is said in it, and who its members are. They join and write without asking."
        ),
        EVERYTHING,
    ),
    "restricted": (
        sentence("Its name, summary, description and picture, and how many members it has."),
        sentence("The same, and that they can ask for a place."),
        EVERYTHING,
    ),
    "private": (
        sentence("Its name."),
        sentence("Its name, and that they can ask for a place."),
        EVERYTHING,
    ),
    "confidential": (
        sentence("Nothing: it does not exist for them."),
        sentence("Nothing: it does not exist for them."),
        EVERYTHING,
    ),
}


def seen_by(access: str) -> list[str]:
    """What each of the three sees of a network of this access."""
    return [_(what) for what in SEES[access]]


def consequences(network: NetworkSeen, to: str, extent: Extent) -> list[str]:
    """What happens when this network's access becomes `to`, one sentence or two for each thing."""
    was = network.access
    said = {
        "discussions": many(extent.topics, "{n} discussion", "{n} discussions"),
        "posts": many(extent.posts, "{n} post", "{n} posts"),
    }
    members = many(network.members or 0, "{n} member", "{n} members")
    happens = []
    if to == "open":
        happens += [
            _("{discussions} and {posts} become readable by everybody, search engines included.", **said),
            _(
                "Every member of the hub sees who is in it ({members}), and can join and write without asking.",
                members=members,
            ),
        ]
    if was == "open":
        happens += [
            _(
                "{discussions} and {posts} are for those alone who are in it ({members}). Whoever else reads them is cut off at once.",
                members=members,
                **said,
            ),
            _("What others have read or copied, and what search engines have kept, can’t be called back."),
        ]
    happens += _known(network, to, members)
    if to in ("restricted", "private") and was in ("open", "confidential"):
        happens.append(_("Members of the hub can ask for a place. Its hosts approve or decline."))
    if network.requests and to in ("open", "confidential"):
        happens.append(_ended(network.requests, to))
    return [*happens, _("Its members stay, and so do the invitations that are out.")]


def _known(network: NetworkSeen, to: str, members: str) -> list[str]:
    """What becomes of its name and of what it says of itself."""
    was, known = network.access, ("open", "restricted")
    happens = []
    if was == "confidential":
        happens.append(_("Everybody can learn that a network named “{name}” exists.", name=network.name))
    if to in known and was not in known:
        happens.append(
            _(
                "Its summary, description and picture, and that it has {members}, become visible to everybody.",
                members=members,
            )
        )
    if to == "private" and was in known:
        happens.append(
            _("Outsiders no longer see its summary, description and picture, nor how many members it has.")
        )
    if to == "confidential":
        happens += [
            _(
                "Nobody outside can find out any more that it exists. Whoever knows its name now may remember it."
            ),
            _(
                "It gets a new address. The old one answers as if nothing had ever been there, to its members too: they find it in their list of networks."
            ),
        ]
    return happens


def _ended(requests: int, to: str) -> str:
    if to == "open":
        return many(
            requests,
            "{n} request to join ends without an answer: who asked can join by themselves.",
            "{n} requests to join end without an answer: who asked can join by themselves.",
        )
    return many(
        requests,
        "{n} request to join ends without an answer, and nobody is told.",
        "{n} requests to join end without an answer, and nobody is told.",
    )
