-- 0013_life_append_only.sql. Who asked for what and who approved it is never rewritten, nor what
-- was paid out.

CREATE TRIGGER life_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON life_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refund_payout_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refund_payout
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
