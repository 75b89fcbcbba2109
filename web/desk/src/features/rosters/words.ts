/** The words of rosters: catalogues of their own, so that a desk without them does not carry them. */
import "@/api/plans/words";
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
