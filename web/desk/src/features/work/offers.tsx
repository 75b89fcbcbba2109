import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { memo, useEffect, useRef, useState } from "react";
import { explain } from "@/api/words";
import type { Offer } from "@/api/types";
import { msg, t, useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useAction } from "@/keys/react";
import { shown } from "@/keys/map";
import { useLive } from "@/live/react";
import { useQueueName } from "@/reference";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { Kbd } from "@ui/kbd";
import { Menu, MenuItem } from "@ui/menu";
import { say } from "@ui/toast";
import { acceptOffer, declineOffer } from "./api";
import { ClientBadge } from "./client-badge";
import { channelIcon, channelName } from "./labels";
import { useOpenOffers } from "./offer-alert";
import { isComingBack } from "./undo";

const reasons: readonly { id: string; label: string }[] = [
  { id: "busy", label: msg("decline.busy") },
  { id: "technical", label: msg("decline.technical") },
  { id: "conflict", label: msg("decline.conflict") },
  { id: "not_my_field", label: msg("decline.not_my_field") },
];

/** Work offered to this operator, announced without taking the focus. */
export const Offers = memo(function Offers({ onAccepted }: { onAccepted: () => void }) {
  const t = useT();
  const current = useOpenOffers();
  return (
    <section className="offers" aria-label={t("offer.region")}>
      {/* Each is told once: a second one must not have the first read out again. */}
      <div role="alert" aria-atomic="false" className="hidden-visually">
        {current.map((offer) => (
          <p key={offer.work_item_id}>
            {t("offer.announce", {
              name: nameOf(offer),
              channel: channelName(offer.channel),
              key: shown("accept") ?? "",
            })}
          </p>
        ))}
      </div>
      {current.map((offer, index) => (
        <OfferCard key={offer.work_item_id} offer={offer} first={index === 0} onAccepted={onAccepted} />
      ))}
    </section>
  );
});

/** Who wants something: the customer, or the colleague who asks beside a conversation. */
export function nameOf({ card }: Offer): string {
  if (card.consult_id) return t("offer.consult", { name: card.asked_by_name ?? "" });
  return card.customer_name || t("customer.unnamed");
}

interface CardProps {
  offer: Offer;
  first: boolean;
  onAccepted: () => void;
}

function OfferCard({ offer, first, onAccepted }: CardProps) {
  const t = useT();
  const { store, engine } = useLive();
  const navigate = useNavigate();
  const queue = useQueueName(offer.queue_id);
  const left = Math.max(0, Math.ceil((Date.parse(offer.expires_at) - engine.serverNow()) / 1000));
  const consult = offer.card.consult_id;
  const accept = useMutation({
    mutationFn: () => acceptOffer(store, offer),
    onSuccess: () => {
      onAccepted();
      if (consult) void navigate({ to: "/consults/$id", params: { id: consult } });
      else void navigate({ to: "/work/$id", params: { id: offer.conversation_id }, search: true });
    },
    onError: (error) => say(explain(error)),
  });
  const decline = useMutation({
    mutationFn: (reason: string) => declineOffer(store, offer, reason),
    onError: (error) => say(explain(error)),
  });
  const over = left === 0 || accept.isPending || decline.isPending;
  useAction("accept", () => accept.mutate(), first && !over);
  const back = !consult && isComingBack(offer.conversation_id);
  const { mutate } = accept;
  useEffect(() => {
    if (back) mutate();
  }, [back, mutate]);
  const { card } = offer;
  const name = nameOf(offer);
  return (
    <article className="offer" aria-label={t("offer.title", { name })}>
      <TimeBar until={offer.expires_at} />
      <div className="row-flex">
        <span className="avatar tone-primary">
          <Icon name={channelIcon(offer.channel)} />
        </span>
        <div className="grow">
          <div className="row-flex">
            <strong className="clip">{name}</strong>
            <ClientBadge id={offer.client_id} />
          </div>
          <div className="meta clip">
            {[card.call_at && t("offer.call", { time: moment(card.call_at, engine.serverNow()) }), channelName(offer.channel), queue, card.language?.toUpperCase()].filter(Boolean).join(" · ")}
          </div>
        </div>
        <span className="num offer-left" aria-hidden="true">
          {left > 0 ? `${left} s` : t("offer.over")}
        </span>
      </div>
      {(card.subject || card.preview) && (
        <p className="lines-3">
          {card.subject && <strong>{card.subject} </strong>}
          {card.preview !== card.subject && card.preview}
        </p>
      )}
      <div className="row-flex wrap">
        <Button tone="primary" icon="check" isDisabled={over} onPress={() => accept.mutate()}>
          {t("offer.accept")}
          {first && <Kbd>{shown("accept")}</Kbd>}
        </Button>
        <Menu
          label={t("offer.decline_why")}
          placement="bottom start"
          trigger={
            <Button tone="outline" isDisabled={over}>
              {t("offer.decline")}
              <Icon name="chevron-down" />
            </Button>
          }
        >
          {reasons.map((reason) => (
            <MenuItem key={reason.id} id={reason.id} onAction={() => decline.mutate(reason.id)}>
              {t(reason.label)}
            </MenuItem>
          ))}
        </Menu>
      </div>
    </article>
  );
}

/** A line that runs out with the offer; drawn by the compositor, not by a timer. */
function TimeBar({ until }: { until: string }) {
  const { engine } = useLive();
  const bar = useRef<HTMLDivElement>(null);
  const [start] = useState(() => engine.serverNow());
  useEffect(() => {
    const duration = Math.max(0, Date.parse(until) - start);
    const animation = bar.current?.animate?.([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], {
      duration,
      fill: "forwards",
    });
    return () => animation?.cancel();
  }, [until, start]);
  return <div ref={bar} className="offer-bar" aria-hidden="true" />;
}
