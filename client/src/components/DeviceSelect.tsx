import { Field, Select } from "@fluentui/react-components";
import type { Device } from "../core/devices";
import { strings } from "../strings";

interface DeviceSelectProps {
  label: string;
  devices: readonly Device[];
  /** The id of the device in use, so that the choice never shows another than the one that is heard or seen. */
  selected: string;
  onSelect: (id: string) => void;
  testId: string;
}

export function DeviceSelect({ label, devices, selected, onSelect, testId }: DeviceSelectProps) {
  const known = devices.some((device) => device.id === selected);
  return (
    <Field label={label}>
      <Select
        value={known ? selected : ""}
        data-testid={testId}
        disabled={devices.length === 0}
        onChange={(_, { value }) => {
          onSelect(value);
        }}
      >
        {!known && <option value="">{strings.prejoin.systemDefault}</option>}
        {devices.map((device, index) => (
          <option key={device.id} value={device.id}>
            {device.label || strings.prejoin.unnamed(label, index + 1)}
          </option>
        ))}
      </Select>
    </Field>
  );
}
