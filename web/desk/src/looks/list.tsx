import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "@/api/client";
import type { Look, Page } from "@/api/types";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { clock, fullDay } from "@/i18n/format";
import { Empty, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { whatWords, whyWords } from "./what";
import "@ui/table.css";

interface Props {
  path: "/my/views" | "/privacy/views";
  label: string;
  none: string;
  /** Whom a look was at, where it is not always oneself. */
  whom?: (look: Look) => ReactNode;
}

/** Who looked at one person, when, at what and why, the newest first. */
export function Looks({ path, label, none, whom }: Props) {
  const t = useT();
  const list = useInfiniteQuery({
    queryKey: ["live", "looks", path],
    queryFn: ({ pageParam, signal }) => api.get<Page<Look>>(path, { query: { cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const looks = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) return <Skeleton label={t("loading")} />;
  if (!list.data) return <Failed error={list.error} retry={list.refetch} />;
  if (looks.length === 0) return <Empty icon="shield-check" title={none} />;
  return (
    <>
      <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
        <table className="words">
          <caption className="hidden-visually">{label}</caption>
          <thead>
            <tr>
              <th scope="col">{t("look.when")}</th>
              <th scope="col">{t("look.who")}</th>
              {whom && <th scope="col">{t("look.whom")}</th>}
              <th scope="col">{t("look.what")}</th>
              <th scope="col">{t("look.why")}</th>
            </tr>
          </thead>
          <tbody>
            {looks.map((look) => (
              <tr key={look.id}>
                <th scope="row" className="num">
                  {fullDay(look.at)} {clock(look.at)}
                </th>
                <td>{look.viewer_name}</td>
                {whom && <td>{whom(look)}</td>}
                <td>{whatWords(look.what)}</td>
                <td className="wraps">{whyWords(look)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {list.hasNextPage && (
        <div>
          <Button tone="outline" isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            {t("look.more")}
          </Button>
        </div>
      )}
    </>
  );
}
