import { FluentProvider } from "@fluentui/react-components";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { Api } from "./core/api";
import { acceptInvitation } from "./core/invitation";
import { parseRoute, stripToken } from "./core/route";
import { MeetingSession } from "./core/session";
import { newSignIn } from "./core/signIn";
import { Visit } from "./core/visit";
import { strings } from "./strings";
import { theme } from "./theme";
import "./styles.css";

const route = await acceptInvitation(parseRoute(window.location), new Api());
const signIn = newSignIn();
let visit: Visit | null = null;
if (route.page === "signedIn") void signIn.finish(window.location.href);
if (route.page === "meeting") {
  const session = new MeetingSession(route, signIn);
  void signIn.look();
  if (route.token !== null) stripToken(window);
  visit = new Visit(session, window);
}

document.documentElement.dir = strings.direction;
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <FluentProvider theme={theme} dir={strings.direction} style={{ blockSize: "100%" }}>
        <App route={route} visit={visit} signIn={signIn} />
      </FluentProvider>
    </StrictMode>,
  );
}
