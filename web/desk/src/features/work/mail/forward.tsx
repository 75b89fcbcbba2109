import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Message } from "@/api/types";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { bytes } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextArea } from "@ui/field";
import { FileList, FilePicker, useFiles } from "../files";
import { messageAdded } from "../live";
import type { About, DraftBook } from "../model/drafts";
import { randomNonce } from "../model/outbox";
import { OtherWords } from "../other-words";
import { useDesk, useSlot } from "../outbox-react";
import { offerRecall } from "../undo";
import { envelopeOf, type Lines } from "./model";
import { AddressLines } from "./recipients";

const nobody: Lines = { to: "", cc: "", bcc: "" };

const joined = (one: string, other: string) => [one, other].filter(Boolean).join(", ");

/** A message with all its files, as it is passed on unless somebody says otherwise. */
export const allOf = (message: Message): About => ({
  message_id: message.id,
  attachment_ids: message.attachments.map((file) => file.id),
  whole: false,
});

/** Puts a forward that was taken back before what was begun meanwhile; its people only where it passes on the same mail. */
function writeAgain(drafts: DraftBook, message: Message, { text, lines, about }: { text: string; lines: Lines; about: About }): void {
  const talk = message.conversation_id;
  const begun = drafts.slot(talk, "forward");
  const empty = !begun.text && !begun.envelope && begun.attachments.length === 0;
  if (empty) drafts.begin(talk, "forward", about);
  drafts.type(talk, "forward", [text, begun.text].filter(Boolean).join("\n\n"));
  if (!empty && begun.about?.message_id !== message.id) return;
  const { to, cc, bcc } = begun.envelope ?? nobody;
  drafts.address(talk, "forward", { to: joined(lines.to, to), cc: joined(lines.cc, cc), bcc: joined(lines.bcc, bcc) });
}

/** Passes a mail on to somebody outside; the customer hears nothing of it. */
export function ForwardDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useT();
  const { store } = useLive();
  const { drafts } = useDesk();
  const talk = message.conversation_id;
  // Kept as any draft is: what was written is there again after a reload, and on other devices.
  const { slot } = useSlot(talk, "forward");
  const lines = slot.envelope ?? nobody;
  const { text } = slot;
  const about = slot.about?.message_id === message.id ? slot.about : allOf(message);
  const elsewhere = slot.about !== null && slot.about.message_id !== message.id;
  // On another device something else is being passed on by now: its people are not for this message.
  useEffect(() => {
    if (elsewhere) onClose();
  }, [elsewhere, onClose]);
  const added = useFiles(talk, "forward", slot.attachments);
  // One nonce for all tries of this forward.
  const [nonce] = useState(randomNonce);
  const envelope = envelopeOf(lines);
  const pass = useMutation({
    mutationFn: () =>
      api.post<Message>(`/mail/messages/${message.id}/forward`, {
        envelope,
        text: text.trim(),
        nonce,
        attachment_ids: about.attachment_ids,
        added_ids: slot.attachments.map((file) => file.id),
        whole: about.whole,
      }),
    onSuccess: (note) => {
      store.apply(messageAdded(store, note));
      drafts.clear(talk, "forward");
      offerRecall(note, () => writeAgain(drafts, message, { text, lines, about }));
      onClose();
    },
  });
  const choose = (change: Partial<About>) => drafts.choose(talk, "forward", { ...about, ...change });
  const toggle = (id: string) => {
    const next = new Set(about.attachment_ids);
    if (!next.delete(id)) next.add(id);
    choose({ attachment_ids: [...next] });
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
          <AddressLines lines={lines} onChange={(next) => drafts.address(talk, "forward", next)} />
          <TextArea
            label={t("mail.comment")}
            rows={4}
            value={text}
            onChange={(event) => drafts.type(talk, "forward", event.target.value)}
          />
          <OtherWords id={talk} kind="forward" />
          <fieldset className="mail-files">
            <legend className="meta">{t("mail.goes_along")}</legend>
            {message.attachments.map((file) => (
              <label key={file.id} className="row-flex">
                <input type="checkbox" checked={about.attachment_ids.includes(file.id)} onChange={() => toggle(file.id)} />
                <span className="clip">{file.name}</span>
                <span className="num meta">{bytes(file.size)}</span>
              </label>
            ))}
            <label className="row-flex">
              <input type="checkbox" checked={about.whole} onChange={() => choose({ whole: !about.whole })} />
              {t("mail.whole_file")}
            </label>
            <FileList files={added} />
            <FilePicker onPick={added.add} />
          </fieldset>
          <p className="meta">{t("mail.forward_hint")}</p>
          <div role="alert">{pass.error && <p className="field-error">{explain(pass.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="send" isDisabled={!envelope || added.busy || pass.isPending}>
            {t("mail.forward")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
