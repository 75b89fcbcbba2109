/** Words of what is done on the floor: they come with its dialogs. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
