import { useId, type ChangeEvent, type ReactNode } from "react";
import { t } from "@/i18n";
import { Select, TextArea, TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import type { CustomProps, Field, Option } from "./model";

export type Errors<V> = Partial<Record<keyof V & string, string>>;

/** What is wrong with the values, field by field; nothing when all is well. */
export function wrongs<V extends object>(fields: Field<V>[], values: V): Errors<V> {
  const found: Errors<V> = {};
  for (const field of fields) {
    const wrong = wrong1(field, values);
    if (wrong) found[field.name] = wrong;
  }
  return found;
}

function wrong1<V extends object>(field: Field<V>, values: V): string | undefined {
  const value: unknown = values[field.name];
  const bare = typeof value === "string" ? value.trim() : value;
  if (bare === "" || bare === null || (Array.isArray(bare) && bare.length === 0)) {
    return field.required ? t("admin.required") : field.check?.(values);
  }
  if (field.kind === "number") {
    const n = value as number;
    if (Number.isNaN(n) || n < field.min || n > field.max) return t("admin.between", { min: field.min, max: field.max });
  }
  if ((field.kind === "text" || field.kind === "area") && field.max && String(value).length > field.max) {
    return t("admin.too_long", { max: field.max });
  }
  if (field.kind === "text" && field.pattern && !field.pattern.test(String(bare))) return field.wrong ?? t("admin.bad_value");
  return field.check?.(values);
}

/** A value in words, for telling two versions apart. */
export function inWords<V extends object>(field: Field<V>, value: unknown): string {
  const named = (options: Option[], one: unknown) => options.find((option) => option.value === one)?.label ?? String(one);
  if (value === null || value === undefined || value === "") return t("admin.nothing");
  if (typeof value === "boolean") return value ? t("admin.yes") : t("admin.no");
  if (field.kind === "select") return named(field.options, value);
  if (field.kind === "checks") return (value as string[]).map((one) => named(field.options, one)).join(", ") || t("admin.nothing");
  if (field.kind === "custom") return field.say ? field.say(value as never) : JSON.stringify(value);
  return String(value);
}

interface Props<V> {
  field: Field<V>;
  values: V;
  error: string | undefined;
  disabled: boolean;
  set: (name: keyof V & string, value: unknown) => void;
}

/** One field of a form, with its error beside it. */
export function FieldView<V extends object>({ field, values, error, disabled, set }: Props<V>) {
  const value: unknown = values[field.name];
  const frame = { label: field.label, error, hint: field.hint, name: field.name, required: field.required, disabled };
  const typed = (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>) =>
    set(field.name, event.target.value);
  switch (field.kind) {
    case "text":
      return <TextField {...frame} type={field.type ?? "text"} autoComplete="off" value={String(value ?? "")} onChange={typed} />;
    case "area":
      return <TextArea {...frame} rows={field.rows ?? 4} value={String(value ?? "")} onChange={typed} />;
    case "number":
      return (
        <TextField
          {...frame}
          label={field.unit ? `${field.label} (${field.unit})` : field.label}
          type="number"
          inputMode="decimal"
          step={field.step ?? 1}
          value={value === null || Number.isNaN(value) ? "" : String(value)}
          onChange={(event) => set(field.name, event.target.value === "" ? null : event.target.valueAsNumber)}
        />
      );
    case "select":
      return (
        <Select {...frame} value={String(value ?? "")} onChange={(event) => set(field.name, event.target.value || null)}>
          {(field.none !== undefined || !value) && <option value="">{field.none ?? t("admin.choose")}</option>}
          {field.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </Select>
      );
    case "checks":
      return (
        <Checks
          label={field.label}
          name={field.name}
          hint={field.hint}
          error={error}
          disabled={disabled}
          options={field.options}
          value={(value as string[] | null) ?? []}
          onChange={(next) => set(field.name, next)}
        />
      );
    case "check":
      return (
        <div className="field">
          <label className="row-flex">
            <input
              type="checkbox"
              name={field.name}
              checked={Boolean(value)}
              disabled={disabled}
              onChange={(event) => set(field.name, event.target.checked)}
            />
            {field.label}
          </label>
          {field.hint && <span className="meta">{field.hint}</span>}
        </div>
      );
    case "custom": {
      const Control = field.Control;
      const props: CustomProps<never> = {
        value: value as never,
        onChange: (next) => set(field.name, next),
        label: field.label,
        error,
        disabled,
      };
      return <Control {...props} />;
    }
  }
}

interface ChecksProps {
  label: string;
  name: string;
  hint?: ReactNode;
  error: string | undefined;
  disabled: boolean;
  options: Option[];
  value: string[];
  onChange: (next: string[]) => void;
}

/** A choice of some among several. */
export function Checks({ label, name, hint, error, disabled, options, value, onChange }: ChecksProps) {
  return (
    <Framed label={label} hint={hint} error={error}>
      <div className="row-flex wrap">
        {options.map((option) => (
          <label key={option.value} className="chip">
            <input
              type="checkbox"
              name={name}
              disabled={disabled}
              checked={value.includes(option.value)}
              onChange={(event) =>
                onChange(event.target.checked ? [...value, option.value] : value.filter((one) => one !== option.value))
              }
            />
            {option.label}
          </label>
        ))}
        {options.length === 0 && <span className="meta">{t("admin.nothing_to_choose")}</span>}
      </div>
    </Framed>
  );
}

/** A group of controls under one label, with its error. */
export function Framed({ label, hint, error, children }: { label: string; hint?: ReactNode; error: string | undefined; children: ReactNode }) {
  const id = useId();
  return (
    <fieldset className="field admin-set" aria-describedby={error ? id : undefined}>
      <legend className="label">{label}</legend>
      {children}
      {hint && <span className="meta">{hint}</span>}
      {error && (
        <span id={id} className="field-error">
          <Icon name="circle-alert" />
          {error}
        </span>
      )}
    </fieldset>
  );
}
