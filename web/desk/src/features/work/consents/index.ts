/** What a customer may be sent unasked, with its own words: loaded with the first customer who has an address. */
import { alsoSpeak } from "@/i18n";

export { MailConsents } from "./standing";

export const spoken = alsoSpeak(import.meta.glob("./*.po"));
