import { useEffect } from "react";
import { Store } from "../core/store";
import type { Stats } from "../generated/protocol";
import { useSession } from "./session";
import { useStore } from "./useStore";

const NONE = new Store<Stats | null>(null);

/** What the node tells of one's own connection while the component is there, across reconnections; null before it does. */
export function useConnectionStats(): Stats | null {
  const connection = useStore(useSession().meeting.connection);
  useEffect(() => connection?.watchStats(), [connection]);
  return useStore(connection?.stats ?? NONE);
}
