/** Words of the dialog that moves keys: they come with it. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
