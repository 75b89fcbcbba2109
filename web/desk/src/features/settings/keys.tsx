import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useT } from "@/i18n";
import { type Action, actions, keyName, keysOf, printed } from "@/keys/map";
import { changesOthers, moved, pressed, refusal, type Refusal } from "@/keys/moving";
import { prefer } from "@/preferences";
import { useSession } from "@/session";
import { useSettings } from "@/settings";
import { Button, IconButton } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Icon } from "@ui/icon";
import { Kbd } from "@ui/kbd";
import "./words";

/** Every action with its keys, each of which can be moved, taken away and put back. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { account } = useSession();
  const { keyMap } = useSettings();
  const [at, setAt] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const button = useRef<Map<string, HTMLButtonElement>>(new Map());
  const leave = (id: string) => {
    setAt(null);
    // The button is back after the next drawing, and the focus belongs there.
    setTimeout(() => button.current.get(id)?.focus(), 0);
  };
  const choose = (action: Action, keys: readonly string[]) => {
    void prefer(account.id, { keyMap: moved(keyMap, action, keys) });
    setSaid(t("moving.done", { action: t(action.label), key: keys.map(printed).join(", ") || t("keys.no_key") }));
    leave(action.id);
  };
  const groups = [...new Set(actions.map((action) => action.group))];
  return (
    <Dialog title={t("moving.title")} open onClose={onClose}>
      <div className="dialog-body moving">
        <p className="meta">{t("moving.hint")}</p>
        {groups.map((group) => (
          <section key={group}>
            <h3>{t(group)}</h3>
            <ul>
              {actions
                .filter((action) => action.group === group)
                .map((action) => (
                  <li key={action.id}>
                    <span className="grow">{t(action.label)}</span>
                    {at === action.id ? (
                      <Capture action={action} onLeave={() => leave(action.id)} onChoose={(keys) => choose(action, keys)} />
                    ) : (
                      <Row
                        action={action}
                        hold={(one) => void (one ? button.current.set(action.id, one) : button.current.delete(action.id))}
                        onChange={() => setAt(action.id)}
                        onChoose={(keys) => choose(action, keys)}
                      />
                    )}
                  </li>
                ))}
            </ul>
          </section>
        ))}
        <p className="hidden-visually" role="status">
          {said}
        </p>
        <div className="row-flex end">
          <Button
            tone="outline"
            icon="undo-2"
            isDisabled={Object.keys(keyMap).length === 0}
            onPress={() => {
              void prefer(account.id, { keyMap: {} });
              setSaid(t("moving.all_back"));
            }}
          >
            {t("moving.reset_all")}
          </Button>
          <Button tone="primary" onPress={onClose}>
            {t("close")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

interface RowProps {
  action: Action;
  hold: (button: HTMLButtonElement | null) => void;
  onChange: () => void;
  onChoose: (keys: readonly string[]) => void;
}

function Row({ action, hold, onChange, onChoose }: RowProps) {
  const t = useT();
  const keys = keysOf(action);
  const name = t(action.label);
  const asItComes = keys.join() === action.keys.join();
  const taken = asItComes ? null : action.keys.map((key) => refusal(action, key)).find((one) => one?.code === "taken");
  const label = taken ? sayRefusal(t, action.keys[0] ?? "", taken) : t("moving.reset", { action: name });
  return (
    <>
      {keys.length === 0 ? <span className="meta">{t("keys.no_key")}</span> : keys.map((key) => <Kbd key={key}>{printed(key)}</Kbd>)}
      {!asItComes && <IconButton icon="undo-2" label={label} isDisabled={Boolean(taken)} onPress={() => onChoose(action.keys)} />}
      <Button ref={hold} tone="outline" aria-label={t("moving.change_of", { action: name })} onPress={onChange}>
        {t("moving.change")}
      </Button>
    </>
  );
}

function sayRefusal(t: ReturnType<typeof useT>, key: string, { code, ...rest }: Refusal): string {
  const names: Record<Refusal["code"], string> = {
    kept: t("moving.kept", { key: printed(key) }),
    browser: t("moving.browser", { key: printed(key) }),
    typing: t("moving.typing"),
    taken: t("moving.taken", { key: printed(key), action: "by" in rest ? t(rest.by.label) : "" }),
  };
  return names[code];
}

interface CaptureProps {
  action: Action;
  onLeave: () => void;
  onChoose: (keys: readonly string[]) => void;
}

/** Listens for the new key. Enter keeps it, Esc leaves all as it was, Tab goes on to the buttons. */
function Capture({ action, onLeave, onChoose }: CaptureProps) {
  const t = useT();
  const box = useRef<HTMLInputElement>(null);
  const [key, setKey] = useState("");
  useEffect(() => box.current?.focus(), []);
  const refused = key ? refusal(action, key) : null;
  const onKeyDown = (event: KeyboardEvent) => {
    const name = keyName(event.nativeEvent);
    if (name === "Tab" || name === "Shift+Tab" || changesOthers(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (name === "Escape") onLeave();
    else if (name === "Backspace") setKey("");
    else if (name === "Enter") {
      if (key && !refused) onChoose([key]);
    } else setKey(pressed(key, name === " " ? "Space" : name));
  };
  return (
    <div className="capture">
      <input
        ref={box}
        className="input"
        readOnly
        aria-label={t("moving.press", { action: t(action.label) })}
        aria-describedby="moving-how moving-refused"
        aria-invalid={refused ? true : undefined}
        value={key ? printed(key) : ""}
        placeholder={t("moving.waiting")}
        onKeyDown={onKeyDown}
      />
      <Button tone="primary" isDisabled={!key || refused !== null} onPress={() => onChoose([key])}>
        {t("moving.keep")}
      </Button>
      <Button tone="outline" onPress={() => onChoose([])}>
        {t("moving.none")}
      </Button>
      <Button onPress={onLeave}>{t("cancel")}</Button>
      <p id="moving-how" className="meta">
        {t("moving.how")}
      </p>
      <p id="moving-refused" role="alert" className="field-error">
        {refused && <Icon name="circle-alert" />}
        {refused && sayRefusal(t, key, refused)}
      </p>
    </div>
  );
}
