import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { noticeText } from "../strings/notice";

const VISUALLY_HIDDEN = { position: "absolute", inlineSize: 1, blockSize: 1, overflow: "hidden", clipPath: "inset(50%)" } as const;

/** Reads every notice out to screen readers. */
export function LiveRegion() {
  const notices = useStore(useSession().notices);
  return (
    <div role="log" aria-live="polite" style={VISUALLY_HIDDEN} data-testid="announcements">
      {notices.map(({ id, notice }) => (
        <p key={id}>{noticeText(notice)}</p>
      ))}
    </div>
  );
}
