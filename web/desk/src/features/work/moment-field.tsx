import { useT } from "@/i18n";
import { TextField } from "@ui/field";
import { minuteOf } from "./model/snooze";

interface Props {
  now: Date;
  value: string;
  onChange: (value: string) => void;
}

/** A moment of one's own choice, until which a conversation sleeps; not one that is past. */
export function MomentField({ now, value, onChange }: Props) {
  const t = useT();
  return (
    <TextField
      label={t("snooze.custom")}
      type="datetime-local"
      required
      min={minuteOf(now)}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
