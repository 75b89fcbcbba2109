/** Words of the check before a shift: they come with it. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
