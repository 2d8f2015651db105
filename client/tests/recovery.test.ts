import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, ConnectError, DeadlineError, NetworkError, ProviderError, SignallingError } from "../src/core/errors";
import { GaveUp, judge, persist, Wake } from "../src/core/recovery";
import { backoffMs } from "../src/core/time";

describe("the verdict on a failed attempt", () => {
  it.each([
    new NetworkError("no answer"),
    new ApiError(503, "NoNodeAvailable", ""),
    new ApiError(429, "TooManyRequests", ""),
    new ConnectError("signalling", new SignallingError("NodeFull", "")),
    new ConnectError("signalling", new SignallingError("PeerNotFound", "")),
    new ConnectError("ice", new DeadlineError("the media path")),
  ])("is to try again after %s", (error) => {
    expect(judge(error).retry).toBe(true);
  });

  it.each([
    [new ApiError(401, "TokenExpired", ""), "tokenExpired"],
    [new ApiError(401, "TokenInvalid", ""), "tokenInvalid"],
    [new ApiError(404, "MeetingNotFound", ""), "meetingNotFound"],
    [new ApiError(403, "Forbidden", ""), "refused"],
    [new ConnectError("signalling", new SignallingError("UnsupportedOffer", "")), "refused"],
    [new ConnectError("api", new ProviderError("acs")), "notPlayable"],
  ])("is to give up after %s", (error, reason) => {
    expect(judge(error)).toMatchObject({ retry: false, reason });
  });

  it("heeds Retry-After", () => {
    expect(judge(new ApiError(503, "NoNodeAvailable", "", 2000))).toEqual({ retry: true, afterMs: 2000 });
  });
});

describe("waiting between attempts", () => {
  it("doubles up to eight seconds, give or take a quarter", () => {
    expect([0, 1, 2, 9].map((attempt) => backoffMs(attempt, () => 0.5))).toEqual([500, 1000, 2000, 8000]);
    expect(backoffMs(0, () => 0)).toBe(375);
    expect(backoffMs(0, () => 1)).toBe(625);
  });
});

describe("persisting", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function run(attempt: () => Promise<string>, options: { budgetMs?: number; wake?: Wake } = {}) {
    const abort = new AbortController();
    const failures: unknown[] = [];
    const result = persist(attempt, options.wake ?? new Wake(), {
      budgetMs: options.budgetMs ?? 30_000,
      signal: abort.signal,
      onFailed: (error) => failures.push(error),
    });
    const settled = result.catch((error: unknown) => error);
    return { settled, failures, abort };
  }

  it("tries until it succeeds", async () => {
    const attempt = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new NetworkError("")).mockResolvedValue("in");
    const { settled, failures } = run(attempt);
    await vi.runAllTimersAsync();
    expect(await settled).toBe("in");
    expect(failures).toHaveLength(1);
  });

  it("does not try again what cannot succeed", async () => {
    const attempt = vi.fn(() => Promise.reject(new ApiError(401, "TokenInvalid", "")));
    const { settled } = run(attempt);
    expect(await settled).toMatchObject({ reason: "tokenInvalid", code: "TokenInvalid" });
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it("gives up when the budget is spent, and names the step that failed", async () => {
    const { settled } = run(() => Promise.reject(new ConnectError("ice", new DeadlineError("the path"))));
    await vi.runAllTimersAsync();
    const error = await settled;
    expect(error).toBeInstanceOf(GaveUp);
    expect(error).toMatchObject({ reason: "failed", step: "ice", code: "NoAnswer" });
  });

  it("is woken early when the network is back", async () => {
    const wake = new Wake();
    const attempt = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new ApiError(503, "", "", 20_000))
      .mockResolvedValue("in");
    const { settled } = run(attempt, { wake });
    await vi.advanceTimersByTimeAsync(10);
    expect(attempt).toHaveBeenCalledTimes(1);
    wake.now();
    await vi.advanceTimersByTimeAsync(1);
    expect(await settled).toBe("in");
  });

  it("stops when the person leaves meanwhile", async () => {
    const attempt = vi.fn(() => Promise.reject(new NetworkError("")));
    const { settled, abort } = run(attempt);
    await vi.advanceTimersByTimeAsync(10);
    abort.abort();
    await vi.runAllTimersAsync();
    expect(await settled).toMatchObject({ name: "AbortError" });
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});
