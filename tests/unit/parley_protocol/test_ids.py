import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from parley_protocol.ids import MeetingId, ParticipantId, SessionId, UserId, new_id, participant_id

USERS = st.text(min_size=1, max_size=128)


def test_new_ids_carry_their_kind_and_are_never_the_same() -> None:
    ids = [new_id("ses") for _ in range(1000)]
    assert len(set(ids)) == 1000
    adapter = TypeAdapter(SessionId)
    assert [adapter.validate_python(one) for one in ids] == ids


@given(USERS, USERS)
def test_a_user_is_one_participant_of_a_session_and_no_other_users(one: str, other: str) -> None:
    mine = participant_id("ses_1", one)
    assert TypeAdapter(ParticipantId).validate_python(mine) == mine
    assert mine == participant_id("ses_1", one)
    assert mine != participant_id("ses_2", one)
    assert (mine == participant_id("ses_1", other)) == (one == other)


@pytest.mark.parametrize("bad", ["", "-x", "a/b", "a b", "a" * 65, "../x", "ü", "a\n", "$batch"])
def test_a_meeting_id_outside_its_alphabet_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(MeetingId).validate_python(bad)


@pytest.mark.parametrize("bad", ["", "a\x00b", "a\n", "x" * 129])
def test_a_user_id_with_control_characters_or_of_absurd_length_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(UserId).validate_python(bad)
