import { useState } from "react";
import type { OperatorRef } from "@/api/types";
import { useT } from "@/i18n";
import { useColleagues } from "@/reference";
import { Picker } from "@ui/picker";

interface Props {
  clientId: string;
  onPick: (who: OperatorRef) => void;
}

/** Finds one colleague among those who serve a client, however many there are. */
export function ColleaguePicker({ clientId, onPick }: Props) {
  const t = useT();
  const [query, setQuery] = useState("");
  const found = useColleagues(query, clientId);
  return (
    <Picker
      takeFocus
      label={t("colleague.search")}
      query={query}
      onQuery={setQuery}
      options={found.map((one) => ({ id: one.id, label: [one.display_name, one.team].filter(Boolean).join(" · ") }))}
      onPick={(id) => {
        const who = found.find((one) => one.id === id);
        if (who) onPick(who);
      }}
      empty={t("transfer.nobody")}
    />
  );
}
