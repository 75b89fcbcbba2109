import { useEffect, useEffectEvent, useRef, type ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { IconButton } from "./button";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  hideTitle?: boolean;
  /** The name of a button that closes it, for a dialog that has none of its own. */
  close?: string;
}

/**
 * Closes on Escape also while the focus is nowhere: a button that took itself away leaves it on the
 * page for a moment, where the dialog does not hear it.
 */
function useEscapeFromNowhere(open: boolean, onClose: () => void) {
  const inside = useRef<HTMLElement>(null);
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape" || document.activeElement !== document.body) return;
    const uppermost = [...document.querySelectorAll(".scrim")].at(-1);
    if (!uppermost?.contains(inside.current)) return;
    event.preventDefault();
    onClose();
  });
  useEffect(() => {
    if (!open) return undefined;
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [open]);
  return inside;
}

/** A modal dialog: focus stays inside, Esc and a click outside close it. */
export function Dialog({ title, open, onClose, children, hideTitle = false, close }: DialogProps) {
  const inside = useEscapeFromNowhere(open, onClose);
  return (
    <ModalOverlay
      isOpen={open}
      isDismissable
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      className="scrim"
    >
      <Modal className="dialog">
        <AriaDialog ref={inside} aria-label={hideTitle ? title : undefined}>
          {!hideTitle && (
            <Heading slot="title" className="dialog-title">
              {title}
            </Heading>
          )}
          {close && (
            <span className="dialog-close">
              <IconButton icon="x" label={close} onPress={onClose} />
            </span>
          )}
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
