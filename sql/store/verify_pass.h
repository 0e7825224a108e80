// One pass of `fenqi verify`: a statement that answers for several facts at once. Only the files of
// sql/store include this.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/store/rows.h"
#include "sql/store/verify_store.h"

namespace store {

struct Fact {
  std::string_view id;
  std::string_view name;
  std::string_view sentence;
};
using Facts = std::vector<Fact>;

/// What stands for an open end of a range: no date of a book is outside.
inline const base::Day kFirstDay = base::make_day(1900, 1, 1);
inline const base::Day kLastDay = base::make_day(2199, 12, 31);

/// A range as $1 and $2.
Params bounds(const DayRange& range);

/// A statement with its {places} filled in.
std::string filled(std::string_view statement,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> places);

// What is asked of journals one by one, of plans, of allocations and of customers.
const Facts& journal_facts();
const Facts& plan_facts();
const Facts& plan_allocation_facts();
const Facts& event_allocation_facts();
const Facts& customer_facts();
Finding voucher_finding();

/// Runs a statement that returns one row with three columns a fact: how many were checked, how many
/// are wrong, and the first of these in words.
Findings run_statement(Session& session, const Facts& facts, const std::string& statement,
                       const Params& params);

}  // namespace store
