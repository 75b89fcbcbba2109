import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Message } from "@/api/types";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { bytes } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextArea } from "@ui/field";
import { messageAdded } from "../live";
import { randomNonce } from "../model/outbox";
import { offerRecall } from "../undo";
import { envelopeOf, type Lines } from "./model";
import { AddressLines } from "./recipients";

/** Passes a mail on to somebody outside; the customer hears nothing of it. */
export function ForwardDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useT();
  const { store } = useLive();
  const [lines, setLines] = useState<Lines>({ to: "", cc: "", bcc: "" });
  const [text, setText] = useState("");
  const [files, setFiles] = useState(() => new Set(message.attachments.map((file) => file.id)));
  const [whole, setWhole] = useState(false);
  // One nonce for all tries of this forward.
  const [nonce] = useState(randomNonce);
  const envelope = envelopeOf(lines);
  const pass = useMutation({
    mutationFn: () =>
      api.post<Message>(`/mail/messages/${message.id}/forward`, {
        envelope,
        text: text.trim(),
        nonce,
        attachment_ids: [...files],
        whole,
      }),
    onSuccess: (note) => {
      store.apply(messageAdded(store, note));
      offerRecall(note, () => undefined);
      onClose();
    },
  });
  const toggle = (id: string) => {
    const next = new Set(files);
    if (!next.delete(id)) next.add(id);
    setFiles(next);
  };
  return (
    <Dialog title={t("mail.forward")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (envelope) pass.mutate();
        }}
      >
        <div className="dialog-body">
          <AddressLines lines={lines} onChange={setLines} />
          <TextArea label={t("mail.comment")} rows={4} value={text} onChange={(event) => setText(event.target.value)} />
          <fieldset className="mail-files">
            <legend className="meta">{t("mail.goes_along")}</legend>
            {message.attachments.map((file) => (
              <label key={file.id} className="row-flex">
                <input type="checkbox" checked={files.has(file.id)} onChange={() => toggle(file.id)} />
                <span className="clip">{file.name}</span>
                <span className="num meta">{bytes(file.size)}</span>
              </label>
            ))}
            <label className="row-flex">
              <input type="checkbox" checked={whole} onChange={() => setWhole(!whole)} />
              {t("mail.whole_file")}
            </label>
          </fieldset>
          <p className="meta">{t("mail.forward_hint")}</p>
          <div role="alert">{pass.error && <p className="field-error">{explain(pass.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="send" isDisabled={!envelope || pass.isPending}>
            {t("mail.forward")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
