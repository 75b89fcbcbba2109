import type { ReactNode, Ref } from "react";
import {
  Button as AriaButton,
  Tooltip,
  TooltipTrigger,
  type ButtonProps as AriaButtonProps,
} from "react-aria-components";
import { Icon, type IconName } from "./icon";
import { Kbd } from "./kbd";

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

/** A button with an icon only: its label is spoken, and shown with its key on hover and focus. */
export function IconButton({ icon, label, shortcut, className, children, ...rest }: IconButtonProps) {
  const classes = ["button", "button-icon", className ?? ""].filter(Boolean).join(" ");
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      <AriaButton {...rest} aria-label={rest["aria-label"] ?? label} className={classes}>
        <Icon name={icon} />
        {children}
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
        {shortcut && <Kbd>{shortcut}</Kbd>}
      </Tooltip>
    </TooltipTrigger>
  );
}
