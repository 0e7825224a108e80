// A schedule worked out the slow way: fractions of whole numbers, one step after another, no
// shortcut. What the fast path must agree with.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

#include "scheduling/schedule.h"

namespace scheduling::model {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

struct Row {
  base::Day due;
  cpp_int principal = 0;
  cpp_int interest = 0;
  cpp_int fee = 0;
  bool is_upfront = false;

  cpp_int total() const { return principal + interest + fee; }
};

struct Plan {
  std::vector<Row> rows;
  bool is_refusable = false;  ///< a part came out below its minimum, or a rate above 100 %
};

/// Terms that `make_schedule` does not refuse before it rounds anything.
Plan plan_of(const Terms& terms);

/// A fraction rounded to a whole number.
cpp_int rounded(const cpp_rational& value, base::Rounding mode);

}  // namespace scheduling::model
