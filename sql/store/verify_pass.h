// One pass of `fenqi verify`: a statement that answers for several facts at once. Only the files of
// sql/store include this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
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

/// Runs a statement that returns one row with three columns a fact: how many were checked, how many
/// are wrong, and the first of these in words. $1, where it occurs, is the day.
///
/// In the statement, {touched} stands for nothing, or with a day for the WITH query `touched`: the
/// customers that have a journal on that day. {and_x} stands for nothing, or for "AND the party of
/// x is one of them". {customer} is the reference of the party of `s`.
Findings run_pass(Session& session, const Facts& facts, std::string_view statement,
                  std::optional<base::Day> day);

/// The same for a statement whose text and parameters are complete.
Findings run_statement(Session& session, const Facts& facts, const std::string& statement,
                       const Params& params);

}  // namespace store
