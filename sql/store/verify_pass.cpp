#include "sql/store/verify_pass.h"

#include <algorithm>

namespace store {

Params bounds(const DayRange& range) {
  return Params().day(range.from.value_or(kFirstDay)).day(range.to.value_or(kLastDay));
}

std::string filled(std::string_view statement,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> places) {
  std::string text(statement);
  for (const auto& [place, by] : places) {
    for (std::size_t at = 0; (at = text.find(place, at)) != std::string::npos; at += by.size()) {
      text.replace(at, place.size(), by);
    }
  }
  return text;
}

Findings shown_facts(const ProofCounts& counts) {
  Findings findings;
  const auto add = [&](const Facts& facts, std::initializer_list<std::int64_t> checked) {
    for (std::size_t i = 0; i < facts.size(); ++i) {
      findings.push_back({.id = facts[i].id,
                          .name = facts[i].name,
                          .sentence = facts[i].sentence,
                          .checked = checked.begin()[std::min(i, checked.size() - 1)]});
    }
  };
  add(journal_facts(), {counts.journals, counts.journals, counts.reversals});
  add(plan_facts(), {counts.plans});
  add(plan_allocation_facts(), {counts.plans});
  add(event_allocation_facts(), {counts.events});
  add(customer_facts(), {counts.customers});
  findings.push_back(voucher_finding());
  findings.back().checked = counts.vouchers;
  return findings;
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
