import { useT } from "@/i18n";
import { KeyTable } from "@/keys/table";
import { Dialog } from "@ui/dialog";

interface Props {
  title: string;
  open: boolean;
  onClose: () => void;
}

/** The keyboard map in a dialog. */
export function HelpDialog({ title, open, onClose }: Props) {
  const t = useT();
  return (
    <Dialog title={title} open={open} onClose={onClose} close={t("close")}>
      <div className="dialog-body">
        <KeyTable />
      </div>
    </Dialog>
  );
}
