import { Link } from "@tanstack/react-router";
import { useT } from "@/i18n";
import { Icon } from "@ui/icon";
import { channelName } from "./labels";
import { nameOf } from "./offers";
import { useOfferAlerts, useOpenOffers } from "./offer-alert";

/** What is offered while one looks at another page: there its card is not in sight. */
export function OfferNotice({ here }: { here: boolean }) {
  const t = useT();
  const offers = useOpenOffers();
  useOfferAlerts(offers);
  const first = offers[0];
  return (
    <div role="alert">
      {!here && first && (
        <div className="banner tone-info">
          <Icon name="bell" />
          <span className="grow">
            {t("offer.elsewhere", { name: nameOf(first), channel: channelName(first.channel) })}
          </span>
          <Link to="/work" className="button button-primary">
            {t("offer.look")}
          </Link>
        </div>
      )}
    </div>
  );
}
