-- The door: which operators have an open socket, and where.

CREATE SCHEMA web;
GRANT USAGE ON SCHEMA web TO ascolto_app;

CREATE TABLE web.line (
  tenant_id   uuid NOT NULL,
  operator_id uuid NOT NULL,
  node_id     uuid NOT NULL,
  seen_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, operator_id, node_id)
);
SELECT kit.protect('web.line');
