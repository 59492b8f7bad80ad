"""Which server a channel belongs to: the only one, or in a cluster the owner of the channel's slot."""

from typing import Any

from redis.crc import key_slot

from chat.realtime.link import Address
from chat.redis import each_address

SLOTS = 16384


class Shards:
    def __init__(self, url: str, cluster: bool) -> None:
        self.cluster = cluster
        self.seeds = [Address.of(each) for each in each_address(url)] if cluster else [Address.of(url)]
        self._owners: list[Address | None] = []

    def owner(self, channel: bytes) -> Address | None:
        """None while nobody has told us, or while nobody owns the slot."""
        if not self.cluster:
            return self.seeds[0]
        return self._owners[key_slot(channel)] if self._owners else None

    @property
    def known(self) -> list[Address]:
        """Every server that may know the others."""
        return list(dict.fromkeys([*filter(None, self._owners), *self.seeds]))

    def learn(self, slots: list[Any], told_by: Address) -> None:
        """The answer to CLUSTER SLOTS."""
        owners: list[Address | None] = [None] * SLOTS
        for first, last, (host, port, *_), *_replicas in slots:
            # No host stands for the one that was asked.
            address = self.seeds[0].at(host.decode() if host else told_by.host, port)
            owners[first : last + 1] = [address] * (last + 1 - first)
        self._owners = owners
