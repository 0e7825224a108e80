// How the figures of an installment came about: the arithmetic, step by step, with exact fractions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scheduling/schedule.h"
#include "scheduling/terms.h"

namespace scheduling {

/// One step. All texts are English; amounts in them are decimals of the currency.
struct ExplainedStep {
  std::string figure;   ///< what it is about: "due", "interest"
  std::string formula;  ///< with the numbers in it: "1000.00 / 6"
  std::string exact;    ///< before rounding, a fraction and twelve decimals; "" where it is whole
  std::string rule;     ///< the convention and the rounding, by their names
  std::optional<std::int64_t> amount_minor = {};  ///< the result, where it is an amount

  /// False where options of the terms (those named in `rule`) changed what the formula gives; the
  /// amount is the schedule's all the same.
  bool is_whole = true;
};

/// The due date, the period, the cost and the principal of one installment of the schedule that the
/// terms gave. Each amount is computed again from the exact fraction and compared.
std::vector<ExplainedStep> explain_installment(const Terms& terms, const Schedule& schedule,
                                               std::size_t index);

}  // namespace scheduling
