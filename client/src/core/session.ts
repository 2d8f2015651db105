import type { Moved } from "../generated/protocol";
import { Api } from "./api";
import type { Capture } from "./capture";
import { IdentityStore, readClaims } from "./identity";
import { LocalMedia } from "./localMedia";
import { Meeting } from "./meeting";
import { Notices } from "./notices";
import type { MeetingRoute } from "./route";
import { Reminder } from "./reminder";
import { SettingsStore } from "./settings";
import { newSignIn, type SignIn } from "./signIn";
import { Stage } from "./stage";
import { openWebPubSub } from "./webPubSub";

/**
 * All that one tab has of one meeting. Made once for the page, before anything is shown, and again when somebody is
 * moved into another meeting: that one takes over devices, settings and notices of the former.
 */
export class MeetingSession {
  readonly meeting: Meeting;
  readonly media: LocalMedia;
  readonly stage: Stage;
  readonly settings: SettingsStore;
  readonly identity: IdentityStore;
  readonly notices: Notices;
  readonly signIn: SignIn;
  readonly reminder: Reminder;
  readonly route: MeetingRoute;
  readonly #isMovedHere: boolean;
  /** The title of the meeting that one was moved into, until that has been said. */
  #arrival: string | null = null;
  #wasOn = { microphone: true, camera: true };

  constructor(route: MeetingRoute, signIn: SignIn = newSignIn(), former: MeetingSession | null = null) {
    this.route = route;
    this.#isMovedHere = former !== null;
    this.settings = former?.settings ?? new SettingsStore();
    this.notices = former?.notices ?? new Notices();
    this.signIn = signIn;
    this.identity = new IdentityStore(route.meeting);
    if (route.codec !== null) this.settings.change({ codec: route.codec });
    this.media = former?.media ?? newMedia(this.settings, this.notices);
    const api = new Api();
    this.reminder = new Reminder({ api, invitation: () => this.identity.get()?.invitation ?? null });
    this.meeting = new Meeting(route.meeting, {
      api,
      openSocket: openWebPubSub,
      media: this.media,
      settings: this.settings,
      identity: this.identity,
      signIn,
      notices: this.notices,
      isMovedHere: this.#isMovedHere,
    });
    this.stage = new Stage(this.meeting.roster, this.meeting.self);
    if (route.token !== null) this.#takeLink(route.token);
  }

  /** The meeting that one has been moved into from another: one is the same person there, and sends what one sent. */
  static movedFrom(former: MeetingSession, { meeting, title, token }: Moved): MeetingSession {
    const route: MeetingRoute = { page: "meeting", meeting, token, invitation: null, name: null, autojoin: true, codec: null };
    const session = new MeetingSession(route, former.signIn, former);
    session.#arrival = title;
    return session;
  }

  /** The name that cannot be chosen: the join link's, else that of whoever is signed in. */
  get givenName(): { name: string; by: "link" | "signIn" } | null {
    const kept = this.identity.get();
    if (kept?.fromLink === true) return { name: kept.name, by: "link" };
    const name = this.signIn.person?.name ?? "";
    return name === "" ? null : { name, by: "signIn" };
  }

  /** The name to offer on the prejoin screen: the given one, the address's, or the one used last. */
  get suggestedName(): string {
    const kept = this.identity.get();
    return this.givenName?.name ?? this.route.name ?? kept?.name ?? this.settings.value.name;
  }

  /** Turns the devices on, and goes in at once if the address asks for it or a reload came in the middle of the call. */
  begin(): void {
    if (this.meeting.phase.value.name !== "idle") return;
    if (!this.#isMovedHere) void this.media.startBoth();
    const joinsAtOnce = this.route.autojoin || this.identity.inCall;
    if (joinsAtOnce && this.suggestedName !== "") void this.join(this.suggestedName);
  }

  /** Listens to the browser for as long as the page lives; answers with the function that ends that. */
  follow(window: Window): () => void {
    const { meeting, media } = this;
    const stopDevices = media.follow();
    const listeners: Record<string, (event: Event) => void> = {
      pagehide: () => {
        meeting.abandon();
      },
      pageshow: (event) => {
        // A page that comes out of the back-forward cache has a connection that was left long ago.
        if ((event as PageTransitionEvent).persisted) window.location.reload();
      },
      online: () => {
        meeting.networkReturned();
        meeting.renewal.check();
      },
      visibilitychange: () => {
        meeting.renewal.check();
      },
    };
    for (const [type, listener] of Object.entries(listeners)) window.addEventListener(type, listener);
    const stopPhase = meeting.phase.subscribe(() => {
      const phase = meeting.phase.value;
      if (phase.name === "ended" && phase.moved === undefined) void this.#giveDevicesBack();
    });
    return () => {
      stopDevices();
      stopPhase();
      for (const [type, listener] of Object.entries(listeners)) window.removeEventListener(type, listener);
    };
  }

  /** Says that one has been moved here, once there is a page on which it is seen. */
  sayArrival(): void {
    if (this.#arrival !== null) this.notices.add({ type: "moved", title: this.#arrival });
    this.#arrival = null;
  }

  async join(name: string): Promise<void> {
    this.settings.change({ name });
    await this.meeting.join(name);
  }

  /** Joins again after the end, with microphone and camera as they were. */
  async rejoin(): Promise<void> {
    void this.media.microphone.setOn(this.#wasOn.microphone);
    void this.media.camera.setOn(this.#wasOn.camera);
    await this.meeting.join(this.suggestedName);
  }

  /** Whether what this tab has to join with still holds then; both times are the platform's. */
  lastsUntil(moment: Date): boolean {
    const kept = this.identity.get();
    if (kept?.fromLink !== true || kept.invitation !== undefined) return true;
    return (readClaims(kept.token)?.exp ?? 0) * 1000 > moment.getTime();
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.#toggle(this.media.microphone, on);
  }

  setCamera(on: boolean): Promise<void> {
    return this.#toggle(this.media.camera, on);
  }

  async setScreen(on: boolean): Promise<void> {
    const { screen } = this.media;
    if (on) await screen.start();
    else screen.stop();
    const { problem } = screen.state.value;
    if (problem !== null) this.notices.add({ type: "screenFailed", problem });
    else this.notices.add({ type: "toggled", source: "screen", on: screen.state.value.video !== null });
  }

  async #toggle(capture: Capture, on: boolean): Promise<void> {
    await capture.setOn(on);
    const { problem } = capture.state.value;
    const device = capture.kind.name;
    if (on && problem !== null) this.notices.add({ type: "deviceLost", device, problem });
    else this.notices.add({ type: "toggled", source: device, on: capture.state.value.on });
  }

  async #giveDevicesBack(): Promise<void> {
    const { microphone, camera } = this.media;
    this.#wasOn = { microphone: microphone.state.value.on, camera: camera.state.value.on };
    await this.media.release();
  }

  #takeLink(token: string): void {
    const claims = readClaims(token);
    if (claims?.meeting !== this.route.meeting) this.meeting.refuse("tokenInvalid");
    else this.identity.takeLink(token, this.route.invitation);
  }
}

function newMedia(settings: SettingsStore, notices: Notices): LocalMedia {
  return new LocalMedia(settings, (device, fallback) => {
    if (fallback.to === null) notices.add({ type: "deviceLost", device, problem: fallback.problem });
    else notices.add({ type: "deviceReplaced", device, by: fallback.to });
  });
}
