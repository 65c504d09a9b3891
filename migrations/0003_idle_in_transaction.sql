-- A machine that vanishes in the middle of a transaction leaves its locks behind, until PostgreSQL's own keep-alive
-- gives its connection up after hours. This is a setting of the database, so that it holds behind a pooler as well.
DO $$
BEGIN
  EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = %L', current_database(), '15s');
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE 'Only its owner may set idle_in_transaction_session_timeout = 15s on this database';
END
$$;
