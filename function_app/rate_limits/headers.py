"""What callers are told of their buckets: the headers of draft-ietf-httpapi-ratelimit-headers-10."""

from __future__ import annotations

from collections.abc import Sequence

from function_app.rate_limits.buckets import Level


def rate_limit_headers(levels: Sequence[Level]) -> dict[str, str]:
    """None when there is no level to tell."""
    if not levels:
        return {}
    rates = (level.rate for level in levels)
    return {
        "RateLimit-Policy": ", ".join(f'"{rate.name}";q={rate.burst};w={rate.window}' for rate in rates),
        "RateLimit": ", ".join(
            f'"{level.rate.name}";r={int(level.tokens)};t={level.seconds_until_full}' for level in levels
        ),
    }
