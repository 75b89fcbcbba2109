/** The words of planning: catalogues of their own, so that a desk without it does not carry them. */
import "@/api/plans/words";
import { alsoSpeak } from "@/i18n";

await alsoSpeak({ it: () => import("./it.po"), en: () => import("./en.po") });
