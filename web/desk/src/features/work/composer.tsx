import { useEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from "react";
import type { Attachment, Canned, ConversationRow } from "@/api/types";
import { explain } from "@/api/words";
import { msg, useT } from "@/i18n";
import { bytes } from "@/i18n/format";
import { useAction } from "@/keys/react";
import { shown } from "@/keys/map";
import { useLive } from "@/live/react";
import { useCanned } from "@/reference";
import { useClient, useSession } from "@/session";
import { Button, IconButton } from "@ui/button";
import { Icon } from "@ui/icon";
import { Kbd } from "@ui/kbd";
import { Menu, MenuItem } from "@ui/menu";
import { Segments } from "@ui/segments";
import { upload } from "./api";
import { CannedList } from "./canned-list";
import { offerInsert } from "./insert";
import { fill, find, slashWord, type Facts } from "./model/canned";
import type { DraftKind, DraftStatus } from "./model/drafts";
import { useDesk, useSlot } from "./outbox-react";

const statusWords: Record<DraftStatus, string | null> = {
  empty: null,
  typing: null,
  saving: msg("draft.saving"),
  saved: msg("draft.saved"),
  local: msg("draft.local"),
};

interface ComposerProps {
  row: ConversationRow;
  onResolve: () => void;
}

/** Where a reply or an internal note is written. */
export function Composer({ row, onResolve }: ComposerProps) {
  const t = useT();
  const { id } = row;
  const [kind, setKind] = useState<DraftKind>("reply");
  const { slot, status } = useSlot(id, kind);
  const { drafts } = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  const write = (text: string) => drafts.type(id, kind, text);
  const canned = useCannedWriting(row, field, slot.text, write);
  const files = useFiles(id, kind, slot.attachments);
  const send = useSend(row, kind, files.busy);
  useTypingHint(id, slot.text, kind);

  const focus = (next: DraftKind) => {
    setKind(next);
    requestAnimationFrame(() => field.current?.focus());
  };
  useAction("reply", () => focus("reply"));
  useAction("note", () => focus("note"));
  useAction("open", () => focus(kind));
  useAction("canned", () => {
    focus("reply");
    canned.openEmpty();
  });
  useAction("send", () => send());
  useAction("send_resolve", () => {
    send();
    onResolve();
  });

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (canned.onKeyDown(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      document.querySelector<HTMLElement>(".thread-scroll")?.focus();
    }
  };
  const words = statusWords[status];
  return (
    <section className={kind === "note" ? "composer composer-note" : "composer"} data-region aria-label={t("composer.label")}>
      <div className="row-flex">
        <Segments
          label={t("composer.kind")}
          value={kind}
          options={[
            { value: "reply", label: t("composer.reply") },
            { value: "note", label: t("composer.note") },
          ]}
          onChange={setKind}
        />
        <span className="grow" />
        <span className="meta" role="status">
          {words && t(words)}
        </span>
      </div>
      {slot.other !== null && (
        <p className="row-flex meta">
          <Icon name="info" />
          {t("draft.other")}
          <Button tone="link" onPress={() => drafts.swap(id, kind)}>
            {t("draft.use_other")}
          </Button>
        </p>
      )}
      <div
        className="composer-box"
        role="group"
        aria-label={t("composer.label")}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event: DragEvent) => {
          event.preventDefault();
          files.add(event.dataTransfer.files);
        }}
      >
        {canned.open && (
          <CannedList options={canned.options} at={canned.at} id="canned-list" onPick={canned.pick} />
        )}
        <textarea
          ref={field}
          id="composer"
          data-region-focus
          className="composer-field"
          rows={3}
          aria-label={kind === "note" ? t("composer.note_field") : t("composer.reply_field")}
          placeholder={kind === "note" ? t("composer.note_hint") : t("composer.reply_hint")}
          lang={row.language ?? undefined}
          spellCheck
          aria-autocomplete="list"
          aria-controls={canned.open ? "canned-list" : undefined}
          aria-activedescendant={canned.open && canned.options.length > 0 ? `canned-list-${canned.at}` : undefined}
          value={slot.text}
          onChange={(event) => {
            write(event.target.value);
            canned.look(event.target.value, event.target.selectionStart);
          }}
          onKeyDown={onKeyDown}
          onBlur={canned.close}
          onPaste={(event: ClipboardEvent) => {
            if (event.clipboardData.files.length > 0) {
              event.preventDefault();
              files.add(event.clipboardData.files);
            }
          }}
        />
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
          <label className="button button-icon" title={t("composer.attach")}>
            <Icon name="paperclip" />
            <span className="hidden-visually">{t("composer.attach")}</span>
            <input
              type="file"
              multiple
              className="hidden-visually"
              onChange={(event) => {
                if (event.target.files) files.add(event.target.files);
                event.target.value = "";
              }}
            />
          </label>
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
                  onAction={() => {
                    send();
                    onResolve();
                  }}
                >
                  {t("composer.send_resolve")}
                </MenuItem>
              </Menu>
            )}
          </div>
        </div>
      </div>
    </section>
  );
}

