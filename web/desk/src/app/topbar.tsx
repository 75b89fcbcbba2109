import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { locale, speak, useT } from "@/i18n";
import { ownLanguages } from "@/i18n/format";
import { run } from "@/keys/react";
import { shown } from "@/keys/map";
import { signOut, useSession } from "@/session";
import { change, rememberLocale, useSettings, type Theme } from "@/settings";
import { useBell, useMentionSound } from "@/features/mentions/api";
import { PresenceMenu } from "@/features/presence/menu";
import { Button, IconButton } from "@ui/button";
import { Icon } from "@ui/icon";
import { Kbd } from "@ui/kbd";
import { Menu, MenuItem, MenuLine, MenuSection } from "@ui/menu";

export function TopBar() {
  const t = useT();
  useSettings();
  return (
    <header className="topbar">
      <Link to="/" className="brand">
        <img src="/desk/icon.svg" alt="" width="24" height="24" />
        <span>Ascolto</span>
      </Link>
      <Button className="search-button" onPress={() => run("palette")}>
        <Icon name="search" />
        <span className="grow clip">{t("palette.open")}</span>
        <Kbd>{shown("palette")}</Kbd>
      </Button>
      <div className="row-flex end grow">
        <PresenceMenu />
        <Bell />
        <ProfileMenu />
      </div>
    </header>
  );
}

/** Notes that name one and promises not kept: how many wait, and the way to them. */
function Bell() {
  const t = useT();
  const session = useSession();
  const { count, more } = useBell();
  useMentionSound();
  if (!session.operator_id) return null;
  return (
    <Link to="/mentions" className="button button-icon bell" title={t("nav.mentions")}>
      <Icon name="bell" />
      <span className="hidden-visually">{t("bell.label", { n: count })}</span>
      {count > 0 && (
        <span className="unread num" aria-hidden="true">
          {count}
          {more && "+"}
        </span>
      )}
    </Link>
  );
}

function ProfileMenu() {
  const t = useT();
  const session = useSession();
  const queries = useQueryClient();
  const { theme } = useSettings();
  const setLocale = (name: string) => {
    rememberLocale(name);
    void speak(name);
  };
  return (
    <Menu
      label={t("profile.menu")}
      trigger={<IconButton icon="user" label={t("profile.menu")} />}
    >
      <MenuSection title={`${session.account.name} · ${session.tenant.name}`}>
        <MenuItem id="settings" icon="settings" href="/desk/settings" shortcut={shown("go_settings") ?? ""}>
          {t("nav.settings")}
        </MenuItem>
        <MenuItem id="ready" icon="check" href="/desk/ready" shortcut={shown("go_ready") ?? ""}>
          {t("nav.ready")}
        </MenuItem>
        <MenuItem id="help" icon="keyboard" onAction={() => run("help")} shortcut={shown("help") ?? ""}>
          {t("help.title")}
        </MenuItem>
      </MenuSection>
      <MenuLine />
      <MenuSection
        title={t("theme.title")}
        selected={theme}
        onSelect={(key) => change({ theme: key as Theme })}
      >
        <MenuItem id="auto">{t("theme.auto")}</MenuItem>
        <MenuItem id="light">{t("theme.light")}</MenuItem>
        <MenuItem id="dark">{t("theme.dark")}</MenuItem>
        <MenuItem id="contrast">{t("theme.contrast")}</MenuItem>
      </MenuSection>
      <MenuSection title={t("language.title")} selected={locale()} onSelect={setLocale}>
        {ownLanguages().map(({ value, label }) => (
          <MenuItem key={value} id={value}>
            {label}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuLine />
      <MenuItem id="out" icon="log-out" onAction={() => void signOut(queries)}>
        {t("profile.sign_out")}
      </MenuItem>
    </Menu>
  );
}
