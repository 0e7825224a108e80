#include "sql/store/purchase_lookup.h"

#include "sql/store/rows.h"

namespace store {

std::vector<std::optional<std::string>> find_purchase_customers(Session& session,
                                                                std::span<const std::string> refs) {
  constexpr const char* kStatement = R"(
    SELECT asked.position::int4, party.ref
    FROM unnest($1::text[]) WITH ORDINALITY AS asked (ref, position)
    JOIN command ON command.kind = 1 AND command.scope = 0 AND command.key = asked.ref
    JOIN party ON party.party_id = command.party_id
  )";
  std::vector<std::optional<std::string>> customers(refs.size());
  const Rows rows = query(session, kStatement, Params().texts(refs));
  for (int row = 0; row < rows.size(); ++row) {
    customers[static_cast<std::size_t>(rows.int4(row, 0) - 1)] = std::string(rows.text(row, 1));
  }
  return customers;
}

std::optional<MerchantMonth> find_busiest_merchant_month(Session& session) {
  constexpr const char* kStatement = R"(
    SELECT party.ref, sold.month
    FROM (SELECT merchant_id, date_trunc('month', business_date::timestamp)::date AS month,
                 sum(gross_minor) AS gross
          FROM merchant_item
          WHERE type = 1
          GROUP BY 1, 2) sold
    JOIN party ON party.party_id = sold.merchant_id
    ORDER BY sold.gross DESC, party.ref, sold.month
    LIMIT 1
  )";
  const Rows rows = query(session, kStatement);
  if (rows.empty()) return std::nullopt;
  return MerchantMonth{std::string(rows.text(0, 0)), rows.day(0, 1)};
}

}  // namespace store
