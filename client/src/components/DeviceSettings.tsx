import { Field, makeStyles, Select } from "@fluentui/react-components";
import { SEND_HEIGHTS } from "../core/settings";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { DeviceSelect } from "./DeviceSelect";
import { LevelMeter } from "./LevelMeter";

const useStyles = makeStyles({ settings: { display: "flex", flexDirection: "column", gap: "12px" } });

/** Which microphone and camera to use, how loud one is heard, and how much picture to send. */
export function DeviceSettings() {
  const styles = useStyles();
  const { media, settings } = useSession();
  const devices = useStore(media.devices);
  const microphone = useStore(media.microphone.state);
  useStore(media.camera.state);
  const { sendHeight } = useStore(settings);
  const words = strings.prejoin;
  return (
    <div className={styles.settings}>
      <DeviceSelect
        label={words.microphone}
        devices={devices.microphones}
        selected={media.microphone.deviceId}
        onSelect={(id) => void media.selectMicrophone(id)}
        testId="select-microphone"
      />
      <LevelMeter track={microphone.on ? microphone.track : null} />
      <DeviceSelect
        label={words.camera}
        devices={devices.cameras}
        selected={media.camera.deviceId}
        onSelect={(id) => void media.selectCamera(id)}
        testId="select-camera"
      />
      <Field label={words.sendHeight}>
        <Select
          value={String(sendHeight)}
          data-testid="select-send-height"
          onChange={(_, { value }) => {
            const chosen = SEND_HEIGHTS.find((height) => String(height) === value);
            if (chosen !== undefined) void media.setSendHeight(chosen);
          }}
        >
          {SEND_HEIGHTS.map((height) => (
            <option key={height} value={String(height)}>
              {height}p
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}
