import type { Issuer, OidcClient } from "./signIn";

/** The address to which the issuer sends people back. */
export const SIGNED_IN_PATH = "/signed-in";

/** The OpenID Connect client, whose code is loaded now. What it keeps between the pages is this tab's. */
export async function openOidc({ authority, clientId }: Issuer): Promise<OidcClient> {
  const { OidcClient: Client, WebStorageStateStore } = await import("oidc-client-ts");
  return new Client({
    authority,
    client_id: clientId,
    redirect_uri: window.location.origin + SIGNED_IN_PATH,
    post_logout_redirect_uri: `${window.location.origin}/`,
    scope: "openid profile",
    stateStore: new WebStorageStateStore({ store: window.sessionStorage }),
  });
}
