import { expect, test } from "vitest";
import { ApiError } from "../src/core/errors";
import { acceptInvitation } from "../src/core/invitation";
import { parseRoute } from "../src/core/route";

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
