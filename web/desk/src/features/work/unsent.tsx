/** What was refused and waits for who wrote it: told once, and marked in the list until it is settled. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import { sentence } from "@/api/words";
import { useT } from "@/i18n";
import { useLive, useLoaded } from "@/live/react";
import { Pill } from "@ui/bits";
import { dismiss, say } from "@ui/toast";
import type { OutboxItem } from "./model/outbox";
import { useOutbox, useUnsent } from "./outbox-react";

export function UnsentMark({ id }: { id: string }) {
  const t = useT();
  return useUnsent(id) && <Pill tone="bad" icon="circle-alert">{t("list.unsent")}</Pill>;
}

/** Tells of each reply and note that was refused out of sight, with the way to it. */
export function UnsentNews() {
  const t = useT();
  const navigate = useNavigate();
  const { store } = useLive();
  const told = useRef(new Map<string, number | null>());
  const items = useOutbox();
  // From before a reload: whom it was for is known only once the desk is there.
  const loaded = useLoaded();
  const tell = useEffectEvent(({ conversation_id: id, kind, code }: OutboxItem): number | null => {
    // Its own thread shows it, and reads it out.
    if (location.pathname.endsWith(id)) return null;
    const name = store.get("conversations", id)?.customer.name ?? t("customer.unnamed");
    const why = sentence(code ?? "");
    return say(kind === "note" ? t("unsent.note", { name, why }) : t("unsent.reply", { name, why }), {
      label: t("unsent.look"),
      run: () => void navigate({ to: "/work/$id", params: { id } }),
      leads: true,
    });
  });
  useEffect(() => {
    if (!loaded) return;
    const failed = items.filter((item) => item.kind !== "consult" && item.state === "failed");
    for (const [nonce, toast] of told.current) {
      if (failed.some((item) => item.nonce === nonce)) continue;
      if (toast !== null) dismiss(toast);
      told.current.delete(nonce);
    }
    for (const item of failed) if (!told.current.has(item.nonce)) told.current.set(item.nonce, tell(item));
  }, [items, loaded]);
  return null;
}
