import { useState } from "react";
import type { QueueRef } from "@/api/types";
import { useT } from "@/i18n";
import { useColleagues, useQueues } from "@/reference";
import { Button } from "@ui/button";
import { Icon, type IconName } from "@ui/icon";
import { matches, Picker } from "@ui/picker";
import type { Chosen } from "./naming";

interface Props {
  clientId: string;
  chosen: Chosen | null;
  onChoose: (whom: Chosen | null) => void;
  /** What is asked for, and what the two kinds are called. */
  words: { label: string; queues: string; colleagues: string };
  /** Which of the client's queues may be named. */
  queue: (one: QueueRef) => boolean;
  icon: (kind: Chosen["kind"]) => IconName;
}

/** Finds one queue or one colleague of a client, and shows who was chosen. */
export function Whom({ clientId, chosen, onChoose, words, queue, icon }: Props) {
  const t = useT();
  const [query, setQuery] = useState("");
  // Queues are all known here; colleagues are found by the server, and only those of this client.
  const queues = useQueues().filter((one) => one.client_id === clientId && queue(one) && matches(query, one.name));
  const colleagues = useColleagues(query, clientId);
  const all: (Chosen & { group: string })[] = [
    ...queues.map((one) => ({ id: one.id, kind: "queue" as const, label: one.name, group: words.queues })),
    ...colleagues.map((one) => ({
      id: one.id,
      kind: "colleague" as const,
      label: [one.display_name, one.team].filter(Boolean).join(" · "),
      group: words.colleagues,
    })),
  ];
  if (chosen) {
    return (
      <p className="row-flex">
        <Icon name={icon(chosen.kind)} />
        <strong className="grow">{chosen.label}</strong>
        <Button tone="outline" onPress={() => onChoose(null)}>
          {t("transfer.change")}
        </Button>
      </p>
    );
  }
  return (
    <Picker
      takeFocus
      label={words.label}
      query={query}
      onQuery={setQuery}
      options={all.map((one) => ({ id: `${one.kind}/${one.id}`, label: one.label, group: one.group }))}
      onPick={(picked) => onChoose(all.find((one) => `${one.kind}/${one.id}` === picked) ?? null)}
      empty={t("transfer.nobody")}
    />
  );
}
