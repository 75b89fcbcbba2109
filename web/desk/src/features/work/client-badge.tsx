import { useEffect, useRef } from "react";
import { useClient } from "@/session";

/** For whom one works: the client's name with its colour, always in sight. */
export function ClientBadge({ id, wide = false }: { id: string; wide?: boolean }) {
  const client = useClient(id);
  const mark = useRef<HTMLSpanElement>(null);
  const color = client?.color;
  useEffect(() => {
    if (mark.current && color && CSS.supports("color", color)) mark.current.style.backgroundColor = color;
  }, [color]);
  if (!client) return null;
  return (
    <span className={wide ? "client client-wide" : "client"}>
      <span ref={mark} className="client-mark" aria-hidden="true" />
      <span className="clip">{client.name}</span>
    </span>
  );
}
