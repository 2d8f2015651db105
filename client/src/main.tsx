import { FluentProvider } from "@fluentui/react-components";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { Api } from "./core/api";
import { exposeForTests } from "./core/debug";
import { acceptInvitation } from "./core/invitation";
import { parseRoute, stripToken } from "./core/route";
import { MeetingSession } from "./core/session";
import { newSignIn } from "./core/signIn";
import { strings } from "./strings";
import { theme } from "./theme";
import "./styles.css";

const route = await acceptInvitation(parseRoute(window.location), new Api());
const signIn = newSignIn();
let session: MeetingSession | null = null;
if (route.page === "signedIn") void signIn.finish(window.location.href);
if (route.page === "meeting") {
  session = new MeetingSession(route, signIn);
  void signIn.look();
  if (route.token !== null) stripToken(window);
  session.follow(window);
  session.begin();
  exposeForTests(window, session);
}

document.documentElement.dir = strings.direction;
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <FluentProvider theme={theme} dir={strings.direction} style={{ blockSize: "100%" }}>
        <App route={route} session={session} signIn={signIn} />
      </FluentProvider>
    </StrictMode>,
  );
}
