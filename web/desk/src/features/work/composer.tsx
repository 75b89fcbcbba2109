import { lazy, Suspense, useEffect, useRef, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { useAction } from "@/keys/react";
import { shown } from "@/keys/map";
import { useLive } from "@/live/react";
import { useSettings } from "@/settings";
import { Button, IconButton } from "@ui/button";
import { Icon } from "@ui/icon";
import { Kbd } from "@ui/kbd";
import { Menu, MenuItem } from "@ui/menu";
import { Segments } from "@ui/segments";
import { say } from "@ui/toast";
import { useCannedWriting } from "./canned-writing";
import { useDropped } from "./dropping";
import type { Field } from "./field";
import { FileList, FilePicker, useFiles } from "./files";
import { envelopeOf } from "./mail/model";
import { useMentionWriting } from "./mention-writing";
import { unfilled } from "./model/canned";
import { stillNamed } from "./model/mentions";
import { statusWords, type DraftKind } from "./model/drafts";
import { useDesk, useSlot } from "./outbox-react";
import { OtherWords } from "./other-words";
import { PickList, PickName } from "./pick-list";
import { PlainField } from "./plain-field";
import { useRichField } from "./rich-field";

const RecipientsField = lazy(() =>
  import("./mail").then(async (module) => {
    await module.spoken;
    return { default: module.RecipientsField };
  }),
);

const PlainMarkBar = lazy(() =>
  import("./mail").then(async (module) => {
    await module.spoken;
    return { default: module.PlainMarkBar };
  }),
);

/** What is written here; what is passed on or written up has a place of its own. */
type Said = Exclude<DraftKind, "forward" | "wrapup">;

interface ComposerProps {
  row: ConversationRow;
  onResolve?: () => void;
  onSnooze?: () => void;
  /** Whoever does not have the conversation writes to colleagues alone. */
  only?: "note";
}

/** Where a reply or an internal note is written. */
export function Composer({ row, onResolve, onSnooze, only }: ComposerProps) {
  const t = useT();
  const { id } = row;
  const [chosen, setKind] = useState<Said>("reply");
  const kind = only ?? chosen;
  const { slot, status } = useSlot(id, kind);
  const { drafts, outbox } = useDesk();
  const field = useRef<Field>(null);
  const write = (text: string) => drafts.type(id, kind, text);
  const canned = useCannedWriting(row, field, slot.text, write);
  const naming = useMentionWriting(row, kind, field, slot.text, write);
  const files = useFiles(id, kind, slot.attachments);
  useDropped(field, files.add);
  const send = useSend(row, kind, files.busy);
  const { plainField } = useSettings();
  useTypingHint(id, slot.text, kind);
  const [of, setOf] = useState(id);
  if (of !== id) {
    // The field stays in place from one conversation to the next and begins each as if it were new.
    setOf(id);
    setKind("reply");
    canned.close();
    naming.close();
  }

  const focus = (next: Said) => {
    // At once: what is typed right after the key belongs into the field, not to other keys.
    flushSync(() => setKind(next));
    field.current?.focus();
  };
  const replies = only === undefined;
  useAction("reply", () => focus("reply"), replies);
  useAction("note", () => focus("note"));
  useAction("open", () => focus(kind));
  useAction("canned", () => {
    focus("reply");
    canned.openEmpty();
  }, replies);
  useAction("send", () => send());
  const sendAndResolve = () => {
    if (send()) onResolve?.();
  };
  useAction("send_resolve", sendAndResolve, replies);

  const onKeyDown = (event: KeyboardEvent) => {
    // The bar and the address of a link are beside the field, not in it.
    if (!(event.target instanceof HTMLElement) || event.target.id !== "composer") return;
    if (canned.onKeyDown(event) || naming.onKeyDown(event)) return;
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !slot.text) {
      // Nothing typed that could be undone: what was just sent is meant.
      const last = outbox.heldIn(id);
      if (last) {
        event.preventDefault();
        outbox.undo(last.nonce);
      }
    }
    if (event.key === "Escape") {
      event.preventDefault();
      document.querySelector<HTMLElement>(".thread-scroll")?.focus();
    }
  };
  const words = statusWords[status];
  const byMail = row.channel === "email" && kind === "reply";
  const Rich = useRichField(byMail && !plainField, id, field);
  const Writing = Rich ?? PlainField;
  return (
    <section className={kind === "note" ? "composer composer-note" : "composer"} data-region aria-label={t("composer.label")}>
      <div className="row-flex">
        {replies && (
          <Segments
            label={t("composer.kind")}
            value={kind}
            options={[
              { value: "reply", label: t("composer.reply") },
              { value: "note", label: t("composer.note") },
            ]}
            onChange={setKind}
          />
        )}
        <span className="grow" />
        {/* Its own for each conversation: what was saved before one came is no news. */}
        <span key={id} className="meta" role="status">
          {words && t(words)}
        </span>
      </div>
      <OtherWords key={`${id}.${kind}`} id={id} kind={kind} />
      {byMail && (
        <Suspense fallback={<div className="mail-to" />}>
          <RecipientsField key={id} row={row} />
        </Suspense>
      )}
      <div
        className="composer-box"
        role="group"
        aria-label={t("composer.label")}
      >
        {canned.open && (
          <PickList id="canned-list" label={t("composer.canned")} options={canned.options} at={canned.at} onPick={canned.pick}>
            {(one) => (
              <>
                <PickName name={one.title} more={one.text} />
                <Kbd>/{one.key}</Kbd>
              </>
            )}
          </PickList>
        )}
        {naming.open && (
          <PickList id="mention-list" label={t("mention.list")} options={naming.options} at={naming.at} onPick={naming.pick}>
            {(one) => <PickName name={one.display_name} more={one.team} />}
          </PickList>
        )}
        {byMail && !Rich && (
          <Suspense fallback={<div className="marks" />}>
            <PlainMarkBar key={id} field={field} />
          </Suspense>
        )}
        <div
          role="presentation"
          onKeyDownCapture={onKeyDown}
          onBlur={() => {
            canned.close();
            naming.close();
          }}
          onPaste={(event: ClipboardEvent) => {
            if (event.clipboardData.files.length > 0) {
              event.preventDefault();
              files.add(event.clipboardData.files);
            }
          }}
        >
          {/* Its own for each conversation: undo must not bring the words for one customer to another. */}
          <Writing
            key={id}
            field={field}
            label={kind === "note" ? t("composer.note_field") : t("composer.reply_field")}
            hint={kind === "note" ? t("composer.note_hint") : t("composer.reply_hint")}
            lang={row.language ?? undefined}
            list={canned.open ? { id: "canned-list", at: canned.at } : naming.open ? { id: "mention-list", at: naming.at } : null}
            text={slot.text}
            onText={(text, caret) => {
              write(text);
              canned.look(text, caret);
              naming.look(text, caret);
            }}
          />
        </div>
        <FileList files={files} />
        <div className="composer-foot">
          <IconButton
            icon="message-square-text"
            label={t("composer.canned")}
            shortcut="/"
            onPress={() => {
              field.current?.focus();
              canned.openEmpty();
            }}
          />
          <FilePicker onPick={files.add} />
          <span className="grow" />
          <span className="meta wide-only">
            <Kbd>{shown("send")}</Kbd>
          </span>
          <div className="split">
            <Button tone="primary" icon={kind === "note" ? "sticky-note" : "send"} onPress={() => send()}>
              {kind === "note" ? t("composer.save_note") : t("composer.send")}
            </Button>
            {kind === "reply" && (
              <Menu
                label={t("composer.send_more")}
                placement="top end"
                trigger={
                  <Button tone="primary" aria-label={t("composer.send_more")} className="button-icon">
                    <Icon name="chevron-down" />
                  </Button>
                }
              >
                <MenuItem
                  id="resolve"
                  icon="check"
                  shortcut={shown("send_resolve") ?? ""}
                  onAction={sendAndResolve}
                >
                  {t("composer.send_resolve")}
                </MenuItem>
                <MenuItem id="snooze" icon="clock" onAction={() => void (send() && onSnooze?.())}>
                  {t("composer.send_snooze")}
                </MenuItem>
              </Menu>
            )}
          </div>
        </div>
      </div>
    </section>
  );
}

