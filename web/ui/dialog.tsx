import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  hideTitle?: boolean;
}

/** A modal dialog: focus stays inside, Esc and a click outside close it. */
export function Dialog({ title, open, onClose, children, hideTitle = false }: DialogProps) {
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
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
