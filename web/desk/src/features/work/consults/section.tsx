import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { explain } from "@/api/words";
import type { Consult, ConversationRow } from "@/api/types";
import { whole } from "@/api/whole";
import { useOpenConsults, withNews } from "@/consults";
import { useT } from "@/i18n";
import { canRun, run } from "@/keys/react";
import { IconButton } from "@ui/button";
import { Icon } from "@ui/icon";
import { Section } from "../section";
import { useOutbox } from "../outbox-react";
import { useClosing } from "./closing";
import { Between, ConsultState } from "./state";
import { ConsultTalk, PendingLine } from "./talk";
import "./words";

/** What was asked beside a conversation, with the answers as they come. */
export function ConsultSection({ row }: { row: ConversationRow }) {
  const t = useT();
  const { id } = row;
  const { data, error } = useQuery({
    queryKey: ["live", "consults", id],
    queryFn: ({ signal }) => whole<Consult>(`/conversations/${id}/consults`, { signal }),
    staleTime: 60_000,
  });
  const told = useOpenConsults(id);
  const all = withNews(data ?? [], told);
  const open = all.filter((one) => one.state !== "closed");
  useClosing(id);
  const asking = useOutbox().filter((item) => item.ask?.conversation_id === id);
  return (
    <Section
      icon="users"
      title={open.length > 0 ? t("consult.open", { n: open.length }) : t("consult.heading")}
      actions={<IconButton icon="plus" label={t("consult.title")} isDisabled={!canRun("consult")} onPress={() => void run("consult")} />}
    >
      {error && !data && <p className="meta">{explain(error)}</p>}
      {all.length === 0 && asking.length === 0 && !error && <p className="meta">{t("consult.none")}</p>}
      {asking.map((item) => (
        <PendingLine key={item.nonce} item={item} />
      ))}
      <ul className="stack">
        {all.map((one) => (
          <One key={one.id} consult={one} />
        ))}
      </ul>
    </Section>
  );
}

function One({ consult }: { consult: Consult }) {
  const t = useT();
  const [shown, setShown] = useState(false);
  const id = useId();
  return (
    <li className="consult">
      <button type="button" className="consult-head" aria-expanded={shown} aria-controls={id} onClick={() => setShown(!shown)}>
        <Icon name={shown ? "chevron-down" : "chevron-right"} />
        <span className="grow clip">{consult.subject}</span>
        <ConsultState consult={consult} />
      </button>
      {!shown && (
        <p className="meta clip">
          {t("consult.last", {
            name: (consult.last_side === "answering" && consult.operator_name) || consult.asked_by_name,
            text: consult.last_text,
          })}
        </p>
      )}
      <div id={id} hidden={!shown}>
        {shown && (
          <>
            <Between consult={consult} />
            <ConsultTalk consult={consult} />
          </>
        )}
      </div>
    </li>
  );
}
