/** The floor: the newest tick of each client replaces the one before. */
import type { FloorTick } from "@/api/types";
import { handles } from "@/live/reducers";
import type { Change, Reader } from "@/live/store";

export function floorTick(known: Reader, tick: FloorTick): Change[] {
  const key = tick.client_id ?? "";
  const old = known.get("floor", key);
  if (old && Date.parse(old.at) >= Date.parse(tick.at)) return [];
  return [{ table: "floor", key, row: tick }];
}

handles("floor.tick", floorTick);
