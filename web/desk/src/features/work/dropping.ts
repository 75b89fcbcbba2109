/** Files dropped on the desk: taken where something is written, and nowhere opened in place of the desk. */
import { useEffect, useEffectEvent, type RefObject } from "react";
import type { Field } from "./field";

function bringsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** Takes files dropped anywhere on the conversation around a field, not on the field alone. */
export function useDropped(field: RefObject<Pick<Field, "closest"> | null>, take: (files: FileList) => void): void {
  const taken = useEffectEvent(take);
  useEffect(() => {
    const talk = field.current?.closest(".talk");
    const over = (event: DragEvent) => {
      if (bringsFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!bringsFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      taken(event.dataTransfer.files);
    };
    talk?.addEventListener("dragover", over);
    talk?.addEventListener("drop", drop);
    return () => {
      talk?.removeEventListener("dragover", over);
      talk?.removeEventListener("drop", drop);
    };
  }, [field]);
}

/** Nobody takes it here: by itself the browser would leave the desk for the file. */
function refuse(event: DragEvent): void {
  if (event.defaultPrevented || !bringsFiles(event)) return;
  // A field for files takes them by itself.
  if (event.target instanceof Element && event.target.closest('input[type="file"]')) return;
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
}

/** Keeps the desk where it is when a file misses its place. */
export function useNoStrayDrops(): void {
  useEffect(() => {
    window.addEventListener("dragover", refuse);
    window.addEventListener("drop", refuse);
    return () => {
      window.removeEventListener("dragover", refuse);
      window.removeEventListener("drop", refuse);
    };
  }, []);
}
