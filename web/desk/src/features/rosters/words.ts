/** The words of rosters: catalogues of their own, so that a desk without them does not carry them. */
import "@/api/plans/words";
import { alsoSpeak } from "@/i18n";

await alsoSpeak({ it: () => import("./it.po"), en: () => import("./en.po") });
