-- Filters that a person keeps under a name: theirs alone, on whatever machine they sit down at.
CREATE TABLE conversations.saved_view (
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  account_id uuid NOT NULL,
  page       text NOT NULL CHECK (page IN ('work', 'conversations')),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  -- What follows the question mark of the page's address.
  query      text NOT NULL CHECK (length(query) <= 1000),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES identity.account (tenant_id, id)
    ON DELETE CASCADE
);
CREATE UNIQUE INDEX saved_view_name ON conversations.saved_view
  (tenant_id, account_id, page, lower(name));
SELECT kit.protect('conversations.saved_view');
