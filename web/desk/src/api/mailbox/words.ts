/** Why a mailbox is not read, in words: those of administration and of the mailroom, and they come with either. */
import { alsoSpeak, msg, t } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));

const sentences: Record<string, string> = {
  unreachable: msg("mailbox.trouble.unreachable"),
  unknown_host: msg("mailbox.trouble.unknown_host"),
  too_slow: msg("mailbox.trouble.too_slow"),
  untrusted: msg("mailbox.trouble.untrusted"),
  not_secure: msg("mailbox.trouble.not_secure"),
  sealed: msg("mailbox.trouble.sealed"),
  refused: msg("mailbox.trouble.refused"),
  answered: msg("mailbox.trouble.answered"),
  no_access: msg("mailbox.trouble.access"),
};

/** The sentence for what the server calls a mailbox's trouble: a word, and after a colon what the other side said. */
export function troubleInWords(trouble: string): string {
  const [, word = "", more = ""] = /^(\w+)(?:: (.*))?$/s.exec(trouble) ?? [];
  const sentence = sentences[word];
  return sentence ? t(sentence, { more }) : t("mailbox.trouble.other", { more: trouble });
}
