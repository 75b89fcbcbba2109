import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useT } from "@/i18n";
import { moveRegion, useAction } from "@/keys/react";
import { undoLatest } from "@ui/toast";
import { HelpDialog } from "./help";
import { Palette } from "./palette";

/** The actions that work on every page. */
export function PageActions() {
  const t = useT();
  const navigate = useNavigate();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  useAction("palette", () => setPalette((open) => !open));
  useAction("help", () => setHelp(true));
  useAction("region_next", () => moveRegion(1));
  useAction("region_previous", () => moveRegion(-1));
  useAction("undo", () => void undoLatest());
  useAction("go_work", () => void navigate({ to: "/work" }));
  useAction("go_floor", () => void navigate({ to: "/floor" }));
  useAction("go_conversations", () => void navigate({ to: "/conversations" }));
  useAction("go_settings", () => void navigate({ to: "/settings" }));
  return (
    <>
      {palette && <Palette onClose={() => setPalette(false)} />}
      <HelpDialog title={t("help.title")} open={help} onClose={() => setHelp(false)} />
    </>
  );
}
