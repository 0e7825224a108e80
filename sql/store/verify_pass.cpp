#include "sql/store/verify_pass.h"

#include <fmt/format.h>

namespace store {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

Findings run_statement(Session& session, const Facts& facts, const std::string& statement,
                       const Params& params) {
  const Rows rows = query(session, statement.c_str(), params);
  Findings findings;
  int column = 0;
  for (const Fact& fact : facts) {
    findings.push_back({.id = fact.id,
                        .name = fact.name,
                        .sentence = fact.sentence,
                        .checked = rows.int8(0, column),
                        .offenders = rows.int8(0, column + 1),
                        .first = rows.is_null(0, column + 2)
                                     ? std::string()
                                     : std::string(rows.text(0, column + 2))});
    column += 3;
  }
  return findings;
}

// A customer is proved from its whole history. One who only goes on being late (rule 11) would have
// it read anew every night, longer each time; its turn comes with its next other event, and at the
// end of the month.
Findings run_pass(Session& session, const Facts& facts, std::string_view statement,
                  std::optional<base::Day> day) {
  std::string text(statement);
  replace_all(text, "{touched}",
              day ? "touched AS MATERIALIZED (SELECT DISTINCT j.party_id FROM journal j "
                    "JOIN party w ON w.party_id = j.party_id AND w.kind = 1 "
                    "WHERE j.business_date = $1 "
                    "AND (j.rule <> 11 OR $1 = (date_trunc('month', $1) + interval '1 month "
                    "- 1 day')::date)),"
                  : "");
  for (const char alias : {'a', 'c', 'f', 'h', 'j', 'p', 'r'}) {
    replace_all(text, fmt::format("{{and_{}}}", alias),
                day ? fmt::format("AND {}.party_id IN (SELECT party_id FROM touched)", alias) : "");
  }
  replace_all(text, "{customer}", "(SELECT ref FROM party WHERE party_id = s.party_id)");
  Params params;
  if (day) params.day(*day);
  return run_statement(session, facts, text, params);
}

}  // namespace store
