-- Messages have no index any more. Putting each into its random place cost more than all else of an entry, and who looks
-- for a part of a message reads all rows anyway. The contract's table has one; nothing else that reads the table needs it.

DROP INDEX IF EXISTS idx_logs_message;
