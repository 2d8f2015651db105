import { Button, Tooltip } from "@fluentui/react-components";
import { qualityOf } from "../core/roster";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { QualityIcon } from "./QualityIcon";
import { toggleId } from "./SidePanel";

interface ConnectionButtonProps {
  pressed: boolean;
  onToggle: () => void;
}

/** How one's own connection is; opens the details. */
export function ConnectionButton({ pressed, onToggle }: ConnectionButtonProps) {
  const { meeting } = useSession();
  const roster = useStore(meeting.roster);
  const self = roster.participants.get(useStore(meeting.self)?.id ?? "");
  const quality = self === undefined ? "good" : qualityOf(roster, self);
  return (
    <Tooltip content={strings.connection.title} relationship="inaccessible" withArrow>
      <Button
        appearance="subtle"
        icon={<QualityIcon quality={quality} />}
        aria-label={`${strings.connection.title}. ${strings.connection.quality[quality]}`}
        aria-pressed={pressed}
        id={toggleId("connection")}
        data-testid="control-connection"
        data-quality={quality}
        onClick={onToggle}
      />
    </Tooltip>
  );
}
