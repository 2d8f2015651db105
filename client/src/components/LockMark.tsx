import { Tooltip } from "@fluentui/react-components";
import { LockClosedRegular } from "@fluentui/react-icons";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

/** Says that the meeting is locked, while it is. */
export function LockMark() {
  const locked = useStore(useSession().meeting.locked);
  if (!locked) return null;
  return (
    <Tooltip content={strings.hosting.locked} relationship="label" withArrow>
      <LockClosedRegular fontSize={20} role="img" data-testid="locked" />
    </Tooltip>
  );
}
