"""What is kept of a tenant's user, over all of the tenant's meetings, and taking it away piece by piece.

A piece that was taken away is not found again, so whoever asks for the next ones goes on where another has stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

from function_app.invitees.documents import Invitee
from function_app.lobby.documents import Admission, LobbyEntry
from function_app.meetings.documents import MEETING_DOCUMENT
from function_app.participants.documents import Participant
from function_app.participants.exclusions import Exclusion
from function_app.stores.cosmos import BatchOperation, Container, add_to, set_values
from function_app.stores.documents import MeetingKey
from function_app.stores.invitees import COUNT
from function_app.stores.outcomes import AbsentError, until_it_holds
from function_app.timestamps import rfc3339

NOBODY = "erased"
"""Stands where a user's id stood."""
NO_NAME = "Erased"
"""Stands where a name stood."""
_BATCH = 50

_AS_PARTICIPANT = "c.tenantId = @tenant AND c.type = 'participant' AND c.user = @user"
_PARTICIPANTS = f"SELECT * FROM c WHERE {_AS_PARTICIPANT} OFFSET 0 LIMIT @size"  # noqa: S608 constants only
_COUNT = f"SELECT VALUE COUNT(1) FROM c WHERE {_AS_PARTICIPANT}"  # noqa: S608 constants only
_EXCLUSIONS = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'exclusion' AND c.user = @user
    OFFSET 0 LIMIT @size
"""
_MESSAGES = """
    SELECT VALUE c.id FROM c
    WHERE c.tenantId = @tenant AND c.type = 'chatMessage' AND c.participantId = @participant
    OFFSET 0 LIMIT @size
"""
_EVENTS = """
    SELECT VALUE c.id FROM c
    WHERE c.tenantId = @tenant AND c.type = 'event' AND c.data.participant = @participant AND c.data.user = @user
    OFFSET 0 LIMIT @size
"""
_LOBBY_ENTRIES = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'lobbyEntry' AND c.user = @user
    OFFSET 0 LIMIT @size
"""
_INVITEES = """
    SELECT * FROM c
    WHERE c.tenantId = @tenant AND c.type = 'invitee'
    AND (c.participant = @user OR (IS_NULL(c.participant) AND c.invitee = @user))
    OFFSET 0 LIMIT @size
"""
_EVENTS_OF_INVITEE = """
    SELECT VALUE c.id FROM c
    WHERE c.tenantId = @tenant AND c.type = 'event' AND c.data.invitee = @invitee
    OFFSET 0 LIMIT @size
"""


class PersonalData:
    def __init__(self, container: Container) -> None:
        self._container = container

    async def count(self, tenant: str, user: str) -> int:
        """In how many sessions the user was."""
        [count] = await self._container.query((tenant,), _COUNT, tenant=tenant, user=user)
        return int(count)

    async def participants(self, tenant: str, user: str, size: int) -> list[Participant]:
        """Some of those that the user was in sessions."""
        rows = await self._container.query((tenant,), _PARTICIPANTS, tenant=tenant, user=user, size=size)
        return [Participant.read(row) for row in rows]

    async def exclusions(self, tenant: str, user: str, size: int) -> list[Exclusion]:
        """Some of the user's removals and bans."""
        rows = await self._container.query((tenant,), _EXCLUSIONS, tenant=tenant, user=user, size=size)
        return [Exclusion.read(row) for row in rows]

    async def invitees(self, tenant: str, user: str, size: int) -> list[Invitee]:
        """Some of those that the user was invited as, removed ones too."""
        rows = await self._container.query((tenant,), _INVITEES, tenant=tenant, user=user, size=size)
        return [Invitee.read(row) for row in rows]

    async def lobby_entries(self, tenant: str, user: str, size: int) -> list[LobbyEntry]:
        """Some of the user's visits to lobbies."""
        rows = await self._container.query((tenant,), _LOBBY_ENTRIES, tenant=tenant, user=user, size=size)
        return [LobbyEntry.read(row) for row in rows]

    async def erase_invitee(self, invitee: Invitee) -> None:
        """The invitee with its addresses; events go on telling that there was one, and not who."""

        async def attempt() -> None:
            found, meeting = [await self._container.read(invitee.key, one) for one in (invitee.id, MEETING_DOCUMENT)]
            present = Invitee.read(found) if found else None
            if present is None or present.user != invitee.user:
                return  # Somebody else was faster, or it is for another person now.
            if present.invitee != NOBODY:  # Those events would be found for ever.
                await self._erase_events_of_invitee(present)
            operations: list[BatchOperation] = [("delete", (present.id,), {"if_match_etag": present.etag})]
            if meeting and present.removed_on is None and rfc3339(present.created_on) >= meeting["createdOn"]:
                same = f"FROM c WHERE c.createdOn = '{meeting['createdOn']}'"  # One made anew counts others.
                operations.append(("patch", (MEETING_DOCUMENT, [add_to(COUNT, -1)]), {"filter_predicate": same}))
            await self._container.batch(present.key, operations)

        await until_it_holds(attempt)

    async def _erase_events_of_invitee(self, invitee: Invitee) -> None:
        key, changes = invitee.key, set_values({"data/invitee": NOBODY})
        parameters = {"invitee": invitee.invitee, "size": _BATCH}
        while found := await self._container.query(key, _EVENTS_OF_INVITEE, tenant=key.tenant, **parameters):
            await self._container.batch(key, [("patch", (event, changes)) for event in found])

    async def delete_messages(self, participant: Participant) -> None:
        """All that the participant said in the chat."""
        while found := await self._some(participant, _MESSAGES):
            await self._container.batch(participant.key, [("delete", (message,)) for message in found])

    async def erase_events(self, participant: Participant) -> None:
        """Events go on telling that somebody came and left, and not who."""
        changes = set_values({"data/user": NOBODY, "data/name": NO_NAME})
        while found := await self._some(participant, _EVENTS, user=participant.user):
            operations: list[BatchOperation] = [("patch", (event, changes)) for event in found]
            await self._container.batch(participant.key, operations)

    async def erase_participant(self, participant: Participant) -> None:
        """Somebody was in the session, from when to when; no more is known."""
        values = {"user": NOBODY, "name": NO_NAME, "providerUser": None}
        await self._container.patch(participant.key, participant.id, set_values(values))

    async def erase_exclusion(self, exclusion: Exclusion) -> None:
        """The ban holds, by the document's id; it does not say any more whom."""
        try:
            await self._container.patch(exclusion.key, exclusion.id, set_values({"user": NOBODY}))
        except AbsentError:
            return  # Gone by its time to live.

    async def erase_lobby_entry(self, entry: LobbyEntry) -> None:
        """Who waits, waits no more; a decision holds, by the document's id, and does not say any more on whom."""
        erased = set_values({"user": NOBODY, "name": NO_NAME})
        waits = entry.admission is Admission.WAITING
        operation: BatchOperation = ("delete", (entry.id,)) if waits else ("patch", (entry.id, erased))
        try:
            await self._container.batch(entry.key, [operation])
        except AbsentError:
            return  # Gone by its time to live.

    async def _some(self, participant: Participant, sql: str, **parameters: str) -> Sequence[str]:
        key: MeetingKey = participant.key
        found = await self._container.query(
            key, sql, tenant=key.tenant, participant=participant.id, size=_BATCH, **parameters
        )
        return [str(one) for one in found]
