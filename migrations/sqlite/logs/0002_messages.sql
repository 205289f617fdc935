-- Messages have no index any more. Putting each into its random place cost more than all else of an entry, and who looks
-- for a part of a message reads all rows anyway.

DROP INDEX idx_logs_message;
