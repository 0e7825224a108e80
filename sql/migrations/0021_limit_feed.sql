-- 0021_limit_feed.sql. The feed of limit changes, in one order that readers can follow without gaps,
-- and the deliveries of it to webhooks.

-- What was committed and has no position yet. A limit change and its row here are one transaction.
-- entry_id is drawn while the customer's credit account is locked, so a customer's entries are in
-- the order of their commits; between customers it says nothing.
CREATE TABLE limit_outbox (
  entry_id  bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (CACHE 1),
  party_id  bigint NOT NULL,
  change_id bigint NOT NULL
);

-- Positions are given afterwards, one writer at a time, to what is committed: 1, 2, 3 without a gap,
-- and nothing ever appears before a position that somebody has read.
CREATE TABLE limit_feed (
  position  bigint      PRIMARY KEY CHECK (position > 0),
  party_id  bigint      NOT NULL,
  change_id bigint      NOT NULL,
  listed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT limit_change_is_listed_once UNIQUE (party_id, change_id)
);

-- Names the feed, so that ids of events of two books never meet at one receiver.
CREATE TABLE limit_feed_name (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  name      text    NOT NULL
);
INSERT INTO limit_feed_name (name) VALUES (left(md5(gen_random_uuid()::text), 10));

-- What there is already.
INSERT INTO limit_outbox (party_id, change_id)
SELECT party_id, change_id FROM limit_change ORDER BY business_date, party_id, change_id;

CREATE TABLE webhook_endpoint (
  endpoint_id     text        PRIMARY KEY,
  url             text        NOT NULL CHECK (octet_length(url) BETWEEN 8 AND 2000),
  secret          bytea       NOT NULL CHECK (octet_length(secret) BETWEEN 24 AND 64),
  queued_through  bigint      NOT NULL CHECK (queued_through >= 0),  -- deliveries exist through it
  created_at      timestamptz NOT NULL,
  removed_at      timestamptz,
  stopped_at      timestamptz,                       -- the receiver answered 410: it wants no more
  failures        int         NOT NULL DEFAULT 0,    -- times in a row that it could not be reached
  resume_at       timestamptz                        -- not tried before
);
CREATE UNIQUE INDEX webhook_endpoint_by_url ON webhook_endpoint (url) WHERE removed_at IS NULL;

-- An event on its way to an endpoint.
CREATE TABLE webhook_delivery (
  endpoint_id     text        NOT NULL REFERENCES webhook_endpoint,
  position        bigint      NOT NULL,
  party_id        bigint      NOT NULL,
  state           smallint    NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 3),  -- 1 waiting
  attempts        int         NOT NULL DEFAULT 0,                          -- 2 delivered 3 dead
  next_attempt_at timestamptz NOT NULL,
  lease           text,                              -- the runner that is sending it
  lease_until     timestamptz,                       -- then another may
  tried_at        timestamptz,
  status          int,                               -- of the last answer; NULL: there was none
  answer          text        CHECK (octet_length(answer) <= 1000),
  PRIMARY KEY (endpoint_id, position)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_attempt_at, position)
  WHERE state = 1;
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (endpoint_id, party_id, position)
  WHERE state = 1;
CREATE INDEX webhook_delivery_dead ON webhook_delivery (endpoint_id, position) WHERE state = 3;

CREATE TRIGGER limit_feed_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON limit_feed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON %1$I.limit_outbox, %1$I.limit_feed, '
                 '%1$I.webhook_endpoint, %1$I.webhook_delivery TO fenqi_app', current_schema());
  EXECUTE format('GRANT SELECT ON %I.limit_feed_name TO fenqi_app', current_schema());
  EXECUTE format('GRANT DELETE ON %I.limit_outbox TO fenqi_app', current_schema());
  EXECUTE format('GRANT UPDATE ON %1$I.webhook_endpoint, %1$I.webhook_delivery TO fenqi_app',
                 current_schema());
  EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %I.limit_outbox_entry_id_seq TO fenqi_app',
                 current_schema());
END $$;
