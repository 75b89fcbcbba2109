import { useT } from "@/i18n";
import { useTable } from "@/live/react";
import { useNow } from "@/live/ticker";
import { useSession } from "@/session";
import { Icon } from "@ui/icon";

const TYPING_MS = 6000;
const VIEWING_MS = 60_000;

/** Who is writing right now, besides the reader. */
export function TypingLine({ id }: { id: string }) {
  const t = useT();
  const { operator_id: me } = useSession();
  const activity = useTable("activity");
  const now = useNow();
  const typing = [...activity.values()].filter(
    (one) =>
      one.conversation_id === id && one.what === "typing" && one.who !== me && now - one.at < TYPING_MS,
  );
  if (typing.length === 0) return null;
  return (
    <p className="meta thread-typing" aria-live="off">
      {t("thread.typing", { name: typing[0]!.name || t("thread.customer") })}
    </p>
  );
}

/** Colleagues with the same conversation open. */
export function Viewers({ id }: { id: string }) {
  const t = useT();
  const { operator_id: me } = useSession();
  const activity = useTable("activity");
  const now = useNow(10);
  const viewers = [...activity.values()].filter(
    (one) =>
      one.conversation_id === id && one.what === "viewing" && one.who !== me && now - one.at < VIEWING_MS,
  );
  if (viewers.length === 0) return null;
  return (
    <span className="chip">
      <Icon name="eye" />
      {t("thread.viewing", { names: viewers.map((one) => one.name || "?").join(", ") })}
    </span>
  );
}
