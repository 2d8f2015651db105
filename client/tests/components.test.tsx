// @vitest-environment jsdom
import { FluentProvider } from "@fluentui/react-components";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { AudioOutput } from "../src/components/AudioOutput";
import { Tile } from "../src/components/Tile";
import { ToggleButton } from "../src/components/ToggleButton";
import type { Connection } from "../src/core/connection";
import type { EndReason } from "../src/core/phase";
import { MeetingSession } from "../src/core/session";
import type { Tile as TileState } from "../src/core/tiles";
import { SessionContext } from "../src/hooks/session";
import { ConnectingPage } from "../src/pages/ConnectingPage";
import { EndedPage } from "../src/pages/EndedPage";
import { PrejoinPage } from "../src/pages/PrejoinPage";
import { strings } from "../src/strings";
import { theme } from "../src/theme";
import { FakeResizeObserver, FakeTrack } from "./fakes/media";
import { tokenFor } from "./fakes/platform";

let play: MockInstance;

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  vi.stubGlobal("MediaStream", vi.fn());
  vi.stubGlobal("ResizeObserver", FakeResizeObserver);
  play = vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
});
afterEach(cleanup);

function show(element: ReactElement, session: MeetingSession | null = null) {
  const inContext = session === null ? element : <SessionContext value={session}>{element}</SessionContext>;
  return render(<FluentProvider theme={theme}>{inContext}</FluentProvider>);
}

function newSession() {
  return new MeetingSession({ page: "meeting", meeting: "demo", token: null, invitation: null, name: null, autojoin: false, codec: null });
}

const remote: TileState = {
  key: "par_2:camera",
  participant: "par_2",
  name: "Bo",
  source: "camera",
  local: false,
  publication: "pub_1",
  microphoneOn: false,
  speaking: true,
  status: "connected",
  quality: "good",
};

function showTile(
  tile: TileState,
  track: MediaStreamTrack | null = new FakeTrack("video").asTrack(),
  undecodable: string | null = null,
) {
  const onPin = vi.fn();
  const size = { width: 320, height: 180 };
  show(<Tile {...{ tile, size, track, undecodable, onPin }} pinned={false} />);
  return { element: screen.getByTestId("tile"), onPin };
}

describe("a tile", () => {
  it.each(["poor", "lost"] as const)("says so when the connection is %s, and nothing when it is good", (quality) => {
    const { element } = showTile(remote);
    const warning = { name: strings.connection.quality[quality] };
    expect(element.dataset.quality).toBe("good");
    expect(screen.queryByRole("img", warning)).toBeNull();
    cleanup();
    expect(showTile({ ...remote, quality }).element.dataset.quality).toBe(quality);
    expect(screen.getByRole("img", warning)).toBeTruthy();
  });

  it("says whose it is and what is on", () => {
    const { element } = showTile(remote);
    expect(element.dataset).toMatchObject({
      participant: "par_2",
      source: "camera",
      camera: "on",
      muted: "true",
      speaking: "true",
      status: "connected",
    });
    expect(element.dataset.local).toBeUndefined();
    expect(screen.getByLabelText(strings.call.muted)).toBeTruthy();
  });

  it("plays its video without sound, in the page", () => {
    const video = showTile(remote).element.querySelector("video");
    expect(video?.muted).toBe(true);
    expect(video?.hasAttribute("playsinline")).toBe(true);
    expect(play).toHaveBeenCalled();
  });

  it("shows the initial of a camera that is off", () => {
    const { element } = showTile({ ...remote, publication: null }, null);
    expect(element.dataset.camera).toBe("off");
    expect(screen.getByRole("img", { name: "Bo" })).toBeTruthy();
  });

  it("says when the browser cannot decode the picture, and shows the initial", () => {
    showTile(remote, null, "AV1");
    expect(screen.getByTestId("undecodable").textContent).toBe(strings.call.undecodable("AV1"));
    expect(screen.getByRole("img", { name: "Bo" })).toBeTruthy();
  });

  it("is marked as one's own", () => {
    const { element } = showTile({ ...remote, local: true });
    expect(element.dataset.local).toBe("true");
    expect(element.textContent).toContain("Bo (you)");
  });

  it("names a shared screen", () => {
    const { element } = showTile({ ...remote, source: "screen" });
    expect(element.dataset.source).toBe("screen");
    expect(element.textContent).toContain("Bo's screen");
  });

  it("keeps a name to its own direction of writing", () => {
    const { element } = showTile({ ...remote, name: "דנה", local: true });
    expect(element.querySelector("bdi")?.textContent).toBe("דנה");
  });

  it("can be pinned from the keyboard", () => {
    const { onPin } = showTile(remote);
    fireEvent.click(screen.getByRole("button", { name: strings.call.pin("Bo") }));
    expect(onPin).toHaveBeenCalledWith("par_2:camera");
  });
});