/** Moves what was written to the outbox; the field is free at once. */
function useSend(row: ConversationRow, kind: DraftKind, busy: boolean) {
  const { outbox, drafts } = useDesk();
  const { store } = useLive();
  return () => {
    const slot = drafts.slot(row.id, kind);
    const text = slot.text.trim();
    if (busy || (!text && slot.attachments.length === 0)) return;
    outbox.add({
      conversation_id: row.id,
      kind,
      text,
      attachments: slot.attachments,
      mentions: [],
      seen_seq: store.get("threads", row.id)?.items.at(-1)?.seq ?? null,
    });
    drafts.clear(row.id, kind);
  };
}

/** Says "is writing" at most every three seconds, for replies only. */
function useTypingHint(id: string, text: string, kind: DraftKind): void {
  const { engine } = useLive();
  const told = useRef(0);
  const before = useRef(text);
  useEffect(() => {
    if (before.current === text) return;
    before.current = text;
    if (kind !== "reply" || !text || Date.now() - told.current < 3000) return;
    told.current = Date.now();
    engine.tell({ t: "typing", conversation_id: id });
  }, [engine, id, text, kind]);
}

function useCannedWriting(
  row: ConversationRow,
  field: React.RefObject<HTMLTextAreaElement | null>,
  text: string,
  write: (text: string) => void,
) {
  const all = useCanned();
  const session = useSession();
  const client = useClient(row.client_id);
  const [found, setFound] = useState<{ from: number; word: string } | null>(null);
  const [at, setAt] = useState(0);
  const options = found ? find(all, found.word, row.client_id).slice(0, 8) : [];
  const facts: Facts = {
    customer_name: row.customer.name,
    operator_name: session.account.name,
    client_name: client?.name,
    number: row.number,
  };
  const put = (one: Canned, from: number, to: number) => {
    const words = fill(one.text, facts);
    write(text.slice(0, from) + words + text.slice(to));
    setFound(null);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from + words.length, from + words.length);
    });
  };
  const pick = (one: Canned) => {
    const caret = field.current?.selectionStart ?? text.length;
    put(one, found?.from ?? caret, found ? found.from + 1 + found.word.length : caret);
  };
  useEffect(() =>
    offerInsert((one) => {
      const caret = field.current?.selectionStart ?? text.length;
      put(one, caret, caret);
    }),
  );
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!found || options.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((at + step + options.length) % options.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey) pick(options[at] ?? options[0]!);
    else if (event.key === "Escape") setFound(null);
    else return false;
    event.preventDefault();
    return true;
  };
  return {
    open: found !== null && options.length > 0,
    options,
    at,
    pick,
    onKeyDown,
    close: () => setFound(null),
    look: (next: string, caret: number) => {
      setFound(slashWord(next, caret));
      setAt(0);
    },
    openEmpty: () => {
      const glue = text && !/\s$/.test(text) ? " " : "";
      const next = `${text}${glue}/`;
      write(next);
      setFound({ from: next.length - 1, word: "" });
      setAt(0);
    },
  };
}

interface Uploading {
  name: string;
  size: number;
  error: string | null;
}

function useFiles(id: string, kind: DraftKind, attachments: Attachment[]) {
  const { drafts } = useDesk();
  const [uploads, setUploads] = useState<readonly (Uploading & { key: number })[]>([]);
  const add = (files: FileList) => {
    for (const file of files) {
      const key = Math.random();
      setUploads((list) => [...list, { key, name: file.name, size: file.size, error: null }]);
      upload(id, file).then(
        (stored) => {
          setUploads((list) => list.filter((one) => one.key !== key));
          drafts.attach(id, kind, [...drafts.slot(id, kind).attachments, stored]);
        },
        (error: unknown) => {
          const words = explain(error);
          setUploads((list) => list.map((one) => (one.key === key ? { ...one, error: words } : one)));
        },
      );
    }
  };
  return {
    add,
    uploads,
    attachments,
    busy: uploads.some((one) => one.error === null),
    remove: (file: string) => drafts.attach(id, kind, attachments.filter((one) => one.id !== file)),
    forget: (key: number) => setUploads((list) => list.filter((one) => one.key !== key)),
  };
}

function FileList({ files }: { files: ReturnType<typeof useFiles> }) {
  const t = useT();
  if (files.attachments.length === 0 && files.uploads.length === 0) return null;
  return (
    <ul className="attachments">
      {files.attachments.map((file) => (
        <li key={file.id} className="chip">
          <Icon name="file" />
          {file.name} <span className="num">{bytes(file.size)}</span>
          <IconButton
            icon="x"
            label={t("attachment.remove", { name: file.name })}
            onPress={() => files.remove(file.id)}
          />
        </li>
      ))}
      {files.uploads.map((file) => (
        <li key={file.key} className={file.error ? "chip tone-bad" : "chip"}>
          <Icon name={file.error ? "circle-alert" : "upload"} />
          {file.name} {file.error ?? t("attachment.uploading")}
          {file.error && (
            <IconButton
              icon="x"
              label={t("attachment.remove", { name: file.name })}
              onPress={() => files.forget(file.key)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
