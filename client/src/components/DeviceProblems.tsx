import { MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

/** Why a microphone or camera is off although it was asked for, and what to do about it. */
export function DeviceProblems() {
  const { media } = useSession();
  const microphone = useStore(media.microphone.state);
  const camera = useStore(media.camera.state);
  const problems = [
    microphone.problem && strings.deviceProblem("microphone", microphone.problem),
    camera.problem && strings.deviceProblem("camera", camera.problem),
  ].filter((text) => text !== null);
  return problems.map((text) => (
    <MessageBar key={text} intent="warning" layout="multiline" data-testid="device-problem">
      <MessageBarBody>{text}</MessageBarBody>
    </MessageBar>
  ));
}
