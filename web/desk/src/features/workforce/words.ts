/** The words of planning: catalogues of their own, so that a desk without it does not carry them. */
import "@/api/plans/words";
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
