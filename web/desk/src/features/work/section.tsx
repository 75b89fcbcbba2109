import { useId, type ReactNode } from "react";
import { Icon, type IconName } from "@ui/icon";

interface Props {
  icon: IconName;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}

/** One card of the context pane. */
export function Section({ icon, title, children, actions }: Props) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <div className="row-flex card-head">
        <h3 id={id} className="card-title grow">
          <Icon name={icon} />
          {title}
        </h3>
        {actions}
      </div>
      {children}
    </section>
  );
}
