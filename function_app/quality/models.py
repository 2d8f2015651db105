"""Quality reports as the API shows them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from function_app.api.models import Response
from function_app.attendance.models import NEXT_LINK
from function_app.participants.documents import Participant
from function_app.quality.advice import Advice, advise
from function_app.quality.figures import bits_per_second, loss_ratio, median_round_trip_ms, part_of
from parley_protocol.grants import DisplayName
from parley_protocol.ids import ParticipantId, SessionId, UserId
from parley_protocol.quality import PeerQuality

Ratio = Annotated[float, Field(ge=0, le=1)]


class ConnectionResource(Response):
    """How a connection was over the time in which its node looked at it; `up` is what the participant sent."""

    seconds: int
    """How long that was, over all Peers that have ended."""
    good_ratio: Ratio
    poor_ratio: Ratio
    lost_ratio: Ratio
    """Nothing was heard of the participant."""
    tcp_ratio: Ratio
    """Media went over TCP, as where a firewall lets no UDP through."""
    round_trip_ms: int | None = None
    """The median, of what was seen every two seconds; counted in classes, so it is near, not exact."""
    worst_round_trip_ms: int | None = None
    loss_ratio_up: Ratio
    loss_ratio_down: Ratio
    """The part of packets that got lost, before repetition mended it."""
    bits_per_second_up: int
    bits_per_second_down: int
    freezes: int
    """How often a picture that the participant was shown stood still."""
    frozen_seconds: int
    """For how long, each picture for itself."""

    @classmethod
    def of(cls, quality: PeerQuality) -> Self:
        return cls(
            seconds=round(quality.seconds),
            good_ratio=part_of(quality.good_seconds, quality.seconds),
            poor_ratio=part_of(quality.poor_seconds, quality.seconds),
            lost_ratio=part_of(quality.lost_seconds, quality.seconds),
            tcp_ratio=part_of(quality.tcp_seconds, quality.seconds),
            round_trip_ms=median_round_trip_ms(quality),
            worst_round_trip_ms=quality.worst_round_trip_ms,
            loss_ratio_up=loss_ratio(quality.up),
            loss_ratio_down=loss_ratio(quality.down),
            bits_per_second_up=bits_per_second(quality.up, quality.seconds),
            bits_per_second_down=bits_per_second(quality.down, quality.seconds),
            freezes=quality.freezes,
            frozen_seconds=round(quality.frozen_seconds),
        )


class ParticipantQualityResource(Response):
    session: SessionId
    participant: ParticipantId
    user: UserId
    name: DisplayName
    connection: ConnectionResource | None = None
    """Absent while nothing is known: no Peer has ended yet, or its node died, or media was not on our nodes."""
    advice: list[Advice]
    """What was wrong with the connection, if it was poor or lost for a part of the time that matters."""

    @classmethod
    def of(cls, participant: Participant) -> Self:
        quality = participant.connection.quality
        return cls(
            session=participant.session_id,
            participant=participant.id,
            user=participant.user,
            name=participant.name,
            connection=ConnectionResource.of(quality) if quality else None,
            advice=advise(quality) if quality else [],
        )


SHEET_COLUMNS = (
    "session",
    "participant",
    "user",
    "name",
    *ConnectionResource.model_fields,
    "advice",
)


def sheet_row(resource: ParticipantQualityResource) -> dict[str, object]:
    """The same as one line of a table, by SHEET_COLUMNS; pieces of advice are put one after the other."""
    row: dict[str, object] = resource.model_dump(mode="json", exclude={"connection", "advice"})
    row |= resource.connection.model_dump(mode="json") if resource.connection else {}
    return {**row, "advice": " ".join(resource.advice)}


class QualitySummary(Response):
    """All who were in one session, taken together."""

    session: SessionId
    participants: int
    """How many were there."""
    measured: int
    """Of how many it is known how their connections were."""
    troubled: int
    """How many of them had a connection that was poor or lost for a tenth of the time or longer."""
    worst: list[ParticipantQualityResource]
    """Of those, the ten that had it for the longest part of the time, the worst first."""


class QualityReport(Response):
    value: list[ParticipantQualityResource]
    """In the order in which they came."""
    next_link: str | None = NEXT_LINK
