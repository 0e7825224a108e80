#include "sql/store/clearing_store.h"

#include "sql/store/rows.h"

namespace store {

void copy_clearing_items(Session& session, std::span<const ClearingItem> items) {
  if (items.empty()) return;
  CopyIn copy(session, R"(
    COPY clearing_item (party_id, journal_id, transfer, code, owner_id, currency, bill_date,
                        business_date, amount_minor)
    FROM STDIN (FORMAT binary))");
  for (const ClearingItem& item : items) {
    copy.row(9)
        .int8(item.party.value)
        .int8(item.journal.value)
        .int2(item.transfer)
        .int4(item.code)
        .int8(item.owner.value)
        .text(item.currency.code())
        .day(item.bill_date)
        .day(item.business_date)
        .int8(item.amount);
  }
  copy.finish();
}

bool insert_bank_statement(Session& session, const BankStatementRow& row) {
  const Rows added = query(session, R"(
    INSERT INTO bank_statement (bank_id, currency, as_of, closing_minor, event_id, business_date)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING)",
                           Params()
                               .int8(row.bank.value)
                               .text(row.currency.code())
                               .day(row.as_of)
                               .int8(row.closing)
                               .int8(row.event.value)
                               .day(row.business_date));
  if (added.affected() == 0) return false;
  std::vector<std::string> refs;
  std::vector<std::int64_t> amounts;
  for (const auto& transit : row.transit) {
    refs.push_back(transit.ref);
    amounts.push_back(transit.amount);
  }
  query(session, R"(
    INSERT INTO bank_transit (bank_id, currency, as_of, item_ref, amount_minor)
    SELECT $1, $2, $3, ref, amount FROM unnest($4, $5) AS u (ref, amount))",
        Params()
            .int8(row.bank.value)
            .text(row.currency.code())
            .day(row.as_of)
            .texts(std::span<const std::string>(refs))
            .int8s(amounts));
  return true;
}

std::optional<std::int64_t> find_bank_balance(Session& session, base::PartyId bank,
                                              base::Currency currency, base::Day as_of) {
  const Rows rows = query(session, R"(
    SELECT coalesce((SELECT d.balance_minor
                     FROM account a JOIN account_day d ON d.account_id = a.account_id
                     WHERE a.code = 1001 AND a.owner_id = $1 AND a.currency = $2
                       AND d.business_date <= $3
                     ORDER BY d.business_date DESC LIMIT 1), 0)
    FROM book WHERE closed_through >= $3 AND opens_on <= $3)",
                          Params().int8(bank.value).text(currency.code()).day(as_of));
  if (rows.empty()) return std::nullopt;
  return rows.int8(0, 0);
}

bool set_suspense_owner(Session& session, const std::string& ref, const std::string& owner) {
  return query(session, R"(
    UPDATE suspense SET owner = $2
    WHERE suspense_ref = $1 AND cleared_minor < amount_minor)",
               Params().text(ref).text(owner))
             .affected() == 1;
}

}  // namespace store
