import { useEffect, useRef, type RefObject } from "react";
import { errorName } from "../core/errors";

/**
 * Plays the track in the element that the returned ref is given to.
 *
 * @param onBlocked called with whether the browser refused to play it before the person has touched the page
 */
export function useMediaElement<E extends HTMLMediaElement>(
  track: MediaStreamTrack | null,
  onBlocked?: (blocked: boolean) => void,
): RefObject<E | null> {
  const ref = useRef<E>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    element.srcObject = track === null ? null : new MediaStream([track]);
    if (track === null) return;
    element.play().then(
      () => onBlocked?.(false),
      (error: unknown) => {
        if (errorName(error) === "NotAllowedError") onBlocked?.(true);
      },
    );
  }, [track, onBlocked]);
  return ref;
}
