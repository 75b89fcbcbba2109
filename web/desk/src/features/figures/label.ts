import type { MetricGroup } from "@/api/types";
import { channelName } from "@/channels";
import { moment } from "@/i18n/format";

/** The name of a row: a queue's own, a channel in words, or when an interval begins. */
export function groupLabel(by: string, group: MetricGroup): string {
  if (by === "channel") return channelName(group.key);
  const at = by === "hour" || by === "day" ? Date.parse(group.key) : NaN;
  return Number.isNaN(at) ? group.name || group.key : moment(group.key, 0);
}
