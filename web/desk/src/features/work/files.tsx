import { useState } from "react";
import type { Attachment } from "@/api/types";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { bytes } from "@/i18n/format";
import { IconButton } from "@ui/button";
import { Icon } from "@ui/icon";
import { upload } from "./api";
import type { DraftKind } from "./model/drafts";
import { useDesk } from "./outbox-react";

interface Uploading {
  /** Of which draft: the field goes on to other conversations while a file is on its way. */
  of: string;
  name: string;
  size: number;
  error: string | null;
}

/** Files of a draft: on their way, refused, or stored. */
export function useFiles(id: string, kind: DraftKind, attachments: Attachment[]) {
  const { drafts } = useDesk();
  return useUploads(id, `${id}.${kind}`, attachments, (change) =>
    drafts.attach(id, kind, change(drafts.slot(id, kind).attachments)),
  );
}

/** Files uploaded to a conversation for one field: on their way, refused, or stored. */
export function useUploads(
  id: string,
  of: string,
  attachments: Attachment[],
  put: (change: (now: Attachment[]) => Attachment[]) => void,
) {
  const [all, setUploads] = useState<readonly (Uploading & { key: number })[]>([]);
  const uploads = all.filter((one) => one.of === of);
  const add = (files: globalThis.FileList) => {
    for (const file of files) {
      const key = Math.random();
      setUploads((list) => [...list, { key, of, name: file.name, size: file.size, error: null }]);
      upload(id, file).then(
        (stored) => {
          setUploads((list) => list.filter((one) => one.key !== key));
          put((now) => [...now, stored]);
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
    remove: (file: string) => put((now) => now.filter((one) => one.id !== file)),
    forget: (key: number) => setUploads((list) => list.filter((one) => one.key !== key)),
  };
}

/** Picks files of one's own. */
export function FilePicker({ onPick }: { onPick: (files: globalThis.FileList) => void }) {
  const t = useT();
  return (
    <label className="button button-icon" title={t("composer.attach")}>
      <Icon name="paperclip" />
      <span className="hidden-visually">{t("composer.attach")}</span>
      <input
        type="file"
        multiple
        className="hidden-visually"
        onChange={(event) => {
          if (event.target.files) onPick(event.target.files);
          event.target.value = "";
        }}
      />
    </label>
  );
}

export function FileList({ files }: { files: ReturnType<typeof useUploads> }) {
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
