import { describe, expect, it } from "vitest";
import { Chat } from "../src/core/chat";
import type { ChatEvent, ChatMessage } from "../src/generated/protocol";

const ME = { participant: "me", name: "Ann" };

function connected() {
  const sent: ChatEvent[] = [];
  const chat = new Chat();
  chat.connect(ME, (event) => {
    sent.push(event);
    return Promise.resolve();
  });
  return { chat, sent };
}

function message(changes: Partial<ChatMessage> = {}): ChatMessage {
  const sentOn = "2026-11-23T10:00:00Z";
  return { type: "chat", id: "m1", clientId: "c1", participant: "bo", name: "Bo", text: "hello", sentOn, ...changes };
}

describe("chat", () => {
  it("shows one's own message at once, and once after it came back", async () => {
    const { chat, sent } = connected();
    await chat.send("  hi  ");
    expect(chat.state.value.lines).toMatchObject([{ text: "hi", status: "sending" }]);
    const clientId = sent[0]?.clientId ?? "";
    chat.receive(message({ ...ME, clientId, text: "hi" }));
    expect(chat.state.value.lines).toMatchObject([{ text: "hi", status: "sent" }]);
    expect(chat.state.value.unread).toBe(0);
  });

  it("sends nothing for an empty text", async () => {
    const { chat, sent } = connected();
    await chat.send("   ");
    expect(sent).toEqual([]);
  });

  it("counts what others wrote as unread until the panel is open", () => {
    const { chat } = connected();
    chat.receive(message());
    chat.receive(message());
    chat.receive(message({ clientId: "c2" }));
    expect(chat.state.value.unread).toBe(2);
    chat.setOpen(true);
    chat.receive(message({ clientId: "c3" }));
    expect(chat.state.value.unread).toBe(0);
  });

  it("merges the history with what came meanwhile, in the order of sending", () => {
    const { chat } = connected();
    chat.receive(message({ clientId: "late", text: "late", sentOn: "2026-11-23T11:00:00Z" }));
    chat.addHistory([message({ text: "early" }), message({ clientId: "late", text: "late", sentOn: "2026-11-23T11:00:00Z" })]);
    expect(chat.state.value.lines.map((line) => line.text)).toEqual(["early", "late"]);
    expect(chat.state.value.unread).toBe(1);
  });

  it("lets nobody overwrite another's message by its client id", () => {
    const { chat } = connected();
    chat.receive(message());
    chat.receive(message({ participant: "mallory", name: "Mallory", text: "forged" }));
    expect(chat.state.value.lines.map((line) => line.text)).toEqual(["hello", "forged"]);
  });

  it("marks a refused message as failed with its code, and sends it again with the same id", async () => {
    const { chat, sent } = connected();
    await chat.send("hi");
    const clientId = sent[0]?.clientId ?? "";
    expect(chat.refuse(clientId, "TooManyRequests")).toBe(true);
    expect(chat.state.value.lines).toMatchObject([{ status: "failed", code: "TooManyRequests" }]);
    await chat.retry(clientId);
    expect(sent.map((event) => event.clientId)).toEqual([clientId, clientId]);
    expect(chat.refuse("another's", "NotAllowed")).toBe(false);
  });

  it("marks a message as failed when it cannot be sent", async () => {
    const chat = new Chat();
    chat.connect(ME, () => Promise.reject(new Error("socket closed")));
    await chat.send("hi");
    expect(chat.state.value.lines).toMatchObject([{ status: "failed" }]);
  });

  it("sends what is still under way again over the next connection", async () => {
    const { chat, sent } = connected();
    await chat.send("hi");
    const again: ChatEvent[] = [];
    chat.connect(ME, (event) => {
      again.push(event);
      return Promise.resolve();
    });
    expect(again).toEqual(sent);
  });
});
