import { describe, expect, it, vi } from "vitest";
import { type Issuer, type OidcClient, SignIn, type SignInParts } from "../src/core/signIn";
import { MemoryStorage } from "./fakes/media";
import { FakePlatform, tokenFor } from "./fakes/platform";

const HERE = { origin: "https://meet.example", host: "meet.example", protocol: "https:" };
const ISSUER: Issuer = { authority: "https://login.example/v2.0", clientId: "client" };

/** Signing in with an issuer that knows Ann, who began at the address in `from`. */
function signing(changes: Partial<SignInParts> = {}, from: unknown = "/m/staff?codec=AV1") {
  const client: OidcClient = {
    createSigninRequest: vi.fn(() => Promise.resolve({ url: "https://login.example/authorize" })),
    processSigninResponse: vi.fn(() => Promise.resolve({ id_token: "id-token", profile: { name: "Ann" }, userState: from })),
    createSignoutRequest: vi.fn(() => Promise.resolve({ url: "https://login.example/logout" })),
  };
  const parts = {
    api: { clientSettings: () => Promise.resolve({ signIn: ISSUER }) },
    storage: new MemoryStorage(),
    open: vi.fn(() => Promise.resolve(client)),
    location: { ...HERE, assign: vi.fn(), replace: vi.fn() },
    ...changes,
  };
  return { client, parts, signIn: new SignIn(parts) };
}

describe("signing in", () => {
  it("is offered where the installation has an issuer, and its code is not loaded for that", async () => {
    const { signIn, parts } = signing();
    expect(signIn.state.value.offered).toBe(false);
    await signIn.look();
    expect(signIn.state.value.offered).toBe(true);
    expect(parts.open).not.toHaveBeenCalled();
  });

  it.each([() => Promise.resolve({}), () => Promise.reject(new Error("offline"))])("is not offered otherwise", async (clientSettings) => {
    const { signIn } = signing({ api: { clientSettings } });
    await signIn.look();
    expect(signIn.state.value).toEqual({ offered: false, person: null, failed: false });
  });

  it("goes to the issuer's page and comes back to where it began", async () => {
    const { signIn, client, parts } = signing();
    await signIn.begin("/m/staff?codec=AV1");
    expect(client.createSigninRequest).toHaveBeenCalledWith({ state: "/m/staff?codec=AV1" });
    expect(parts.location.assign).toHaveBeenCalledWith("https://login.example/authorize");
    await signIn.finish("https://meet.example/signed-in?code=x&state=y");
    expect(parts.location.replace).toHaveBeenCalledWith("/m/staff?codec=AV1");
    expect(new SignIn(parts).person).toEqual({ idToken: "id-token", name: "Ann" });
  });

  it.each(["https://evil.example/m/staff", "//evil.example/m/x", "javascript:alert(1)", null, {}])("comes back to nowhere else (%s)", async (from) => {
    const { signIn, parts } = signing({}, from);
    await signIn.finish("https://meet.example/signed-in?code=x&state=y");
    expect(parts.location.replace).toHaveBeenCalledWith("/");
  });

  it("says when it did not work, and nobody is signed in", async () => {
    const { signIn, client, parts } = signing();
    vi.mocked(client.processSigninResponse).mockRejectedValue(new Error("access_denied"));
    await signIn.finish("https://meet.example/signed-in?error=access_denied");
    expect(signIn.state.value).toMatchObject({ person: null, failed: true });
    expect(parts.location.replace).not.toHaveBeenCalled();
  });

  it("ends here and at the issuer", async () => {
    const { signIn, client, parts } = signing();
    await signIn.finish("https://meet.example/signed-in?code=x&state=y");
    await signIn.signOut();
    expect(signIn.person).toBeNull();
    expect(new SignIn(parts).person).toBeNull();
    expect(client.createSignoutRequest).toHaveBeenCalledWith({ id_token_hint: "id-token" });
    expect(parts.location.assign).toHaveBeenCalledWith("https://login.example/logout");
  });
});

describe("who is signed in", () => {
  const EXCHANGE = "/meetings/demo:exchangeToken";
  const issued = { status: 200, body: { token: tokenFor("Ann"), joinUrl: "", expiresOn: "" } };

  function signedIn(): FakePlatform {
    const platform = new FakePlatform();
    platform.signIn.person = { idToken: "id-token", name: "Ann" };
    return platform;
  }

  it("joins with a token for the ID token", async () => {
    const platform = signedIn();
    platform.refuse(EXCHANGE, issued);
    await platform.join("Ann");
    expect(platform.requests[0]).toMatchObject({ path: EXCHANGE, token: "id-token", body: { name: "Ann" } });
    expect(platform.count("/openMeetings/demo:issueToken")).toBe(0);
    expect(platform.identity.get()).toMatchObject({ name: "Ann", fromLink: false });
  });

  it.each([403, 404])("joins as anybody where that is of no use (%i)", async (status) => {
    const platform = signedIn();
    platform.refuse(EXCHANGE, { status });
    await platform.join("Ann");
    expect(platform.count("/openMeetings/demo:issueToken")).toBe(1);
    expect(platform.signIn.person).not.toBeNull();
  });

  it("is not signed in any more when the token is refused", async () => {
    const platform = signedIn();
    platform.refuse(EXCHANGE, { status: 401 });
    platform.refuse("/openMeetings/demo:issueToken", { status: 404 });
    await platform.meeting.join("Ann");
    expect(platform.signIn.person).toBeNull();
    expect(platform.meeting.phase.value).toMatchObject({ name: "ended", reason: "needsJoinLink" });
  });
});
