// @vitest-environment jsdom
import { FluentProvider } from "@fluentui/react-components";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConnectionButton } from "../src/components/ConnectionButton";
import { ConnectionDetails } from "../src/components/ConnectionDetails";
import type { Connection } from "../src/core/connection";
import { layerOf } from "../src/core/received";
import { applyToRoster, rosterOf } from "../src/core/roster";
import { MeetingSession } from "../src/core/session";
import { Store } from "../src/core/store";
import type { ConnectionQuality, Stats } from "../src/generated/protocol";
import { SessionContext } from "../src/hooks/session";
import { strings } from "../src/strings";
import { theme } from "../src/theme";
import { person } from "./fakes/platform";

const words = strings.connection;

const STATS: Stats = {
  type: "stats",
  roundTripMs: 43,
  transport: "udp",
  estimate: 3_000_000,
  up: { bitsPerSecond: 1_240_000, lossRatio: 0.015 },
  down: { bitsPerSecond: 640_000, lossRatio: 0 },
  publications: [
    { publication: "pub_me", rid: "q", height: 180, bitsPerSecond: 0, lossRatio: 0, jitterMs: 0 },
    { publication: "pub_me", rid: "f", height: 720, bitsPerSecond: 1_200_000, lossRatio: 0.01, jitterMs: 4 },
  ],
  slots: [
    { mid: "7", publication: "pub_bo_m", bitsPerSecond: 32_000, lossRatio: 0, jitterMs: 3, freezes: 0 },
    { mid: "5", publication: "pub_bo_c", rid: "h", height: 360, temporalLayer: 1, bitsPerSecond: 600_000, freezes: 2 },
    { mid: "6", publication: "pub_gone", bitsPerSecond: 0, freezes: 0 },
  ],
};

/** A connection of which the test plays the node. */
class FakeConnection {
  readonly stats = new Store<Stats | null>(null);
  readonly stopWatching = vi.fn();
  readonly watchStats = vi.fn(() => this.stopWatching);

  asConnection(): Connection {
    return this as unknown as Connection;
  }
}

let session: MeetingSession;

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  session = new MeetingSession({ page: "meeting", meeting: "demo", token: null, invitation: null, name: null, autojoin: false, codec: null });
  session.meeting.self.set({
    id: "me",
    name: "Ann",
    role: "attendee",
    grants: { publish: ["camera"], subscribe: true, chat: true, moderate: false },
  });
  session.meeting.roster.set(
    rosterOf([
      person("me", { name: "Ann", publications: [{ publication: "pub_me", source: "camera", muted: false }] }),
      person("bo", {
        name: "Bo",
        publications: [
          { publication: "pub_bo_m", source: "microphone", muted: false },
          { publication: "pub_bo_c", source: "camera", muted: false },
        ],
      }),
    ]),
  );
});
afterEach(cleanup);

function show() {
  return render(
    <FluentProvider theme={theme}>
      <SessionContext value={session}>
        <ConnectionButton pressed={false} onToggle={vi.fn()} />
        <ConnectionDetails />
      </SessionContext>
    </FluentProvider>,
  );
}

function connect(): FakeConnection {
  const connection = new FakeConnection();
  session.meeting.connection.set(connection.asConnection());
  return connection;
}

function judge(quality: ConnectionQuality) {
  act(() => {
    const participants = [{ participant: "me", quality }];
    session.meeting.roster.update((roster) => applyToRoster(roster, { type: "quality", participants }));
  });
}

function text(testId: string): string | null {
  return screen.getByTestId(testId).textContent;
}

it("a layer is named by its encoding or its spatial layer, and by its temporal one", () => {
  const slot = { mid: "5", publication: "pub_1", bitsPerSecond: 0, freezes: 0 };
  expect(layerOf({ ...slot, rid: "h", spatialLayer: 0, temporalLayer: 2 })).toBe("h T2");
  expect(layerOf({ ...slot, spatialLayer: 1, temporalLayer: 0 })).toBe("S1 T0");
  expect(layerOf(slot)).toBe("");
});

describe("connection details", () => {
  it("are asked for while they are open, of whichever connection there is", () => {
    const first = connect();
    const { unmount } = show();
    expect(first.watchStats).toHaveBeenCalledOnce();
    expect(screen.getByText(words.waiting)).toBeTruthy();
    const second = new FakeConnection();
    act(() => {
      session.meeting.connection.set(second.asConnection());
    });
    expect(first.stopWatching).toHaveBeenCalledOnce();
    expect(second.watchStats).toHaveBeenCalledOnce();
    unmount();
    expect(second.stopWatching).toHaveBeenCalledOnce();
  });

  it("show what the node measures, and follow it", () => {
    const connection = connect();
    show();
    act(() => {
      connection.stats.set(STATS);
    });
    expect(text("connection-round-trip")).toBe("43 ms");
    expect(text("connection-transport")).toBe("UDP");
    expect(text("connection-sending")).toBe("1.2 Mbit/s · 1.5% lost");
    expect(text("connection-receiving")).toBe("640 kbit/s · 0% lost");
    expect(text("connection-estimate")).toBe("3.0 Mbit/s");
    expect(screen.getAllByTestId("connection-sent").map((row) => row.textContent)).toEqual([
      `Camera180p · ${words.paused}`,
      "Camera720p · 1.2 Mbit/s · 1% lost",
    ]);
    act(() => {
      const { type, up, down, publications, slots } = STATS;
      connection.stats.set({ type, up, down, publications, slots, estimate: 400_000 });
    });
    expect(text("connection-round-trip")).toBe(words.unknown);
    expect(text("connection-estimate")).toBe("400 kbit/s");
  });

  it("name what each slot shows with its layer, pictures first, and leave out what nobody publishes any more", () => {
    const connection = connect();
    show();
    act(() => {
      connection.stats.set(STATS);
    });
    expect(screen.getAllByTestId("connection-received").map((row) => row.textContent)).toEqual([
      "Bo: camera360p · layer h T1 · 600 kbit/s · 2 freezes",
      "Bo: microphone32 kbit/s · 0% lost",
    ]);
  });

  it("say in words how the connection is", () => {
    show();
    for (const quality of ["poor", "lost", "good"] as const) {
      judge(quality);
      expect(screen.getByTestId("control-connection").getAttribute("aria-label")).toContain(words.quality[quality]);
      expect(screen.getAllByText(words.quality[quality])).toHaveLength(1);
    }
  });
});
