"""A process is empty when none of its nodes has carried a session for a while."""

import time

from sfu_container.health import NOBODY, look_at
from sfu_container.retire import wait_until_empty
from tests.support.answers import answering


def carries(*sessions: int) -> list[bytes]:
    return [b'{"sessions": %d, "peers": %d}' % (count, count) for count in sessions]


def test_it_waits_for_the_last_session_of_every_node_and_a_while_longer() -> None:
    with answering(*carries(2, 1, 0, 1, 0), path="/healthz") as busy, answering(*carries(0), path="/healthz") as idle:
        begun = time.monotonic()
        wait_until_empty([idle, busy], quiet_seconds=0.3, between_seconds=0.05)
        assert time.monotonic() - begun >= 0.3
        assert look_at(busy).sessions == 0, "all that it had to tell was heard"


def test_a_node_that_does_not_answer_holds_nobody() -> None:
    with answering(b"no json", path="/healthz") as confused:
        assert look_at(confused) == NOBODY
    assert look_at(confused) == NOBODY
