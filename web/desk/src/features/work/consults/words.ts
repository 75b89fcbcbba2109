/** Words of asking and answering colleagues: they come with the first look. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
