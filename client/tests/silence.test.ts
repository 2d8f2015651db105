import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SilenceWatch } from "../src/core/silence";

/** A connection of which only the counters of its transport matter. */
class Transport {
  bytes = 0;
  requests = 1;
  responses = 1;
  tells = true;

  getStats() {
    const pair = { id: "pair", type: "candidate-pair", requestsSent: 1, consentRequestsSent: this.requests - 1 };
    const told = this.tells ? { ...pair, responsesReceived: this.responses } : pair;
    const transport = { id: "t", type: "transport", bytesReceived: this.bytes, selectedCandidatePairId: "pair" };
    return Promise.resolve(new Map<string, object>([["t", transport], ["pair", told]]));
  }
}

let transport: Transport;
let silences: number;
let watch: SilenceWatch;

beforeEach(() => {
  vi.useFakeTimers();
  transport = new Transport();
  silences = 0;
  watch = new SilenceWatch(transport as unknown as RTCPeerConnection, () => (silences += 1));
});

afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

async function pass(ms: number, each: () => void = () => undefined): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    each();
    await vi.advanceTimersByTimeAsync(250);
  }
}

const receive = () => (transport.bytes += 100);

describe("a silent path", () => {
  it("is told of within three seconds, and once", async () => {
    await pass(3_000, receive);
    transport.requests += 1;
    await pass(1_500);
    expect(silences).toBe(0);
    await pass(1_500);
    expect(silences).toBe(1);
    await pass(10_000);
    expect(silences).toBe(1);
  });

  it("is told of again when it had been heard meanwhile", async () => {
    for (const times of [1, 2]) {
      await pass(1_000, receive);
      transport.requests += 1;
      await pass(4_000);
      expect(silences).toBe(times);
    }
  });

  it("is over when something comes again, on whatever path", async () => {
    const over = vi.fn();
    await watch.over();
    await pass(1_000, receive);
    transport.requests += 1;
    await pass(3_000);
    void watch.over().then(over);
    await pass(2_000);
    expect(over).not.toHaveBeenCalled();
    transport.responses += 1;
    await pass(1_000);
    expect(over).toHaveBeenCalledOnce();
  });

  it("is no news while the node need not say anything: nobody asked it", async () => {
    await pass(1_000, receive);
    await pass(10_000);
    expect(silences).toBe(0);
  });

  it("is none while checks are answered", async () => {
    for (let check = 0; check < 5; check += 1) {
      transport.requests += 1;
      await pass(500);
      transport.responses += 1;
      await pass(2_000);
    }
    expect(silences).toBe(0);
  });

  it("is left to ICE where the browser does not tell of checks", async () => {
    transport.tells = false;
    transport.requests += 5;
    await pass(10_000);
    expect(silences).toBe(0);
  });

  it("is of no interest any more at the end", async () => {
    await pass(1_000, receive);
    transport.requests += 1;
    watch.close();
    await pass(5_000);
    expect(silences).toBe(0);
  });
});
