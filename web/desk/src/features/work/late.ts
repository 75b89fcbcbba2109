/** Refusals that come when whoever asked has gone on to something else. */
import { useEffect, useRef } from "react";
import { t } from "@/i18n";
import { say } from "@ui/toast";

/**
 * What to do with a refusal: who is still here reads it in its place; whoever has gone on would never
 * learn of it, so a word says what did not happen, with the way back to it.
 */
export function useLateRefusal(words: (why: string) => string, onReturn: () => void): (why: string) => void {
  const here = useRef(false);
  useEffect(() => {
    here.current = true;
    return () => void (here.current = false);
  }, []);
  return (why) => {
    if (here.current) return;
    say(words(why), { label: t("wrapup.return"), run: onReturn, leads: true });
  };
}
