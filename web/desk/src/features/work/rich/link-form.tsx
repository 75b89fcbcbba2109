import { useState } from "react";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { TextField } from "@ui/field";
import { addressOf } from "./commands";

interface Props {
  href: string;
  /** The address, null to unlink, nothing when it was not meant. */
  onDone: (href: string | null | undefined) => void;
}

/** Asks where a link leads. */
export function LinkForm({ href, onDone }: Props) {
  const t = useT();
  const [written, setWritten] = useState(href);
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className="row-flex composer-foot"
      aria-label={t("marks.link")}
      onSubmit={(event) => {
        event.preventDefault();
        const address = addressOf(written);
        if (!written.trim()) onDone(null);
        else if (address) onDone(address);
        else setWrong(true);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onDone(undefined);
      }}
    >
      <div className="grow">
        <TextField
          label={t("marks.address")}
          hideLabel
          placeholder={t("marks.address")}
          // eslint-disable-next-line jsx-a11y/no-autofocus -- asked for by the press just before
          autoFocus
          inputMode="url"
          value={written}
          error={wrong ? t("marks.no_address") : undefined}
          onChange={(event) => {
            setWritten(event.target.value);
            setWrong(false);
          }}
        />
      </div>
      <Button type="submit" tone="outline">
        {t("marks.set_link")}
      </Button>
      {href && <Button onPress={() => onDone(null)}>{t("marks.unlink")}</Button>}
    </form>
  );
}
