import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Consent, Customer, Page } from "@/api/types";
import { useT } from "@/i18n";
import { clock, fullDay } from "@/i18n/format";
import { Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { purposes, way } from "./model";
import { Given } from "./standing";

/** Every yes and no of a customer, the newest first, with the words that they agreed to or refused. */
export function ConsentHistory({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const t = useT();
  const list = useInfiniteQuery({
    queryKey: ["consents", customer.id, "history"],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Consent>>(`/customers/${customer.id}/consents`, { query: { cursor: pageParam, limit: 20 }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const said = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Dialog title={t("consent.history.title")} open onClose={onClose}>
      <div className="dialog-body stack">
        {list.isPending && <Skeleton label={t("loading")} lines={3} />}
        {list.error && <p className="field-error">{explain(list.error)}</p>}
        {list.data && said.length === 0 && <p className="meta">{t("consent.history.none")}</p>}
        <ol className="stack" aria-label={t("consent.history.title")}>
          {said.map((one) => (
            <li key={one.id} className="consents">
              <div className="row-flex wrap">
                <Given given={one.given} />
                <strong className="grow">{t(purposes[one.purpose])}</strong>
                <span className="meta num">
                  {fullDay(one.at)} {clock(one.at)}
                </span>
              </div>
              <p className="meta">{[way(one.source, one.by_name), one.address].join(" · ")}</p>
              {one.note && <p>{one.note}</p>}
              <blockquote className="meta">
                {one.words} {t("consent.text", { version: one.text_version })}
              </blockquote>
            </li>
          ))}
        </ol>
        {list.hasNextPage && (
          <Button tone="outline" isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            {t("consent.history.more")}
          </Button>
        )}
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t("close")}</Button>
      </div>
    </Dialog>
  );
}
