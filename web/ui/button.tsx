import type { ReactNode, Ref } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";
import { Icon, type IconName } from "./icon";

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "style" | "children"> {
  tone?: "plain" | "primary" | "outline" | "danger" | "link";
  icon?: IconName;
  className?: string;
  children?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

/** A button with words on it. */
export function Button({ tone = "plain", icon, className, children, ...rest }: ButtonProps) {
  const classes = ["button", tone === "plain" ? "" : `button-${tone}`, className ?? ""];
  return (
    <AriaButton {...rest} className={classes.filter(Boolean).join(" ")}>
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  icon: IconName;
  label: string;
  shortcut?: string;
  children?: ReactNode;
}

/** A button with an icon only: its label is spoken, and shown with its key on hover and focus (tips.tsx). */
export function IconButton({ icon, label, shortcut, className, children, ...rest }: IconButtonProps) {
  const classes = ["button", "button-icon", className ?? ""].filter(Boolean).join(" ");
  // Keys pressed one after the other cannot be said: there a space is between keys that do the same.
  const spoken = !shortcut?.includes(" ") && shortcut?.replace("Ctrl", "Control");
  return (
    <AriaButton
      {...rest}
      aria-label={rest["aria-label"] ?? label}
      className={classes}
      {...{ "data-tip": label, "data-tip-key": shortcut }}
      {...(spoken && { render: (props) => <button {...props} aria-keyshortcuts={spoken} /> })}
    >
      <Icon name={icon} />
      {children}
    </AriaButton>
  );
}
