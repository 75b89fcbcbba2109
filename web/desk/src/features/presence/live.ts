/** Own presence: one row, the later change wins. */
import type { Presence } from "@/api/types";
import { handles } from "@/live/reducers";
import type { Change, Reader } from "@/live/store";

export const ME = "me";

export function presenceChanged(known: Reader, body: Presence): Change[] {
  const old = known.get("presence", ME);
  if (old?.operator_id && body.operator_id && old.operator_id !== body.operator_id) return [];
  if (old && Date.parse(old.since) > Date.parse(body.since)) return [];
  return [{ table: "presence", key: ME, row: body }];
}

handles("presence.changed", presenceChanged);
