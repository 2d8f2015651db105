"""Signatures as Standard Webhooks has them, and secrets that nobody can derive without the platform's own."""

from datetime import UTC, datetime, timedelta

from function_app.webhooks.documents import Webhook
from function_app.webhooks.signatures import SigningSecrets, signed_headers

NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)

# The vector of the specification's reference implementations (github.com/standard-webhooks/standard-webhooks).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SENT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_reference_vector_is_signed_as_it_says() -> None:
    assert signed_headers(MESSAGE, SENT, BODY, [SECRET]) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_two_secrets_sign_side_by_side() -> None:
    other = "whsec_" + "A" * 32
    first, second = signed_headers(MESSAGE, SENT, BODY, [other, SECRET])["webhook-signature"].split(" ")
    assert second == SIGNATURE
    assert first not in ("", SIGNATURE)


def test_a_secret_is_one_webhooks_own() -> None:
    secrets = SigningSecrets(b"platform")
    webhook = Webhook.new("crm", "https://example.com", NOW)
    same_name = Webhook.new("crm", "https://example.com", NOW)
    own = secrets.live("ten_a", webhook, NOW)
    assert own == secrets.live("ten_a", webhook, NOW)
    assert own not in (
        secrets.live("ten_b", webhook, NOW),
        secrets.live("ten_a", same_name, NOW),
        SigningSecrets(b"another platform").live("ten_a", webhook, NOW),
    )


def test_a_former_secret_signs_until_it_expires_and_a_third_ends_it_at_once() -> None:
    secrets = SigningSecrets(b"platform")
    webhook = Webhook.new("crm", "https://example.com", NOW)
    [first] = secrets.live("ten_a", webhook, NOW)
    rotated = webhook.with_new_secret(NOW, NOW + timedelta(hours=1))
    second, former = secrets.live("ten_a", rotated, NOW + timedelta(minutes=59))
    assert former == first
    assert secrets.live("ten_a", rotated, NOW + timedelta(hours=1)) == [second]
    again = rotated.with_new_secret(NOW, NOW + timedelta(hours=1))
    assert first not in secrets.live("ten_a", again, NOW)
