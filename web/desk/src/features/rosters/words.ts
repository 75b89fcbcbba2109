/** The words of rosters: catalogues of their own, so that a desk without them does not carry them. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak({ it: () => import("./it.po"), en: () => import("./en.po") });
