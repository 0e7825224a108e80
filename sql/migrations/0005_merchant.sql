-- 0005_merchant.sql. What merchants are owed: items, the settlements that are windows over their
-- available dates, reserve tranches and payouts. No item is ever marked as settled.

CREATE TABLE merchant_item (
  party_id              bigint      NOT NULL,        -- the customer's; the merchant's own for reserve, payout
  item_id               bigint      NOT NULL,
  merchant_id           bigint      NOT NULL,
  type                  smallint    NOT NULL,        -- 1 sale 2 refund 3 reserve 4 release 5 payout
  event_id              bigint      NOT NULL,
  plan_id               bigint,
  order_ref             text        NOT NULL,
  periods               smallint    NOT NULL DEFAULT 0,
  currency              char(3)     NOT NULL,
  occurred_at           timestamptz NOT NULL,
  business_date         date        NOT NULL,
  available_on          date        NOT NULL,        -- the settlement it belongs to is the first on or after
  gross_minor           bigint      NOT NULL,        -- signed, merchant coupon already taken off
  coupon_platform_minor bigint      NOT NULL DEFAULT 0,
  coupon_merchant_minor bigint      NOT NULL DEFAULT 0,
  coupon_sponsor_minor  bigint      NOT NULL DEFAULT 0,
  discount_minor        bigint      NOT NULL DEFAULT 0,  -- signed: a sale's is negative; VAT included
  vat_minor             bigint      NOT NULL DEFAULT 0,  -- the VAT in discount_minor, same sign
  subsidy_minor         bigint      NOT NULL DEFAULT 0,  -- signed: a sale's is negative
  net_minor             bigint      NOT NULL,
  PRIMARY KEY (party_id, item_id),
  CONSTRAINT merchant_item_net_is_the_sum
    CHECK (net_minor = gross_minor + discount_minor + subsidy_minor)
);
CREATE INDEX merchant_item_by_merchant ON merchant_item (merchant_id, business_date);
CREATE INDEX merchant_item_by_available ON merchant_item USING brin (available_on)
  WITH (pages_per_range = 16);

CREATE TABLE settlement (
  merchant_id             bigint  NOT NULL,
  currency                char(3) NOT NULL,
  settled_on              date    NOT NULL,          -- business date of its journals, end of its window
  window_from             date    NOT NULL,          -- the day after the settlement before
  settlement_id           bigint  NOT NULL,
  opening_minor           bigint  NOT NULL,          -- carried from the settlement before
  sales_minor             bigint  NOT NULL,
  refunds_minor           bigint  NOT NULL,
  discount_minor          bigint  NOT NULL,
  subsidy_minor           bigint  NOT NULL,
  returned_discount_minor bigint  NOT NULL,
  returned_subsidy_minor  bigint  NOT NULL,
  releases_minor          bigint  NOT NULL,
  reserve_minor           bigint  NOT NULL,          -- negative: taken from this settlement
  payout_minor            bigint  NOT NULL,
  carried_minor           bigint  NOT NULL,
  item_count              int     NOT NULL,
  PRIMARY KEY (merchant_id, currency, settled_on),
  CONSTRAINT settlement_adds_up CHECK (
    opening_minor + sales_minor + refunds_minor + discount_minor + subsidy_minor
    + returned_discount_minor + returned_subsidy_minor + releases_minor + reserve_minor
    = payout_minor + carried_minor),
  CONSTRAINT settlement_signs_are_right CHECK (
    sales_minor >= 0 AND refunds_minor <= 0 AND discount_minor <= 0 AND subsidy_minor <= 0
    AND returned_discount_minor >= 0 AND returned_subsidy_minor >= 0 AND releases_minor >= 0
    AND reserve_minor <= 0 AND payout_minor >= 0)
);

CREATE TABLE reserve_tranche (
  merchant_id  bigint  NOT NULL,
  currency     char(3) NOT NULL,
  settled_on   date    NOT NULL,                     -- the settlement that held it
  sale_date    date    NOT NULL,
  amount_minor bigint  NOT NULL CHECK (amount_minor > 0),
  release_on   date    NOT NULL,
  released_on  date,                                 -- the settlement that released it
  PRIMARY KEY (merchant_id, currency, settled_on, sale_date)
);
CREATE INDEX reserve_tranche_to_release ON reserve_tranche (release_on) WHERE released_on IS NULL;

CREATE TABLE payout (
  merchant_id   bigint   NOT NULL,
  payout_id     bigint   NOT NULL,
  payout_ref    text     NOT NULL UNIQUE CHECK (octet_length(payout_ref) <= 20),
  currency      char(3)  NOT NULL,
  settled_on    date     NOT NULL,
  amount_minor  bigint   NOT NULL CHECK (amount_minor > 0),
  status        smallint NOT NULL,                   -- 1 instructed 2 confirmed 3 returned
  instructed_on date     NOT NULL,
  confirmed_on  date,
  PRIMARY KEY (merchant_id, payout_id)
);

CREATE TRIGGER merchant_item_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON merchant_item
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settlement_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
