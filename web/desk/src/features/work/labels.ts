import { msg, t } from "@/i18n";

export { channelIcon, channelName } from "@/channels";

const states: Record<string, string> = {
  open: msg("state.open"),
  waiting: msg("state.waiting"),
  active: msg("state.active"),
  wrapup: msg("state.wrapup"),
  snoozed: msg("state.snoozed"),
  closed: msg("state.closed"),
};

export function stateName(state: string): string {
  const id = states[state];
  return id ? t(id) : state;
}
