import { Button, MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { useCallback, useEffect, useRef, useState } from "react";
import { useSession } from "../hooks/session";
import { useMediaElement } from "../hooks/useMediaElement";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

/**
 * What one hears: one audio element for each audio slot. Where the browser plays nothing before the person has
 * touched the page, it says so and offers the touch.
 */
export function AudioOutput() {
  const connection = useStore(useSession().meeting.connection);
  const container = useRef<HTMLDivElement>(null);
  const [blocked, setBlocked] = useState(false);

  const playAll = useCallback(() => {
    const elements = container.current?.querySelectorAll("audio") ?? [];
    Promise.all([...elements].map((element) => element.play())).then(
      () => {
        setBlocked(false);
      },
      () => undefined,
    );
  }, []);

  useEffect(() => {
    if (!blocked) return;
    document.addEventListener("pointerdown", playAll);
    document.addEventListener("keydown", playAll);
    return () => {
      document.removeEventListener("pointerdown", playAll);
      document.removeEventListener("keydown", playAll);
    };
  }, [blocked, playAll]);

  return (
    <>
      <div ref={container} hidden>
        {connection?.audioTracks.map((track) => (
          <AudioSlot key={track.id} track={track} onBlocked={setBlocked} />
        ))}
      </div>
      {blocked && (
        <MessageBar intent="warning" data-testid="audio-blocked">
          <MessageBarBody>{strings.call.audioBlocked}</MessageBarBody>
          <MessageBarActions>
            <Button appearance="primary" onClick={playAll}>
              {strings.call.hear}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
    </>
  );
}

function AudioSlot({ track, onBlocked }: { track: MediaStreamTrack; onBlocked: (blocked: boolean) => void }) {
  const audio = useMediaElement<HTMLAudioElement>(track, onBlocked);
  return <audio ref={audio} autoPlay />;
}