describe("the sound", () => {
  it("that the browser blocks is offered by a tap, and then heard from every slot", async () => {
    play.mockRejectedValue(new DOMException("", "NotAllowedError"));
    const session = newSession();
    const audioTracks = [1, 2, 3, 4].map((slot) =>
      new FakeTrack("audio", { deviceId: `slot-${slot}`, groupId: "", label: "" }).asTrack(),
    );
    session.meeting.connection.set({ audioTracks } as unknown as Connection);
    const { container } = show(<AudioOutput />, session);
    await screen.findByTestId("audio-blocked");
    expect(container.querySelectorAll("audio")).toHaveLength(4);
    play.mockClear().mockResolvedValue(undefined);
    fireEvent.click(screen.getByRole("button", { name: strings.call.hear }));
    await waitFor(() => {
      expect(screen.queryByTestId("audio-blocked")).toBeNull();
    });
    expect(play).toHaveBeenCalledTimes(4);
  });
});

describe("a toggle", () => {
  it("keeps its name and says by aria-pressed whether it is on", () => {
    const onToggle = vi.fn();
    const toggle = (pressed: boolean) => (
      <ToggleButton name="Microphone" tooltip="Mute" icon={<i />} pressed={pressed} onToggle={onToggle} testId="control-mic" />
    );
    show(toggle(true));
    const button = screen.getByRole("button", { name: "Microphone" });
    expect(button.getAttribute("aria-pressed")).toBe("true");
    fireEvent.click(button);
    expect(onToggle).toHaveBeenCalledOnce();
    cleanup();
    show(toggle(false));
    expect(screen.getByTestId("control-mic").getAttribute("aria-pressed")).toBe("false");
  });
});

describe("the prejoin screen", () => {
  it("joins under the typed name, without any device", () => {
    const session = newSession();
    const join = vi.spyOn(session, "join").mockResolvedValue();
    show(<PrejoinPage />, session);
    const button = screen.getByTestId<HTMLButtonElement>("prejoin-join");
    expect(button.disabled).toBe(true);
    fireEvent.change(screen.getByTestId("prejoin-name"), { target: { value: " Ann " } });
    fireEvent.click(button);
    expect(join).toHaveBeenCalledWith("Ann");
  });

  it("lets the name of a join link be read and not changed, and offers no signing in, which would be of no use", () => {
    const session = newSession();
    session.identity.takeLink(tokenFor("Ann"));
    session.signIn.state.set({ offered: true, person: null, failed: false });
    show(<PrejoinPage />, session);
    const name = screen.getByTestId<HTMLInputElement>("prejoin-name");
    expect([name.value, name.readOnly, name.disabled]).toEqual(["Ann", true, false]);
    expect(screen.queryByTestId("sign-in")).toBeNull();
    expect(document.activeElement).toBe(screen.getByTestId("prejoin-join"));
  });

  it("says why a camera is off and what to do", async () => {
    const session = newSession();
    await session.media.camera.setOn(true);
    show(<PrejoinPage />, session);
    expect(screen.getByTestId("device-problem").textContent).toBe(strings.deviceProblem("camera", "unsupported"));
  });
});

describe("the connecting screen", () => {
  it("names the step that is under way, and how often it failed", () => {
    show(<ConnectingPage phase={{ name: "connecting", step: "ice", failedAttempts: 2 }} />, newSession());
    expect(screen.getByText(strings.connecting.steps.ice).closest("li")?.getAttribute("aria-current")).toBe("step");
    expect(screen.getByText(strings.connecting.retrying(2))).toBeTruthy();
  });
});

describe("the end", () => {
  function showEnd(reason: EndReason) {
    const session = newSession();
    session.settings.change({ name: "Ann" });
    const rejoin = vi.spyOn(session, "rejoin").mockResolvedValue();
    show(<EndedPage phase={{ name: "ended", reason }} />, session);
    return rejoin;
  }

  it.each(["left", "ended", "denied", "replaced", "timedOut", "connectionLost", "tokenExpired"] as const)(
    "after %s says why and offers to join again",
    (reason) => {
      const rejoin = showEnd(reason);
      expect(screen.getByRole("heading").textContent).toBe(strings.ended[reason].title);
      fireEvent.click(screen.getByTestId("rejoin"));
      expect(rejoin).toHaveBeenCalledOnce();
    },
  );

  it.each(["removed", "banned", "needsJoinLink", "tokenInvalid", "meetingNotFound"] as const)(
    "after %s leads back to the start only",
    (reason) => {
      showEnd(reason);
      expect(screen.queryByTestId("rejoin")).toBeNull();
      expect(screen.getByText(strings.ended.home).getAttribute("href")).toBe("/");
    },
  );

  it("names the step that failed and the code for support", () => {
    const phase = { name: "ended", reason: "failed", step: "ice", code: "NoAnswer" } as const;
    show(<EndedPage phase={phase} />, newSession());
    expect(screen.getByText(strings.ended.step.ice)).toBeTruthy();
    expect(screen.getByTestId("ended-code").textContent).toContain("NoAnswer");
  });
});
