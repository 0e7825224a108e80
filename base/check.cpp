#include "base/check.h"

namespace base {

void check_failed(std::string_view expression, std::string_view message,
                  std::source_location where) {
  throw CheckFailure(fmt::format("{}:{}: check failed: {}{}{}", where.file_name(), where.line(),
                                 expression, message.empty() ? "" : ": ", message));
}

}  // namespace base
