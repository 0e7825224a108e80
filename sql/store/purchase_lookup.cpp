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

}  // namespace store
