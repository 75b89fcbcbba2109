import { useId, useState, type ComponentProps, type ReactNode } from "react";
import { Icon } from "./icon";

interface FrameProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  hideLabel?: boolean;
}

function useFrame({ label, hint, error, hideLabel }: FrameProps) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  const errorId = error ? `${id}-error` : undefined;
  const described = [hintId, errorId].filter(Boolean).join(" ") || undefined;
  return {
    attributes: { id, "aria-describedby": described, "aria-invalid": error ? true : undefined },
    around: (control: ReactNode) => (
      <div className="field">
        <label htmlFor={id} className={hideLabel ? "hidden-visually" : undefined}>
          {label}
        </label>
        {control}
        {hint && (
          <span id={hintId} className="meta">
            {hint}
          </span>
        )}
        {error && (
          <span id={errorId} className="field-error">
            <Icon name="circle-alert" />
            {error}
          </span>
        )}
      </div>
    ),
  };
}

/** A labelled line of text. */
export function TextField({ label, hint, error, hideLabel, ...rest }: FrameProps & ComponentProps<"input">) {
  const { attributes, around } = useFrame({ label, hint, error, hideLabel });
  return around(<input {...rest} {...attributes} className="input" />);
}

/** A password that its writer may look at: typed wrongly unseen is typed again. */
export function PasswordField({
  label,
  hint,
  error,
  show,
  ...rest
}: Omit<FrameProps, "hideLabel"> & { show: string } & Omit<ComponentProps<"input">, "type">) {
  const { attributes, around } = useFrame({ label, hint, error });
  const [seen, setSeen] = useState(false);
  return around(
    <div className="secret">
      <input {...rest} {...attributes} type={seen ? "text" : "password"} autoCapitalize="none" spellCheck={false} className="input" />
      <button
        type="button"
        className="button button-icon"
        aria-pressed={seen}
        aria-label={show}
        title={show}
        onClick={() => setSeen(!seen)}
      >
        <Icon name={seen ? "eye-off" : "eye"} />
      </button>
    </div>,
  );
}

/** A labelled block of text. */
export function TextArea({ label, hint, error, hideLabel, ...rest }: FrameProps & ComponentProps<"textarea">) {
  const { attributes, around } = useFrame({ label, hint, error, hideLabel });
  return around(<textarea {...rest} {...attributes} className="input" />);
}

/** A labelled choice of one, with the browser's own list. */
export function Select({ label, hint, error, hideLabel, ...rest }: FrameProps & ComponentProps<"select">) {
  const { attributes, around } = useFrame({ label, hint, error, hideLabel });
  return around(<select {...rest} {...attributes} className="input" />);
}
