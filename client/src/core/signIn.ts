import { Api } from "./api";
import { openOidc } from "./oidc";
import { destinationOf } from "./route";
import { Store } from "./store";

/** Where people sign in, as the API tells. */
export interface Issuer {
  /** Its discovery document is below it. */
  authority: string;
  clientId: string;
}

/** Somebody who is signed in: known for as long as this tab lives. */
export interface SignedIn {
  /** What the API takes for a join token; whether it still holds is for the API to say. */
  idToken: string;
  /** Empty where the directory does not tell. */
  name: string;
}

export interface SignInState {
  /** Whether one can sign in here at all. */
  offered: boolean;
  person: SignedIn | null;
  /** Whether the last attempt came to nothing. */
  failed: boolean;
}

/** What is used of an OpenID Connect client (oidc-client-ts), in its own names. */
export interface OidcClient {
  createSigninRequest: (request: { state: unknown }) => Promise<{ url: string }>;
  processSigninResponse: (url: string) => Promise<{ id_token?: string; profile: { name?: string }; userState: unknown }>;
  createSignoutRequest: (request: { id_token_hint?: string }) => Promise<{ url: string }>;
}

export interface SignInParts {
  api: Pick<Api, "clientSettings">;
  storage: Storage;
  /** Loads the OpenID Connect client: only who signs in or out needs it. */
  open: (issuer: Issuer) => Promise<OidcClient>;
  location: Pick<Location, "assign" | "replace" | "origin" | "host" | "protocol">;
}

const KEY = "parley.signedIn";

/** Signing in and out: the code flow with PKCE (RFC 7636), by way of the issuer's own page. */
export class SignIn {
  readonly state: Store<SignInState>;
  readonly #parts: SignInParts;
  #issuer: Promise<Issuer | null> | null = null;

  constructor(parts: SignInParts) {
    this.#parts = parts;
    const kept = parts.storage.getItem(KEY);
    const person = kept === null ? null : (JSON.parse(kept) as SignedIn);
    this.state = new Store<SignInState>({ offered: person !== null, person, failed: false });
  }

  get person(): SignedIn | null {
    return this.state.value.person;
  }

  /** Finds out whether one can sign in here. Without an answer one cannot. */
  async look(): Promise<void> {
    const issuer = await this.#find().catch(() => null);
    this.#change({ offered: issuer !== null || this.person !== null });
  }

  /** Leaves this page for the issuer's, which comes back to `returnTo` by way of `/signed-in`. */
  async begin(returnTo: string): Promise<void> {
    await this.#attempt(async (client) => {
      const { url } = await client.createSigninRequest({ state: returnTo });
      this.#parts.location.assign(url);
    });
  }

  /** Takes what the issuer sent along with the person, and goes where the person came from. */
  async finish(url: string): Promise<void> {
    await this.#attempt(async (client) => {
      const { id_token: idToken, profile, userState } = await client.processSigninResponse(url);
      if (idToken === undefined) throw new Error("the issuer sent no ID token");
      const person = { idToken, name: profile.name?.trim() ?? "" };
      this.#parts.storage.setItem(KEY, JSON.stringify(person));
      this.#change({ offered: true, person });
      const destination = destinationOf(typeof userState === "string" ? userState : "", this.#parts.location);
      this.#parts.location.replace("path" in destination ? destination.path : "/");
    });
  }

  /** Signs out here and at the issuer, which comes back to the start. */
  async signOut(): Promise<void> {
    const { person } = this.state.value;
    this.forget();
    await this.#attempt(async (client) => {
      const { url } = await client.createSignoutRequest(person === null ? {} : { id_token_hint: person.idToken });
      this.#parts.location.assign(url);
    });
  }

  /** Nobody is signed in any more, as the API says of the token. */
  forget(): void {
    this.#parts.storage.removeItem(KEY);
    this.#change({ person: null });
  }

  async #attempt(action: (client: OidcClient) => Promise<void>): Promise<void> {
    this.#change({ failed: false });
    try {
      const issuer = await this.#find();
      if (issuer === null) throw new Error("nobody signs in here");
      await action(await this.#parts.open(issuer));
    } catch {
      // Whatever it was, the issuer's fault or somebody's pressing "back": what helps is trying again.
      this.#change({ failed: true });
    }
  }

  #find(): Promise<Issuer | null> {
    this.#issuer ??= this.#parts.api.clientSettings().then(({ signIn }) => signIn ?? null);
    this.#issuer.catch(() => {
      this.#issuer = null;
    });
    return this.#issuer;
  }

  #change(changes: Partial<SignInState>): void {
    this.state.update((state) => ({ ...state, ...changes }));
  }
}

/** Signing in for this tab. */
export function newSignIn(): SignIn {
  return new SignIn({ api: new Api(), storage: sessionStorage, open: openOidc, location: window.location });
}
