// Whether terms make sense, before anything is calculated; internal to make_schedule.
#pragma once

#include <optional>

#include "scheduling/terms.h"

namespace scheduling {

/// The first reason to refuse the terms that can be told without rounding anything.
std::optional<TermsRefusal> refuse(const Terms& terms);

/// The first reason to refuse what the method and the options say of each other, once it is known
/// what is financed (the principal without its down payments).
std::optional<TermsRefusal> refuse_options(const Terms& terms, std::int64_t financed_minor);

/// The due date of installment `number`, from 1, with the terms' own dates before their rule.
base::Day due_on(const Terms& terms, int number);

}  // namespace scheduling
