import { useState } from "react";
import { useT } from "@/i18n";
import { countryName } from "@/i18n/format";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { matches, Picker } from "@ui/picker";
import { countries } from "./countries";

interface Props {
  current: string | null;
  onPick: (code: string) => void;
  onClose: () => void;
}

/** Every country by name in the reader's language; the law has it told to who calls. */
export function CountryDialog({ current, onPick, onClose }: Props) {
  const t = useT();
  const [query, setQuery] = useState("");
  const options = countries
    .map((code) => ({ id: code, label: countryName(code) }))
    .filter(({ id, label }) => matches(query, `${label} ${id}`))
    .sort((a, b) => Number(b.id === current) - Number(a.id === current) || a.label.localeCompare(b.label));
  return (
    <Dialog title={t("presence.country")} open onClose={onClose}>
      <div className="dialog-body stack">
        <p className="meta">{t("presence.country_hint")}</p>
        <Picker
          takeFocus
          label={t("presence.country_search")}
          query={query}
          onQuery={setQuery}
          options={options}
          onPick={onPick}
          empty={t("presence.country_none")}
          selected={current ?? undefined}
        />
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t("cancel")}</Button>
      </div>
    </Dialog>
  );
}