/** Moves what was written to the outbox; the field is free at once. False when it could not be sent. */
function useSend(row: ConversationRow, kind: Said, busy: boolean) {
  const t = useT();
  const { outbox, drafts } = useDesk();
  const { store } = useLive();
  const warned = useRef("");
  return () => {
    const slot = drafts.slot(row.id, kind);
    const text = slot.text.trim();
    if (busy) return false;
    if (!text && slot.attachments.length === 0) return true;
    const envelope = kind === "reply" && slot.envelope ? envelopeOf(slot.envelope) : null;
    if (kind === "reply" && slot.envelope && !envelope) {
      say(t("mail.check_recipients"));
      return false;
    }
    const names = kind === "reply" ? unfilled(text).join(", ") : "";
    if (names && warned.current !== `${row.id} ${names}`) {
      warned.current = `${row.id} ${names}`;
      say(t("composer.unfilled", { names }));
      return false;
    }
    warned.current = "";
    outbox.add({
      conversation_id: row.id,
      kind,
      text,
      attachments: slot.attachments,
      envelope,
      mentions: kind === "note" ? stillNamed(text, slot.named) : [],
      seen_seq: store.get("threads", row.id)?.items.at(-1)?.seq ?? null,
    });
    drafts.clear(row.id, kind);
    return true;
  };
}

/** Says "is writing" at most every three seconds, for replies only. */
function useTypingHint(id: string, text: string, kind: Said): void {
  const { engine } = useLive();
  const told = useRef(0);
  const before = useRef({ id, kind, text });
  useEffect(() => {
    const last = before.current;
    before.current = { id, kind, text };
    // Another conversation's draft, or the note beside the reply, was not typed just now.
    if (last.text === text || last.id !== id || last.kind !== kind) return;
    if (kind !== "reply" || !text || Date.now() - told.current < 3000) return;
    told.current = Date.now();
    engine.tell({ t: "typing", conversation_id: id });
  }, [engine, id, text, kind]);
}
