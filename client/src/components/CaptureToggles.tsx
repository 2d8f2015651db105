import { MicOffRegular, MicRegular, VideoOffRegular, VideoRegular } from "@fluentui/react-icons";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { ToggleButton } from "./ToggleButton";

const words = strings.controls;

/** Turns the microphone on and off. Pressed means on: one is heard. */
export function MicrophoneToggle() {
  const session = useSession();
  const { on } = useStore(session.media.microphone.state);
  return (
    <ToggleButton
      name={words.microphone}
      tooltip={on ? words.muteMicrophone : words.unmuteMicrophone}
      icon={on ? <MicRegular /> : <MicOffRegular />}
      pressed={on}
      danger={!on}
      onToggle={() => void session.setMicrophone(!on)}
      testId="control-mic"
    />
  );
}

/** Turns the camera on and off. Pressed means on: one is seen. */
export function CameraToggle() {
  const session = useSession();
  const { on } = useStore(session.media.camera.state);
  return (
    <ToggleButton
      name={words.camera}
      tooltip={on ? words.cameraOff : words.cameraOn}
      icon={on ? <VideoRegular /> : <VideoOffRegular />}
      pressed={on}
      danger={!on}
      onToggle={() => void session.setCamera(!on)}
      testId="control-camera"
    />
  );
}
