import { exposeForTests } from "./debug";
import { MeetingSession } from "./session";
import { type Readable, Store } from "./store";

/** The meetings of one page, one after the other: that of its address, and each that the person is moved into. */
export class Visit {
  readonly #session: Store<MeetingSession>;
  readonly #window: Window;

  constructor(first: MeetingSession, window: Window) {
    this.#session = new Store(first);
    this.#window = window;
    this.#enter(first);
  }

  /** The meeting that the page is in now. */
  get session(): Readable<MeetingSession> {
    return this.#session;
  }

  #enter(session: MeetingSession): void {
    const { phase } = session.meeting;
    const stopFollowing = session.follow(this.#window);
    const stopWatching = phase.subscribe(() => {
      const now = phase.value;
      if (now.name !== "ended" || now.moved === undefined) return;
      stopFollowing();
      stopWatching();
      this.#moveOn(MeetingSession.movedFrom(session, now.moved));
    });
    exposeForTests(this.#window, session);
    session.begin();
  }

  #moveOn(next: MeetingSession): void {
    // A reload belongs to where one is now, as the same person.
    this.#window.history.replaceState(null, "", `/m/${next.route.meeting}`);
    this.#session.set(next);
    this.#enter(next);
  }
}
