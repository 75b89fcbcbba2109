-- Who has an address is asked whenever it says yes or no to mails: the proved are found already.
CREATE INDEX claim_of_address ON customers.claim (tenant_id, client_id, kind, key);
