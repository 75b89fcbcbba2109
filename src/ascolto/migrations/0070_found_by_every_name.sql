-- Whoever was merged is found by their own words as well, through who stands for them. What was
-- merged before now is told to the root of each family; from now on the room does it itself.
WITH RECURSIVE family AS (
  SELECT tenant_id, id AS root, id FROM customers.customer WHERE merged_into IS NULL
  UNION ALL
  SELECT f.tenant_id, f.root, c.id FROM customers.customer c
    JOIN family f ON c.tenant_id = f.tenant_id AND c.merged_into = f.id
), words AS (
  SELECT f.tenant_id, f.root, string_agg(c.search, '' ORDER BY f.id) AS text
    FROM family f JOIN customers.customer c ON c.tenant_id = f.tenant_id AND c.id = f.id
   WHERE f.id <> f.root GROUP BY f.tenant_id, f.root
)
UPDATE customers.customer c SET search = c.search || w.text
  FROM words w WHERE c.tenant_id = w.tenant_id AND c.id = w.root;
