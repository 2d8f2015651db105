import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../src/core/api";
import { ConnectError } from "../src/core/errors";
import { openingPassed } from "../src/core/opening";
import { GaveUp, judge } from "../src/core/recovery";
import { strings } from "../src/strings";

const NOW = new Date("2026-11-30T08:00:00Z");
const opening = { opensOn: new Date("2026-12-02T08:45:00Z"), startsOn: new Date("2026-12-02T09:00:00Z") };
const error = { code: "MeetingNotOpen", message: "", opensOn: opening.opensOn.toISOString(), startsOn: opening.startsOn.toISOString() };

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => vi.useRealTimers());

describe("a meeting that is not open yet", () => {
  it("is told with its times, as far as the phase", async () => {
    const api = new Api("", () => Promise.resolve(new Response(JSON.stringify({ error }), { status: 403 })));
    const refusal: unknown = await api.join("token").catch((thrown: unknown) => thrown);
    const verdict = judge(new ConnectError("api", refusal));
    expect(verdict).toEqual({ retry: false, reason: "notOpen", code: "MeetingNotOpen", opening });
    expect(new GaveUp("notOpen", refusal, "MeetingNotOpen", opening).details).toMatchObject({ opening });
  });

  it("is shown by the viewer's clock, with the day unless it is today's", () => {
    const other = strings.notOpen.opens(opening.opensOn);
    expect(other).toContain("December 2");
    const today = strings.notOpen.opens(new Date(NOW.getTime() + 60_000));
    expect(today).not.toContain("November");
  });

  it("is joined once that time has passed, and not before", async () => {
    const passed = vi.fn();
    void openingPassed(opening, new AbortController().signal, () => 0.5).then(passed);
    await vi.advanceTimersByTimeAsync(opening.opensOn.getTime() - NOW.getTime());
    expect(passed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_500);
    expect(passed).toHaveBeenCalled();
  });

  it("is not asked for again at once by a clock that is ahead", async () => {
    const passed = vi.fn();
    void openingPassed({ ...opening, opensOn: new Date(0) }, new AbortController().signal, () => 0).then(passed);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(passed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(passed).toHaveBeenCalled();
  });
});
