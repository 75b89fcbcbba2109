/** Words of what is done on the floor: they come with its dialogs. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak({ it: () => import("./it.po"), en: () => import("./en.po") });
