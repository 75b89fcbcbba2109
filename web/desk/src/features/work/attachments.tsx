import type { Attachment } from "@/api/types";
import { useT } from "@/i18n";
import { bytes } from "@/i18n/format";
import { Icon } from "@ui/icon";

interface Props {
  files: readonly Attachment[] | undefined;
  /** Where the content of one is fetched. */
  url: (file: string) => string;
}

/** The files that hang on what was said, each to be downloaded. */
export function Attachments({ files, url }: Props) {
  const t = useT();
  if (!files?.length) return null;
  return (
    <ul className="attachments">
      {files.map((file) => (
        <li key={file.id}>
          <a className="chip" href={url(file.id)} download={file.name} title={t("attachment.download", { name: file.name })}>
            <Icon name="file" />
            <span className="clip">{file.name}</span>
            <span className="num">{bytes(file.size)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
