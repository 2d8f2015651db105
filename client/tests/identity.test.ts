import { describe, expect, it } from "vitest";
import { IdentityStore, readClaims } from "../src/core/identity";
import { MemoryStorage } from "./fakes/media";
import { tokenFor } from "./fakes/platform";

function store() {
  return new IdentityStore("demo", new MemoryStorage());
}

describe("the identity of a tab", () => {
  it("is kept, with the name of its token", () => {
    const storage = new MemoryStorage();
    new IdentityStore("demo", storage).set({ token: tokenFor("Zoë"), fromLink: true });
    expect(new IdentityStore("demo", storage).get()).toMatchObject({ name: "Zoë", fromLink: true });
    expect(new IdentityStore("other", storage).get()).toBeNull();
  });

  it("does not end by the clock of this device", () => {
    const identity = store();
    identity.set({ token: tokenFor("Ann", -3600), fromLink: false });
    expect(identity.get()).toMatchObject({ name: "Ann" });
  });

  it("keeps a renewed token when the link that it began with is opened again", () => {
    const identity = store();
    const renewed = tokenFor("Ann", 8 * 3600, { iat: 1000 });
    identity.set({ token: renewed, fromLink: true });
    identity.takeLink(tokenFor("Ann", 60, { iat: 1000 }));
    expect(identity.get()?.token).toBe(renewed);
  });

  it.each([
    ["a newer link of the same person", { iat: 2000 }],
    ["a link of somebody else", { sub: "Bo", iat: 500 }],
  ])("is exchanged for %s", (_, changes) => {
    const identity = store();
    identity.set({ token: tokenFor("Ann", 8 * 3600, { iat: 1000 }), fromLink: true });
    const link = tokenFor("Ann", 60, changes);
    identity.takeLink(link);
    expect(identity.get()).toEqual({ token: link, name: "Ann", fromLink: true });
  });

  it("takes a renewed token, but not one that ends sooner", () => {
    const identity = store();
    const eightHours = tokenFor("Ann", 8 * 3600);
    identity.set({ token: eightHours, fromLink: false });
    identity.renew(tokenFor("Ann", 3600));
    expect(identity.get()?.token).toBe(eightHours);
    const longer = tokenFor("Ann", 9 * 3600);
    identity.renew(longer);
    expect(identity.get()?.token).toBe(longer);
  });

  it.each(["", "x", "a.b.c", "a.bnVsbA.c", `a.${btoa('{"name":1}')}.c`])("reads no claims from %o", (token) => {
    expect(readClaims(token)).toBeNull();
  });

  it("remembers whether the tab was in the call", () => {
    const identity = store();
    expect(identity.inCall).toBe(false);
    identity.inCall = true;
    expect(identity.inCall).toBe(true);
    identity.inCall = false;
    expect(identity.inCall).toBe(false);
  });
});
