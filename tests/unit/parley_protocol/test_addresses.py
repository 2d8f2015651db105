import pytest

from parley_protocol.addresses import ParticipantAddress


def test_an_address_survives_the_way_through_a_user_id() -> None:
    address = ParticipantAddress("ten_1", "demo", "ses_1", "par_1")
    assert ParticipantAddress.parse(str(address)) == address


@pytest.mark.parametrize("user_id", ["nod_1", "", "a/b/c", "a/b/c/d/e", "a//c/d"])
def test_a_user_id_of_another_shape_is_nobodys_address(user_id: str) -> None:
    assert ParticipantAddress.parse(user_id) is None
