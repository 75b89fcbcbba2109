/** Words of the mailroom: they come with its page. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
