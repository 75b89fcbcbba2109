/** The conversation as a text file, made here: nothing is asked of the server. */
import type { Session } from "./session.ts";
import type { Message } from "./wire.ts";
import { size, t } from "./words.ts";

export function written(session: Session, speaker: (message: Message) => string): string {
  const { config, thread } = session;
  const lines = thread.messages.map((message) => {
    const files = message.attachments.map((file) => `[${t("file", { name: file.name, size: size(file.size) })}]`);
    const at = new Date(message.at).toLocaleString(config.language, { dateStyle: "short", timeStyle: "short" });
    return `${at}  ${speaker(message)}\n${[message.text, ...files].filter(Boolean).join("\n")}\n`;
  });
  return [config.brand.name, t("number", { n: thread.number }), "", ...lines].join("\n");
}

export function save(session: Session, speaker: (message: Message) => string): void {
  const address = URL.createObjectURL(new Blob([written(session, speaker)], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `chat-${session.thread.number}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
