// @vitest-environment jsdom
import { FluentProvider } from "@fluentui/react-components";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Hosting } from "../src/core/hosting";
import { rosterOf } from "../src/core/roster";
import { MeetingSession } from "../src/core/session";
import { SessionContext } from "../src/hooks/session";
import { CallPage } from "../src/pages/CallPage";
import { strings } from "../src/strings";
import { theme } from "../src/theme";
import { FakeResizeObserver } from "./fakes/media";
import { person, tokenFor } from "./fakes/platform";

const words = strings.hosting;
const BO = person("par_2", { name: "Bo", publications: [{ publication: "pub_m", source: "microphone", muted: false }] });
const CEM = { participant: "par_3", name: "Cem", role: "attendee", askedOn: "2026-11-23T10:00:00Z" } as const;

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  vi.stubGlobal("ResizeObserver", FakeResizeObserver);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function showCall(role: "host" | "attendee"): MeetingSession {
  const session = new MeetingSession({ page: "meeting", meeting: "demo", token: null, invitation: null, name: null, autojoin: false, codec: null });
  session.identity.set({ token: tokenFor("Ann"), fromLink: true });
  const { meeting } = session;
  meeting.self.set({
    id: "me",
    name: "Ann",
    role,
    grants: { publish: [], subscribe: true, chat: true, moderate: role === "host" },
  });
  meeting.roster.set(rosterOf([person("me", { name: "Ann", role }), BO]));
  render(
    <FluentProvider theme={theme}>
      <SessionContext value={session}>
        <CallPage phase={{ name: "connected" }} />
      </SessionContext>
    </FluentProvider>,
  );
  return session;
}

function spyOn(session: MeetingSession, method: "admit" | "deny" | "mute" | "remove" | "muteAll" | "lock" | "endForEverybody" | "setRole" | "move") {
  return vi.spyOn(session.meeting.hosting, method as keyof Hosting & "admit").mockResolvedValue(true);
}

function click(testId: string): void {
  fireEvent.click(screen.getByTestId(testId));
}

describe("the controls of those who moderate", () => {
  it("are for nobody else", () => {
    showCall("attendee");
    click("control-people");
    for (const control of ["host-lock", "host-mute-all", "person-menu", "lobby"]) {
      expect(screen.queryByTestId(control)).toBeNull();
    }
  });

  it("are in the menu of each other person: mute, a role, removal with a question first", () => {
    const session = showCall("host");
    const [mute, setRole, remove] = [spyOn(session, "mute"), spyOn(session, "setRole"), spyOn(session, "remove")];
    click("control-people");
    expect(screen.getByTestId("person-menu").getAttribute("aria-label")).toBe(words.more("Bo"));
    click("person-menu");
    click("mute-microphone");
    expect(mute).toHaveBeenCalledWith("par_2", "microphone");
    click("person-menu");
    expect(screen.getByTestId("role-attendee").getAttribute("aria-checked")).toBe("true");
    click("role-coHost");
    expect(setRole).toHaveBeenCalledWith(BO, "coHost");
    click("person-menu");
    click("remove");
    const dialog = screen.getByRole("alertdialog");
    expect(remove).not.toHaveBeenCalled();
    fireEvent.click(within(dialog).getByRole("checkbox", { name: words.confirmRemove.ban }));
    click("confirm");
    expect(remove).toHaveBeenCalledWith("par_2", true);
  });

  it("move somebody by a code or a link of a meeting here, and say so when it is none", () => {
    const session = showCall("host");
    const move = spyOn(session, "move");
    click("control-people");
    click("person-menu");
    click("move");
    const field = screen.getByTestId("move-meeting");
    fireEvent.change(field, { target: { value: "https://elsewhere.example/m/room-1" } });
    click("confirm");
    expect(screen.getByText(words.moveTo.invalid)).toBeTruthy();
    expect(move).not.toHaveBeenCalled();
    fireEvent.change(field, { target: { value: `${window.location.origin}/m/room-1#token=abc` } });
    click("confirm");
    expect(move).toHaveBeenCalledWith("par_2", "room-1");
    expect(screen.queryByTestId("move-meeting")).toBeNull();
  });

  it("mute everyone only after a question, and Escape means no", () => {
    const session = showCall("host");
    const muteAll = spyOn(session, "muteAll");
    click("control-people");
    click("host-mute-all");
    fireEvent.keyDown(screen.getByTestId("confirm"), { key: "Escape" });
    expect(muteAll).not.toHaveBeenCalled();
    expect(screen.getByTestId("people-list")).toBeTruthy();
    click("host-mute-all");
    click("confirm");
    expect(muteAll).toHaveBeenCalledOnce();
  });

  it("lock the meeting, which everybody sees", () => {
    const session = showCall("host");
    const lock = spyOn(session, "lock");
    click("control-people");
    click("host-lock");
    expect(lock).toHaveBeenCalledWith(true);
    act(() => {
      session.meeting.locked.set(true);
    });
    expect(screen.getByTestId("locked").getAttribute("aria-label")).toBe(words.locked);
  });
});

describe("somebody who waits", () => {
  it("is announced by a hint and a badge, and let in or declined from there or from the panel", () => {
    const session = showCall("host");
    const [admit, deny] = [spyOn(session, "admit"), spyOn(session, "deny")];
    act(() => {
      session.meeting.hosting.lobby.waiting.set([CEM]);
    });
    expect(screen.getByTestId("lobby-count").textContent).toBe("1");
    click("hint-admit");
    expect(admit).toHaveBeenCalledWith(CEM);
    click("hint-view");
    expect(screen.queryByTestId("lobby-hint")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: words.lobby.denyNamed("Cem") }));
    expect(deny).toHaveBeenCalledWith(CEM);
    expect(document.activeElement).toBe(screen.getByRole("heading", { level: 2 }));
  });
});

describe("what was done last", () => {
  it("can be taken back for a while, and for as long as the focus is there", () => {
    vi.useFakeTimers();
    const session = showCall("host");
    const undo = vi.fn(() => Promise.resolve());
    const { undoable } = session.meeting.hosting;
    const offer = (id: number) => {
      act(() => {
        undoable.set({ id, done: { type: "denied", name: "Cem" }, undo });
      });
    };
    offer(1);
    act(() => {
      vi.advanceTimersByTime(11_000);
    });
    expect(screen.queryByTestId("undo-bar")).toBeNull();
    offer(2);
    fireEvent.focus(screen.getByTestId("undo"));
    act(() => {
      vi.advanceTimersByTime(60_000);
    });
    click("undo");
    expect(undo).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });
});

describe("leaving", () => {
  it("asks those who moderate whether the meeting goes on, and nobody else", () => {
    const session = showCall("host");
    const [leave, end] = [vi.spyOn(session.meeting, "leave"), spyOn(session, "endForEverybody")];
    click("control-leave");
    expect(leave).not.toHaveBeenCalled();
    click("leave-end");
    expect(end).toHaveBeenCalledOnce();
    click("control-leave");
    click("leave-only");
    expect(leave).toHaveBeenCalledOnce();
    cleanup();
    const another = vi.spyOn(showCall("attendee").meeting, "leave");
    click("control-leave");
    expect(another).toHaveBeenCalledOnce();
  });
});
