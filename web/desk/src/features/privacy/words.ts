/** Words of agreements and of who looked at whom: they come with the page. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
