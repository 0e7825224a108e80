// Whether terms make sense, before anything is calculated; internal to make_schedule.
#pragma once

#include <optional>
#include <span>

#include "scheduling/schedule.h"

namespace scheduling {

/// The first reason to refuse the amounts and the count, without which there are no rows.
std::optional<TermsRefusal> refuse_size(const Terms& terms);

/// The first reason to refuse what follows, with the due date of each row.
std::optional<TermsRefusal> refuse_dates(const Terms& terms, std::span<const Installment> rows);

/// The first reason to refuse what the method and the options say of each other, once it is known
/// what is financed (the principal without its down payments).
std::optional<TermsRefusal> refuse_options(const Terms& terms, std::int64_t financed_minor);

}  // namespace scheduling
