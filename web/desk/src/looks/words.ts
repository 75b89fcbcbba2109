/** Words of looks at single people, for whoever was looked at and whoever watches over it. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
