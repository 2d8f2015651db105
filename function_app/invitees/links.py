"""The links that are sent to invitees: into the meeting, and out of its messages.

Each holds a token that is signed, not encrypted, with a key of its own kind. It has no time in it, so the same message
is the same bytes whenever it is made; it dies with the invitee's edition (docs/adr/0012-invitation-links.md). It is
kept short for SMS:

    tenant (16 bytes) | edition (16) | invitee's document (16) | rest: the meeting, and the channel | MAC (16)
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple, Self

from ulid import ULID

from function_app.errors import InvitationInvalidError
from function_app.invitees.documents import INVITEE_PREFIX, Invitee
from function_app.meetings.models import meeting_url
from function_app.notifications.port import ChannelName
from function_app.stores.documents import MeetingKey

UNSUBSCRIBE_PATH = "/unsubscribe"
_TENANT_PREFIX = "ten_"
_PART_BYTES = 16
_HEAD_BYTES = 3 * _PART_BYTES
_SEPARATOR = "/"


class Addressee(NamedTuple):
    """Whom a link was sent to."""

    meeting: MeetingKey
    document: str
    """The invitee's."""
    edition: str
    """The invitee's own at that time."""

    @classmethod
    def of(cls, invitee: Invitee) -> Self:
        return cls(invitee.key, invitee.id, invitee.edition)

    @property
    def head(self) -> bytes:
        tenant = ULID.from_str(self.meeting.tenant.removeprefix(_TENANT_PREFIX))
        document = bytes.fromhex(self.document.removeprefix(INVITEE_PREFIX))
        return tenant.bytes + ULID.from_str(self.edition).bytes + document

    @classmethod
    def read(cls, head: bytes, meeting: str) -> Self:
        tenant, edition, document = (head[start : start + _PART_BYTES] for start in range(0, _HEAD_BYTES, _PART_BYTES))
        key = MeetingKey(f"{_TENANT_PREFIX}{ULID.from_bytes(tenant)}", meeting)
        return cls(key, f"{INVITEE_PREFIX}{document.hex()}", str(ULID.from_bytes(edition)))


class InviteeLinks:
    def __init__(self, secret: bytes, public_url: str) -> None:
        self._invitations = hmac.digest(secret, b"invitation links", "sha256")
        self._unsubscribing = hmac.digest(secret, b"unsubscribe links", "sha256")
        self._public_url = public_url

    def into_meeting(self, invitee: Invitee) -> str:
        """The token is in the fragment, which browsers do not send to servers."""
        token = _sealed(self._invitations, Addressee.of(invitee), invitee.meeting_id)
        return f"{meeting_url(self._public_url, invitee.meeting_id)}#invitation={token}"

    def out_of_messages(self, invitee: Invitee, channel: ChannelName) -> str:
        """The address that ends messages by this channel (RFC 8058)."""
        rest = f"{invitee.meeting_id}{_SEPARATOR}{channel}"
        return f"{self._public_url}{UNSUBSCRIBE_PATH}?token={_sealed(self._unsubscribing, Addressee.of(invitee), rest)}"

    def addressee(self, token: str) -> Addressee:
        """Whom the invitation is for. Raises InvitationInvalidError."""
        head, meeting = _opened(self._invitations, token)
        return Addressee.read(head, meeting)

    def opting_out(self, token: str) -> tuple[Addressee, ChannelName]:
        """Who wants no messages, and by which channel. Raises InvitationInvalidError."""
        head, rest = _opened(self._unsubscribing, token)
        meeting, _, channel = rest.partition(_SEPARATOR)
        return Addressee.read(head, meeting), ChannelName(channel)


def _sealed(key: bytes, addressee: Addressee, rest: str) -> str:
    body = addressee.head + rest.encode()
    return urlsafe_b64encode(body + _mac(key, body)).rstrip(b"=").decode()


def _opened(key: bytes, token: str) -> tuple[bytes, str]:
    """Head and rest. Only what was sealed with the key is looked at any further."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise InvitationInvalidError from None
    body, mac = raw[:-_PART_BYTES], raw[-_PART_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, body)):
        raise InvitationInvalidError
    return body[:_HEAD_BYTES], body[_HEAD_BYTES:].decode()


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_PART_BYTES]
