import { expect, test } from "vitest";
import { ApiError } from "../src/core/errors";
import { acceptInvitation } from "../src/core/invitation";
import { IdentityStore } from "../src/core/identity";
import { parseRoute } from "../src/core/route";
import { MemoryStorage } from "./fakes/media";
import { FakePlatform, tokenFor } from "./fakes/platform";

const route = parseRoute({ pathname: "/m/weekly", search: "?name=Ann", hash: "#invitation=abc" });

test("an invitation becomes a join token", async () => {
  const asked: string[] = [];
  const exchangeInvitation = (invitation: string) => {
    asked.push(invitation);
    return Promise.resolve({ token: "jwt", joinUrl: "", expiresOn: "" });
  };
  expect(await acceptInvitation(route, { exchangeInvitation })).toMatchObject({ token: "jwt", name: "Ann" });
  expect(asked).toEqual(["abc"]);
});

test("without one nobody is asked", async () => {
  const exchangeInvitation = () => Promise.reject(new Error("asked"));
  const open = parseRoute({ pathname: "/m/weekly", search: "", hash: "#token=jwt" });
  expect(await acceptInvitation(open, { exchangeInvitation })).toBe(open);
});

test("one that does not hold leaves the page without a token", async () => {
  const exchangeInvitation = () => Promise.reject(new ApiError(401, "InvitationInvalid", "it does not hold"));
  expect(await acceptInvitation(route, { exchangeInvitation })).toMatchObject({ page: "meeting", token: null });
});

test("it is kept for the tab with the token, and given up for another person's link", () => {
  const storage = new MemoryStorage();
  const identity = new IdentityStore("weekly", storage);
  identity.takeLink(tokenFor("Ann"), "abc");
  identity.renew(tokenFor("Ann", 7200));
  expect(new IdentityStore("weekly", storage).get()).toMatchObject({ name: "Ann", fromLink: true, invitation: "abc" });
  identity.takeLink(tokenFor("Ben"));
  expect(identity.get()).toEqual({ token: tokenFor("Ben"), name: "Ben", fromLink: true });
});

test("it gives another token when the first has expired", async () => {
  const platform = new FakePlatform();
  platform.identity.takeLink(tokenFor("Ann", -60), "abc");
  platform.refuse("/sessions:join", { status: 401 });
  platform.refuse("/invitations:exchange", { status: 200, body: { token: tokenFor("Ann"), joinUrl: "", expiresOn: "" } });
  await platform.join("Ann");
  expect(platform.requests[1]).toMatchObject({ path: "/invitations:exchange", body: { invitation: "abc" } });
  expect(platform.identity.get()).toMatchObject({ token: tokenFor("Ann"), fromLink: true, invitation: "abc" });
});

test("when it does not hold any more either, that is the end", async () => {
  const platform = new FakePlatform();
  platform.identity.takeLink(tokenFor("Ann", -60), "abc");
  platform.refuse("/sessions:join", { status: 401 });
  platform.refuse("/invitations:exchange", { status: 401 });
  await platform.meeting.join("Ann");
  expect(platform.meeting.phase.value).toMatchObject({ name: "ended", reason: "tokenInvalid" });
  expect(platform.count("/openMeetings/demo:issueToken")).toBe(0);
});
