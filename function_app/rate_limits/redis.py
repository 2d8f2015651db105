"""The buckets that all instances of the control plane share, in Redis.

    parley:rate:{owner}:{rate}:{payer}    hash: tokens, at (Unix seconds); gone when the bucket is full again

The owner stands in braces, so that a clustered Redis keeps what one script touches in one place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from function_app.rate_limits.buckets import BucketsUnavailableError, Charge, Level, Taken

_TIMEOUT_SECONDS = 0.5
"""Nobody waits longer for a limit: counting in this process is good enough for a while."""

# KEYS: the buckets; ARGV: for each, tokens per second and the burst. Answers whether all had a token, and their levels.
# The time is the server's own, so that the clocks of the instances need not agree.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local levels, enough = {}, 1
for i, key in ipairs(KEYS) do
    local rate, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local known = redis.call('HMGET', key, 'tokens', 'at')
    levels[i] = burst
    if known[1] then
        levels[i] = math.min(burst, known[1] + math.max(0, now - known[2]) * rate)
    end
    if levels[i] < 1 then enough = 0 end
end
local answer = {tostring(enough)}
for i, key in ipairs(KEYS) do
    local rate, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local tokens = levels[i] - enough
    redis.call('HSET', key, 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
    redis.call('PEXPIRE', key, math.ceil((burst - tokens) / rate * 1000) + 1)
    answer[i + 1] = string.format('%.6f', tokens)
end
return answer
"""


class RedisBuckets:
    def __init__(self, redis: Redis) -> None:
        self._take = redis.register_script(_TAKE)

    async def take(self, owner: str, charges: Sequence[Charge]) -> Taken:
        keys = [f"parley:rate:{{{owner}}}:{charge.rate.name}:{charge.payer}" for charge in charges]
        rates = [number for charge in charges for number in (charge.rate.per_second, charge.rate.burst)]
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                enough, *tokens = await self._take(keys=keys, args=rates)
        except (RedisError, OSError, TimeoutError) as error:
            raise BucketsUnavailableError from error
        levels = (Level(charge.rate, float(held)) for charge, held in zip(charges, tokens, strict=True))
        return Taken(enough == "1", tuple(levels))
