-- A question that was open before there was a patience counts from its last word.
UPDATE conversations.consult SET overdue_at = last_at + interval '15 minutes'
 WHERE state = 'open' AND overdue_at IS NULL;
