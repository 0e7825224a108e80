// The scenarios of Fineract's tests as terms of ours, and our schedule in their rows.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "scheduling/schedule.h"
#include "tests/conformance/oracles.h"

namespace tests::conformance {

/// The files whose scenarios have terms and a schedule, `with_payments` or without; a file is one
/// or the other as a whole.
bool is_fineract_file(const nlohmann::json& content);

base::Day day_of(const nlohmann::json& text);
/// "125.00" or "100.0" in minor units of a currency with `digits` decimals.
std::int64_t minor_of(const nlohmann::json& text, int digits);

/// Fineract's terms in our words, or the reason why they are out of scope.
///
/// - PROGRESSIVE: level payments with the adjustment, whatever its interest method says, and money
///   paid out later amortized anew; without interest a split, and later money added on top.
///   CUMULATIVE and FLAT: flat interest, and money paid out later spread over all. CUMULATIVE and
///   DECLINING_BALANCE: level payments or equal principal.
/// - SAME_AS_REPAYMENT_PERIOD counts periods, DAILY counts days; there the payment of a cumulative
///   loan is that of months of 30 days.
struct FineractTerms {
  scheduling::Terms terms;
  std::string out_of_scope;  // empty: in scope
};
FineractTerms read_fineract_terms(const nlohmann::json& terms);

/// One row as they print it.
struct FineractRow {
  base::Day due;
  int days = 0;
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  std::int64_t fees = 0;
  std::int64_t penalties = 0;
  std::int64_t balance = 0;

  std::int64_t total() const { return principal + interest + fees + penalties; }
};

/// Our rows for the terms of a scenario, its charges told apart into fees and penalties.
std::vector<FineractRow> rows_of(const scheduling::Schedule& schedule, const nlohmann::json& terms);

bool is_penalty(const nlohmann::json& charge);

/// Compares due date, days and amounts of each row, of those that the scenario has.
void expect_rows(Case& one, const std::vector<FineractRow>& ours, const nlohmann::json& scenario);

}  // namespace tests::conformance
