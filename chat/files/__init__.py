"""Files: sent, attached to posts, and given to those who may read them."""

from chat.files.attaching import MOST, attach, ids_of, move_with_topic, throw_away
from chat.files.queries import FileSeen, Found, file_of, own_file, own_files, small_key
from chat.files.sending import Ready, keep, make_ready, most_bytes, must_send, too_large
from chat.files.sniffing import MEDIA
from chat.files.stores import Missing, Store, draft, in_order, store
from chat.files.sweeping import sweep

__all__ = [
    "MEDIA",
    "MOST",
    "FileSeen",
    "Found",
    "Missing",
    "Ready",
    "Store",
    "attach",
    "draft",
    "file_of",
    "ids_of",
    "in_order",
    "keep",
    "make_ready",
    "most_bytes",
    "move_with_topic",
    "must_send",
    "own_file",
    "own_files",
    "small_key",
    "store",
    "sweep",
    "throw_away",
    "too_large",
]
