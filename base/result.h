// Result<T, Refusal>: a value, or the business reason why there is none.
#pragma once

#include <expected>

namespace base {

template <class T, class Refusal>
using Result = std::expected<T, Refusal>;

template <class Refusal>
using Refused = std::unexpected<Refusal>;

}  // namespace base
