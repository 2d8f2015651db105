// @vitest-environment jsdom
import { FluentProvider } from "@fluentui/react-components";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { act } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Connection } from "../src/core/connection";
import { rosterOf } from "../src/core/roster";
import { MeetingSession } from "../src/core/session";
import { SessionContext } from "../src/hooks/session";
import { CallPage } from "../src/pages/CallPage";
import { LandingPage } from "../src/pages/LandingPage";
import { LiveRegion } from "../src/components/LiveRegion";
import { strings } from "../src/strings";
import { theme } from "../src/theme";
import { FakeResizeObserver } from "./fakes/media";
import { person, tokenFor } from "./fakes/platform";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  vi.stubGlobal("ResizeObserver", FakeResizeObserver);
  Element.prototype.scrollIntoView = vi.fn();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const PUBLISHED = [
  { publication: "pub_s", source: "screen", muted: false },
  { publication: "pub_m", source: "microphone", muted: true },
] as const;

function showCall({ fromLink = false } = {}) {
  const session = new MeetingSession({ page: "meeting", meeting: "demo", token: null, invitation: null, name: null, autojoin: false, codec: null });
  session.identity.set({ token: tokenFor("Ann"), fromLink });
  const grants = { publish: ["camera", "microphone", "screen"] as const, subscribe: true, chat: true, moderate: false };
  session.meeting.self.set({ id: "me", name: "Ann", role: "attendee", grants: { ...grants, publish: [...grants.publish] } });
  session.meeting.roster.set(rosterOf([person("me", { name: "Ann" })]));
  render(
    <FluentProvider theme={theme}>
      <SessionContext value={session}>
        <LiveRegion />
        <CallPage phase={{ name: "connected" }} />
      </SessionContext>
    </FluentProvider>,
  );
  return session;
}

function receiveChat(session: MeetingSession, text: string): void {
  const message = { id: "m1", clientId: "c1", participant: "bo", name: "Bo", text, sentOn: "2026-11-23T10:00:00Z" };
  if (session.meeting.chat.receive({ type: "chat", ...message })) {
    session.notices.add({ type: "chatReceived", name: "Bo", text });
  }
}

function open(panel: "people" | "chat" | "settings"): HTMLElement {
  const toggle = screen.getByTestId(`control-${panel}`);
  fireEvent.click(toggle);
  return toggle;
}

describe("the call", () => {
  it("begins with the focus on its title", () => {
    showCall();
    expect(document.activeElement).toBe(screen.getByTestId("meeting-title"));
  });

  it("offers its address to others where that is enough to come in, and only there", () => {
    showCall();
    expect(screen.getByRole("button", { name: strings.call.copyLink })).toBeTruthy();
    cleanup();
    showCall({ fromLink: true });
    expect(screen.queryByRole("button", { name: strings.call.copyLink })).toBeNull();
    expect(screen.getByText(strings.call.alone)).toBeTruthy();
  });

  it("says why the screen cannot be shared where the browser cannot do that", () => {
    showCall();
    const toggle = screen.getByTestId("control-screen");
    expect(toggle.getAttribute("aria-disabled")).toBe("true");
    cleanup();
    vi.stubGlobal("navigator", { mediaDevices: { getDisplayMedia: vi.fn() }, userAgent: "" });
    showCall();
    expect(screen.getByTestId("control-screen").getAttribute("aria-disabled")).not.toBe("true");
  });

  it("reads a chat message out and shows it while the panel is closed", () => {
    const session = showCall();
    receiveChat(session, "hello");
    return vi.waitFor(() => {
      expect(screen.getByTestId("announcements").textContent).toContain("hello");
      expect(screen.getAllByText(/Bo.*hello/)).toHaveLength(2);
    });
  });

  it("shows a chat message only until it is read in the chat", async () => {
    const session = showCall();
    receiveChat(session, "hello");
    await vi.waitFor(() => {
      expect(screen.getAllByText(/Bo.*hello/)).toHaveLength(2);
    });
    open("chat");
    expect(screen.getAllByText(/Bo.*hello/)).toEqual([screen.getByTestId("announcements").lastChild]);
  });

  it("makes web addresses in the chat links that open beside the meeting, and nothing else", () => {
    const session = showCall();
    receiveChat(session, "see https://parley.example/a?b=c and www.w3.org, not javascript:alert(1) or setup.py");
    open("chat");
    const links = screen.getAllByRole<HTMLAnchorElement>("link");
    expect(links.map((link) => link.href)).toEqual(["https://parley.example/a?b=c", "https://www.w3.org/"]);
    for (const link of links) {
      expect([link.target, link.rel]).toEqual(["_blank", "noopener noreferrer"]);
    }
  });
});

describe("a panel", () => {
  it.each(["people", "settings"] as const)("takes the focus when it opens, and gives it back on Escape: %s", (name) => {
    showCall();
    const toggle = open(name);
    const heading = screen.getByRole("heading", { level: 2 });
    expect(document.activeElement).toBe(heading);
    fireEvent.keyDown(heading, { key: "Escape" });
    expect(screen.queryByRole("heading", { level: 2 })).toBeNull();
    expect(document.activeElement).toBe(toggle);
  });

  it("for chat has the focus where one writes", () => {
    showCall();
    open("chat");
    expect(document.activeElement).toBe(screen.getByTestId("chat-input"));
  });

  it("closes by Escape on its control too", () => {
    showCall();
    fireEvent.keyDown(open("people"), { key: "Escape" });
    expect(screen.queryByTestId("people-list")).toBeNull();
  });

  it("names what of a person is on", () => {
    const session = showCall();
    session.meeting.roster.set(rosterOf([person("bo", { name: "Bo", publications: [...PUBLISHED] })]));
    open("people");
    const words = strings.panels;
    for (const name of [words.sharing, words.muted, words.cameraOff]) {
      expect(screen.getByRole("img", { name })).toBeTruthy();
    }
  });

  it("for chat says when the chat is away, and only then", () => {
    const session = showCall();
    open("chat");
    expect(screen.getByTestId("chat-unavailable").textContent).toBe(strings.panels.unavailable);
    cleanup();
    session.meeting.chat.connect({ participant: "me", name: "Ann" }, () => Promise.resolve());
    render(
      <FluentProvider theme={theme}>
        <SessionContext value={session}>
          <CallPage phase={{ name: "connected" }} />
        </SessionContext>
      </FluentProvider>,
    );
    open("chat");
    expect(screen.queryByTestId("chat-unavailable")).toBeNull();
  });
});

it("the landing page says so when a link leads to another host", () => {
  render(
    <FluentProvider theme={theme}>
      <LandingPage wrongAddress={false} />
    </FluentProvider>,
  );
  fireEvent.change(screen.getByTestId("landing-code"), { target: { value: "https://meet.example/m/demo" } });
  fireEvent.click(screen.getByTestId("landing-join"));
  expect(screen.getByText(strings.landing.otherHost("meet.example"))).toBeTruthy();
});

it("goes by the name that the tenant gives the service, as text, or else by our own", () => {
  const session = showCall();
  act(() => {
    session.meeting.title.set("Weekly");
  });
  expect(document.title).toBe("Weekly · Parley");
  const answer = { session: { id: "ses_1", meeting: "demo", brandingName: "<b>Contoso</b>" } };
  act(() => {
    session.meeting.connection.set({ answer, audioTracks: [] } as unknown as Connection);
  });
  expect(document.title).toBe("Weekly · <b>Contoso</b>");
});
