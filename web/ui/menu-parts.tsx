import type { ReactElement, ReactNode } from "react";
import {
  Header,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection as AriaMenuSection,
  MenuTrigger,
  Popover,
  Separator,
  type MenuItemProps,
} from "react-aria-components";
import { Icon, type IconName } from "./icon";
import { Kbd } from "./kbd";

export interface MenuProps {
  label: string;
  trigger: ReactElement;
  children: ReactNode;
  placement?: "bottom start" | "bottom end" | "top end" | "top start";
}

/** A button that opens a list of actions. */
export function Menu({ label, trigger, children, placement = "bottom end", open }: MenuProps & { open: boolean }) {
  return (
    <MenuTrigger defaultOpen={open}>
      {trigger}
      <Popover placement={placement} offset={4}>
        <AriaMenu className="menu" aria-label={label}>
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export interface ItemProps extends Omit<MenuItemProps, "children" | "className" | "style"> {
  icon?: IconName;
  shortcut?: string;
  children: string;
}

/** One action of a menu. */
export function MenuItem({ icon, shortcut, children, ...rest }: ItemProps) {
  return (
    <AriaMenuItem {...rest} textValue={children} className="menu-item">
      {({ isSelected, selectionMode }) => (
        <>
          {selectionMode !== "none" && (
            <span className="icon">{isSelected && <Icon name="check" />}</span>
          )}
          {icon && <Icon name={icon} />}
          <span>{children}</span>
          {shortcut && <Kbd>{shortcut}</Kbd>}
        </>
      )}
    </AriaMenuItem>
  );
}

export interface SectionProps {
  title: string;
  children: ReactNode;
  selected?: string;
  onSelect?: (key: string) => void;
}

/** A titled part of a menu; with `selected` it is a choice of one. */
export function MenuSection({ title, children, selected, onSelect }: SectionProps) {
  const choice = selected === undefined ? {} : {
    selectionMode: "single" as const,
    disallowEmptySelection: true,
    selectedKeys: [selected],
    onSelectionChange: (keys: "all" | Set<string | number>) => {
      if (keys !== "all") for (const key of keys) onSelect?.(String(key));
    },
  };
  return (
    <AriaMenuSection {...choice}>
      <Header className="menu-header">{title}</Header>
      {children}
    </AriaMenuSection>
  );
}

/** A line between parts of a menu. */
export function MenuLine() {
  return <Separator className="menu-line" />;
}
