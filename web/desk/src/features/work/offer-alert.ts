/** Makes an offer noticed wherever one looks: a sound, the page's title, and the system if wished. */
import { useEffect, useRef } from "react";
import type { Offer } from "@/api/types";
import { t, useLocale } from "@/i18n";
import { useLive, useTable } from "@/live/react";
import { useNow } from "@/live/ticker";
import { settings } from "@/settings";
import { sound } from "@/sounds";
import { channelName } from "./labels";

const GRACE_MS = 3000;
const TITLE = "Ascolto";

/** Offers that are open, or were a moment ago, the most urgent first. */
export function useOpenOffers(): Offer[] {
  const offers = useTable("offers");
  const { engine } = useLive();
  useNow();
  const now = engine.serverNow();
  return [...offers.values()]
    .filter((offer) => Date.parse(offer.expires_at) + GRACE_MS > now)
    .sort((a, b) => Date.parse(a.expires_at) - Date.parse(b.expires_at));
}

/** The title of the page while something is offered. */
export function titled(offers: number): string {
  return offers > 0 ? `(${offers}) ${t("offer.page_title", { n: offers })} · ${TITLE}` : TITLE;
}

/** Announces each offer once. No name: the system's messages are seen by whoever passes by. */
function announce(offer: Offer): void {
  const { notify } = settings();
  sound(offer.card.call_at ? "callback" : offer.channel);
  if (!notify || document.visibilityState === "visible" || typeof Notification === "undefined") return;
  if (Notification.permission !== "granted") return;
  const shown = new Notification(t("offer.page_title", { n: 1 }), {
    body: channelName(offer.channel),
    tag: offer.work_item_id,
  });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}

export function useOfferAlerts(offers: readonly Offer[]): void {
  const known = useRef(new Set<string>());
  useEffect(() => {
    for (const offer of offers) if (!known.current.has(offer.work_item_id)) announce(offer);
    known.current = new Set(offers.map((offer) => offer.work_item_id));
  }, [offers]);
  const language = useLocale();
  useEffect(() => {
    document.title = titled(offers.length);
    return () => {
      document.title = TITLE;
    };
  }, [offers.length, language]);
}
