/** Everything of mail at the desk, with its own words: loaded with the first conversation by mail. */
import { alsoSpeak } from "@/i18n";

export { MailLine } from "./line";
export { RecipientsField } from "./recipients";

export const spoken = alsoSpeak({ it: () => import("./it.po"), en: () => import("./en.po") });
