/** Everything of mail at the desk, with its own words: loaded with the first conversation by mail. */
import { alsoSpeak } from "@/i18n";

export { PlainMarkBar } from "../rich/bar";
export { Marked } from "../rich/shown";
export { MailLine } from "./line";
export { RecipientsField } from "./recipients";

export const spoken = alsoSpeak(import.meta.glob("./*.po"));
