/** What colleagues keep beside a customer, with its own words: loaded with the first customer shown. */
import { alsoSpeak } from "@/i18n";

export { CustomerAside } from "./card";

export const spoken = alsoSpeak(import.meta.glob("./*.po"));
