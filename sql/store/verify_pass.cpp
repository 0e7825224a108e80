#include "sql/store/verify_pass.h"

namespace store {

Params bounds(const DayRange& range) {
  return Params().day(range.from.value_or(kFirstDay)).day(range.to.value_or(kLastDay));
}

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

}  // namespace store
