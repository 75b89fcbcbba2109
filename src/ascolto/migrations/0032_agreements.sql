-- What is agreed with the people who work: contracts, what holds for whom from which day on, and
-- how many can sit in the office. A roster is made from these and checked against them.

-- `terms` are as the instance of a roster tells a contract. What somebody works on is not changed
-- behind their back: a contract that is agreed with anybody stays as it is.
CREATE TABLE workforce.contract (
  tenant_id uuid NOT NULL REFERENCES tenancy.tenant (id),
  id        uuid NOT NULL,
  name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  terms     jsonb NOT NULL,
  v         int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX contract_name ON workforce.contract (tenant_id, lower(name));
SELECT kit.protect('workforce.contract');

-- What holds for a person from a day on, until the next one's day. Without a contract they work no
-- more. Weekdays count from Monday, 1.
CREATE TABLE workforce.agreement (
  tenant_id     uuid NOT NULL REFERENCES tenancy.tenant (id),
  operator_id   uuid NOT NULL,
  from_day      date NOT NULL,
  contract_id   uuid,
  -- Has signed the clause by which the elastic bands of the contract may be used.
  elastic       boolean NOT NULL DEFAULT false,
  free_weekdays int[] NOT NULL DEFAULT '{}',
  office_least  int CHECK (office_least BETWEEN 0 AND office_most),
  office_most   int CHECK (office_most BETWEEN 0 AND 7),
  team_weekdays int[] NOT NULL DEFAULT '{}',
  agreed_at     timestamptz NOT NULL,
  agreed_by     text NOT NULL,
  PRIMARY KEY (tenant_id, operator_id, from_day),
  CHECK ((office_least IS NULL) = (office_most IS NULL)),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES workforce.contract (tenant_id, id)
);
CREATE INDEX agreement_of_contract ON workforce.agreement (tenant_id, contract_id);
SELECT kit.protect('workforce.agreement');

-- From a day on so many can sit there at once; NULL is no limit.
CREATE TABLE workforce.office (
  tenant_id uuid NOT NULL REFERENCES tenancy.tenant (id),
  from_day  date NOT NULL,
  seats     int CHECK (seats >= 0),
  PRIMARY KEY (tenant_id, from_day)
);
SELECT kit.protect('workforce.office');
