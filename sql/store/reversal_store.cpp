#include "sql/store/reversal_store.h"

#include "sql/store/rows.h"

namespace store {

std::vector<OriginalRow> load_originals(Session& session, std::span<const std::int64_t> parties,
                                        std::span<const std::int64_t> journals) {
  const Rows rows = query(session, R"(
      SELECT j.party_id, j.journal_id, j.rule, j.reverses IS NOT NULL,
             EXISTS (SELECT FROM journal r
                     WHERE r.party_id = j.party_id AND r.reverses = j.journal_id)
      FROM unnest($1, $2) AS w (party_id, journal_id)
        JOIN journal j ON j.party_id = w.party_id AND j.journal_id = w.journal_id)",
                          Params().int8s(parties).int8s(journals));
  std::vector<OriginalRow> originals;
  for (int row = 0; row < rows.size(); ++row) {
    originals.push_back({rows.int8(row, 0), rows.int8(row, 1), rows.int2(row, 2),
                         rows.boolean(row, 3), rows.boolean(row, 4)});
  }
  return originals;
}

std::optional<std::pair<std::int64_t, std::int64_t>> find_voucher(Session& session, base::Day day,
                                                                  std::int32_t number) {
  const Rows rows = query(
      session, "SELECT party_id, journal_id FROM voucher WHERE business_date = $1 AND number = $2",
      Params().day(day).int4(number));
  if (rows.empty()) return std::nullopt;
  return std::pair{rows.int8(0, 0), rows.int8(0, 1)};
}

std::vector<std::int64_t> insert_mirrors(Session& session, std::span<const ReversalRow> rows,
                                         std::int16_t rule, base::Day day) {
  std::vector<std::int64_t> parties, originals, journals, events;
  std::vector<std::string> refs;
  for (const ReversalRow& row : rows) {
    parties.push_back(row.party);
    originals.push_back(row.original);
    journals.push_back(row.journal);
    events.push_back(row.event);
    refs.push_back(row.ref);
  }
  const Rows inserted = query(session, R"(
      WITH mirror AS (
      INSERT INTO journal (party_id, journal_id, event_id, rule, plan_id, currency, business_date,
                           value_date, source_ref, reverses, debit_account, credit_account,
                           amount_minor)
      SELECT j.party_id, m.journal_id, m.event_id, $6, j.plan_id, j.currency, $7, $7, m.ref,
             j.journal_id, j.credit_account, j.debit_account, j.amount_minor
      FROM unnest($1, $2, $3, $4, $5) AS m (party_id, original, journal_id, event_id, ref)
        JOIN journal j ON j.party_id = m.party_id AND j.journal_id = m.original
      ORDER BY j.party_id, j.journal_id
      ON CONFLICT (party_id, reverses) WHERE reverses IS NOT NULL DO NOTHING
      RETURNING party_id, journal_id, reverses, business_date),
      item AS (
      INSERT INTO clearing_item (party_id, journal_id, transfer, code, owner_id, currency,
                                 bill_date, business_date, amount_minor)
      SELECT c.party_id, m.journal_id, c.transfer, c.code, c.owner_id, c.currency, c.bill_date,
             m.business_date, -c.amount_minor
      FROM mirror m
        JOIN clearing_item c ON c.party_id = m.party_id AND c.journal_id = m.reverses)
      SELECT journal_id FROM mirror)",
                              Params()
                                  .int8s(parties)
                                  .int8s(originals)
                                  .int8s(journals)
                                  .int8s(events)
                                  .texts(std::span<const std::string>(refs))
                                  .int2(rule)
                                  .day(day));
  std::vector<std::int64_t> ids;
  for (int row = 0; row < inserted.size(); ++row) ids.push_back(inserted.int8(row, 0));
  return ids;
}

}  // namespace store
