import type { ReactNode } from "react";
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

/** A modal dialog: focus stays inside, Esc and a click outside close it. */
export function Dialog({ title, open, onClose, children, hideTitle = false, close }: DialogProps) {
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
        <AriaDialog aria-label={hideTitle ? title : undefined}>
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
