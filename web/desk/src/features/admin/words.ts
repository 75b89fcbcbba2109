/** Administration's words: another pair of catalogues, so that a desk without it does not carry them. */
import { alsoSpeak } from "@/i18n";

await alsoSpeak(import.meta.glob("./*.po"));
