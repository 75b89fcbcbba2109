/** Words of asking and answering colleagues: they come with the first look. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak({ it: () => import("./it.po"), en: () => import("./en.po") });
