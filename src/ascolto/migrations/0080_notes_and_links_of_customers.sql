-- What colleagues should know of a customer, and who may speak for whom.

-- Of a note that was taken back nothing stays but that it was, in the log.
CREATE TABLE customers.note (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  client_id   uuid NOT NULL,
  customer_id uuid NOT NULL,
  text        text NOT NULL CHECK (length(text) BETWEEN 1 AND 1000),
  at          timestamptz NOT NULL,
  by          jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers.customer (tenant_id, id)
);
CREATE INDEX note_of_customer ON customers.note (tenant_id, customer_id, id DESC);
SELECT kit.protect('customers.note');

-- `acting_id` speaks for `customer_id`, as what a colleague was shown or told.
CREATE TABLE customers.link (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  client_id   uuid NOT NULL,
  customer_id uuid NOT NULL,
  acting_id   uuid NOT NULL,
  role        text NOT NULL CHECK (role IN ('relative', 'administrator', 'delegate', 'guardian')),
  at          timestamptz NOT NULL,
  by          jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, customer_id, acting_id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers.customer (tenant_id, id),
  FOREIGN KEY (tenant_id, acting_id) REFERENCES customers.customer (tenant_id, id),
  CHECK (customer_id <> acting_id)
);
CREATE INDEX link_of_acting ON customers.link (tenant_id, acting_id);
SELECT kit.protect('customers.link');
