"""What moderators decide on the participants of a Room, obeyed at once."""

from __future__ import annotations

from collections.abc import Sequence

from parley_protocol.grants import Grants, MediaGrant, Role, Source
from sfu_container.members import Members


class Moderation:
    def __init__(self, members: Members) -> None:
        self._members = members
        self._decided: dict[str, tuple[Role, Grants]] = {}

    def as_decided(self, grant: MediaGrant) -> MediaGrant:
        """The grant with the latest decision on its participant: it may have been signed before."""
        if grant.sub not in self._decided:
            return grant
        role, grants = self._decided[grant.sub]
        return grant.model_copy(update={"role": role, "grants": grants})

    def change_grants(self, participant: str, role: Role, grants: Grants) -> None:
        """What a participant is and may do from now on; what it publishes and may not ends."""
        self._decided[participant] = (role, grants)
        found = self._members.of_participant(participant)
        if found is not None:
            found.take_grants(role, grants)
            self._members.announce_now(found)

    def mute(self, participant: str | None, sources: Sequence[Source]) -> None:
        """Mute sources of a participant or, without one, of all who do not moderate."""
        for peer in self._members:
            is_meant = peer.participant == participant or (participant is None and not peer.grant.grants.moderate)
            if is_meant and peer.media.mute_sources(sources):
                self._members.announce(peer)
