/** ICE says `disconnected` on a few lost checks; most of the time they come back by themselves. */
const DISCONNECTED_GRACE_MS = 1_000;

/** Calls the listener when the media path is broken for longer than a moment; answers with the function that ends that. */
export function watchPath(pc: RTCPeerConnection, onBroken: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const check = () => {
    clearTimeout(timer);
    if (pc.connectionState === "failed") onBroken();
    else if (pc.iceConnectionState === "disconnected") timer = setTimeout(onBroken, DISCONNECTED_GRACE_MS);
  };
  pc.addEventListener("iceconnectionstatechange", check);
  pc.addEventListener("connectionstatechange", check);
  check();
  return () => {
    clearTimeout(timer);
    pc.removeEventListener("iceconnectionstatechange", check);
    pc.removeEventListener("connectionstatechange", check);
  };
}
