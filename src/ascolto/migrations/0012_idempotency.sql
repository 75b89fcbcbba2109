-- What was answered under an Idempotency-Key, so that sending again is doing once.
CREATE TABLE web.idempotent_answer (
  tenant_id    uuid NOT NULL,
  key_hash     bytea NOT NULL,
  request_hash bytea NOT NULL,
  at           timestamptz NOT NULL,
  -- Null while the first request is under way.
  status       int,
  content_type text,
  body         bytea,
  PRIMARY KEY (tenant_id, key_hash)
);
SELECT kit.protect('web.idempotent_answer');
CREATE INDEX idempotent_answer_old ON web.idempotent_answer (tenant_id, at);
