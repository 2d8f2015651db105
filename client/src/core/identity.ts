/**
 * Who this tab is in a meeting: its join token and name, kept in sessionStorage, so that a reload is the same
 * participant and another tab is not.
 */

/** The claims that the client looks at; it verifies nothing, the API does. */
export interface TokenClaims {
  /** The person, as the tenant knows it. */
  sub: string;
  name: string;
  meeting: string;
  /** When the token was first issued, in seconds since the epoch; a renewed token keeps it. */
  iat: number;
  /** Seconds since the epoch. Compared with that of another token only: the clock here may be wrong. */
  exp: number;
}

export interface Identity {
  token: string;
  name: string;
  /** Whether the token came by a link: then the tenant decided the name, and nobody else can be had in its place. */
  fromLink: boolean;
  /** The invitation that the token was given for, if it was one: it lasts, and gives others. */
  invitation?: string;
}

type Kept = Omit<Identity, "name">;

export class IdentityStore {
  readonly #storage: Storage;
  readonly #key: string;
  readonly #inCallKey: string;

  constructor(meeting: string, storage: Storage = sessionStorage) {
    this.#storage = storage;
    this.#key = `parley.identity.${meeting}`;
    this.#inCallKey = `parley.inCall.${meeting}`;
  }

  /** The identity of this tab. Whether its token still holds is for the API to say, which has the right time. */
  get(): Identity | null {
    const kept = this.#kept();
    const claims = kept === null ? null : readClaims(kept.token);
    return kept === null || claims === null ? null : { ...kept, name: claims.name };
  }

  set(kept: Kept): void {
    this.#storage.setItem(this.#key, JSON.stringify(kept));
  }

  /**
   * Takes the token of a join link or for an invitation, unless the kept one was renewed from that very link or from a
   * newer one of the same person: then it lives longer.
   */
  takeLink(token: string, invitation: string | null = null): void {
    const kept = this.#kept();
    const present = readClaims(kept?.token ?? "");
    const link = readClaims(token);
    const isSamePerson = present !== null && present.sub === link?.sub;
    const keptIsBetter = isSamePerson && present.iat >= link.iat && present.exp >= link.exp;
    const lasting = invitation ?? (isSamePerson ? kept?.invitation : undefined);
    this.set({
      ...(keptIsBetter && kept !== null ? kept : { token, fromLink: true }),
      ...(lasting !== undefined && { invitation: lasting }),
    });
  }

  /** Takes a renewed token in place of the present one of the same person, but not one that would expire sooner. */
  renew(token: string): void {
    const kept = this.#kept();
    const present = readClaims(kept?.token ?? "");
    const renewed = readClaims(token);
    if (kept !== null && renewed !== null && renewed.exp >= (present?.exp ?? 0)) this.set({ ...kept, token });
  }

  /** Whether this tab was in the call when the page went away: then a reload goes straight back into it. */
  get inCall(): boolean {
    return this.#storage.getItem(this.#inCallKey) !== null;
  }

  set inCall(value: boolean) {
    if (value) this.#storage.setItem(this.#inCallKey, "1");
    else this.#storage.removeItem(this.#inCallKey);
  }

  #kept(): Kept | null {
    const text = this.#storage.getItem(this.#key);
    return text === null ? null : (JSON.parse(text) as Kept);
  }
}

/** The claims of a JWT, or null when it is none. */
export function readClaims(token: string): TokenClaims | null {
  const payload = token.split(".")[1];
  if (payload === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Partial<TokenClaims> | null;
    return isClaims(claims) ? claims : null;
  } catch {
    return null;
  }
}

function isClaims(claims: Partial<TokenClaims> | null): claims is TokenClaims {
  const texts = [claims?.sub, claims?.name, claims?.meeting];
  const times = [claims?.iat, claims?.exp];
  return texts.every((text) => typeof text === "string") && times.every((time) => typeof time === "number");
}
