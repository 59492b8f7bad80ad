"""Names for who writes without their own: drawn by lot, one for each member and topic."""

import secrets
from itertools import count

from chat import clock
from chat.db import Transaction
from chat.errors import Invalid
from chat.languages import _

# Calm ones. None of them is an insult, an illness or a first name.
_ANIMALS = """
Albatross Alpaca Antelope Avocet Axolotl Barbet Beaver Beluga Bison Bittern Blackbird Bluebird Brambling Bulbul
Bullfinch Bunting Butterfly Capercaillie Caracara Caribou Chaffinch Chamois Chickadee Chiffchaff Chinchilla Chough
Cockatoo Condor Cormorant Corncrake Crane Crossbill Curlew Deer Dipper Dolphin Dormouse Dotterel Dove Dragonfly
Duiker Dunlin Dunnock Eagle Egret Eider Eland Elk Emu Falcon Fieldfare Finch Firecrest Flamingo Flycatcher
Frigatebird Fulmar Gadwall Gazelle Gecko Giraffe Godwit Goldcrest Goldeneye Goldfinch Goosander Goshawk Grebe
Greenfinch Greenshank Grouse Guillemot Hare Hawfinch Hedgehog Heron Honeybee Honeyeater Hoopoe Hornbill Hummingbird
Ibex Ibis Jacana Jackdaw Kestrel Kingbird Kingfisher Kinglet Kite Kittiwake Koala Kudu Ladybird Lapwing Lark Linnet
Llama Lorikeet Lynx Macaw Mallard Meadowlark Merganser Moorhen Motmot Muntjac Narwhal Newt Nightingale Nightjar
Nuthatch Ocelot Okapi Oriole Oropendola Oryx Osprey Otter Ouzel Oystercatcher Panda Pangolin Parakeet Partridge
Pelican Penguin Peregrine Petrel Phalarope Pheasant Pika Pintail Pipit Plover Pochard Porpoise Ptarmigan Puffin
Quail Quetzal Razorbill Redpoll Redshank Redstart Redwing Reindeer Salamander Sanderling Sandpiper Scaup Scoter
Seahorse Seal Serin Shearwater Shelduck Shoveler Siskin Skylark Sparrow Spoonbill Squirrel Starling Stilt Stonechat
Stork Sunbird Swallow Swan Swift Tanager Tapir Teal Tern Tinamou Toucan Towhee Treecreeper Trogon Tropicbird Turaco
Turnstone Turtle Veery Vicuna Vireo Wagtail Warbler Waxbill Waxwing Wheatear Whimbrel Whinchat Whitethroat Wigeon
Willet Wombat Woodcock Woodlark Woodpecker Wren Wryneck Yellowhammer Yellowthroat Zebra
"""
ANIMALS = tuple(_ANIMALS.split())


def wants_no_name(field: object) -> bool:
    """Whether a form or an API client asks for a post without the name. What we don't understand never posts with it."""
    if field in (None, "", False):
        return False
    if field is True or field == "yes":
        return True
    raise Invalid("anonymous", _("Say true or false: is this to be posted without your name?"))


async def pseudonym_in(tx: Transaction, topic_id: int, member_id: int) -> int:
    """The id of a member's pseudonym in a topic, drawn for their first post without a name. The caller holds the topic."""
    rows = await tx.all("SELECT id, member_id, name FROM pseudonym WHERE topic_id = :topic", topic=topic_id)
    for row in rows:
        if row.member_id == member_id:
            return row.id
    return await tx.value(
        "INSERT INTO pseudonym (topic_id, member_id, name, created_at) VALUES (:topic, :member, :name, :now) RETURNING id",
        topic=topic_id,
        member=member_id,
        name=draw({row.name for row in rows}),
        now=clock.now(),
    )


def draw(taken: set[str]) -> str:
    """A name that nobody in the topic has. When all animals are there, a second Heron comes."""
    for time in count(1):
        names = (f"Anonymous {animal}" + (f" {time}" if time > 1 else "") for animal in ANIMALS)
        if free := [name for name in names if name not in taken]:
            return secrets.choice(free)
    raise AssertionError
