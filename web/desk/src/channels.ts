/** Channels in words and signs. */
import { msg, t } from "@/i18n";
import type { IconName } from "@ui/icon";

const channelIcons: Record<string, IconName> = {
  webchat: "message-circle",
  chat: "message-circle",
  email: "mail",
  voice: "phone",
  phone: "phone",
  callback: "phone",
  social: "at-sign",
  messaging: "message-square-text",
};

const channelNames: Record<string, string> = {
  webchat: msg("channel.webchat"),
  chat: msg("channel.webchat"),
  email: msg("channel.email"),
  voice: msg("channel.voice"),
  phone: msg("channel.voice"),
  callback: msg("channel.callback"),
  messaging: msg("channel.messaging"),
  social: msg("channel.social"),
  task: msg("channel.task"),
};

export function channelIcon(channel: string): IconName {
  return channelIcons[channel] ?? "message-square-text";
}

export function channelName(channel: string): string {
  const id = channelNames[channel];
  return id ? t(id) : channel;
}
