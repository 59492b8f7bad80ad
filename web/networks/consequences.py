"""In words, what each access shows to whom, and what a change of it does."""

from chat.discussions import Extent
from chat.languages import many
from chat.networks import NetworkSeen

# To visitors and search engines, to members of the hub who are not in it, to its own members.
SEES = {
    "open": (
        "Everything that is said in it.",
        "Everything that is said in it, and who its members are. They join and write without asking.",
        "Everything.",
    ),
    "restricted": (
        "Its name, summary, description and picture, and how many members it has.",
        "The same, and that they can ask for a place.",
        "Everything.",
    ),
    "private": ("Its name.", "Its name, and that they can ask for a place.", "Everything."),
    "confidential": ("Nothing: it does not exist for them.", "Nothing: it does not exist for them.", "Everything."),
}  # fmt: skip


def consequences(network: NetworkSeen, to: str, extent: Extent) -> list[str]:
    """What happens when this network's access becomes `to`, one sentence or two for each thing."""
    was = network.access
    members = many(network.members or 0, "{n} member", "{n} members")
    all_said = f"{many(extent.topics, '{n} discussion', '{n} discussions')} and {many(extent.posts, '{n} post', '{n} posts')}"
    happens = []
    if to == "open":
        happens += [
            f"{all_said} become readable by everybody, search engines included.",
            f"Every member of the hub sees who its {members} are, and can join and write without asking.",
        ]
    if was == "open":
        happens += [
            f"{all_said} are for its {members} alone. Whoever reads them without being one is cut off at once.",
            "What others have read or copied, and what search engines have kept, can’t be called back.",
        ]
    happens += _known(network, to, members)
    if to in ("restricted", "private") and was in ("open", "confidential"):
        happens.append("Members of the hub can ask for a place. Its hosts approve or decline.")
    if network.requests and to in ("open", "confidential"):
        happens.append(_ended(network.requests, to))
    return [*happens, "Its members stay, and so do the invitations that are out."]


def _known(network: NetworkSeen, to: str, members: str) -> list[str]:
    """What becomes of its name and of what it says of itself."""
    was, known = network.access, ("open", "restricted")
    happens = []
    if was == "confidential":
        happens.append(f"Everybody can learn that a network named “{network.name}” exists.")
    if to in known and was not in known:
        happens.append(
            f"Its summary, description and picture, and that it has {members}, become visible to everybody."
        )
    if to == "private" and was in known:
        happens.append(
            "Outsiders no longer see its summary, description and picture, nor how many members it has."
        )
    if to == "confidential":
        happens.append(
            "Nobody outside can find out any more that it exists. Whoever knows its name now may remember it."
        )
        happens.append(
            "It gets a new address. The old one answers as if nothing had ever been there, to its members too: "
            "they find it in their list of networks."
        )
    return happens


def _ended(requests: int, to: str) -> str:
    ended = f"{many(requests, '{n} request', '{n} requests')} to join {'ends' if requests == 1 else 'end'} without an answer"
    return f"{ended}: who asked can join by themselves." if to == "open" else f"{ended}, and nobody is told."
