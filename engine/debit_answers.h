// What a channel answers to instructions: paid, failed, unknown. A CSV file, and what it does.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "engine/input/csv.h"

namespace engine {

enum class DebitResult {
  Paid,     ///< the money is ours at the channel
  Failed,   ///< it never will be: no funds, no mandate
  Unknown,  ///< nobody knows yet: not tried again before it is known
  Pending,  ///< under way, nothing new
};

struct DebitAnswer {
  std::int64_t line = 0;  ///< in the file, counted from 1
  std::string debit_ref = {};
  std::string status = {};                 ///< as it is written
  std::optional<DebitResult> result = {};  ///< absent: no status that is known
  std::string amount = {};                 ///< as it is written; empty: not said
  std::string currency = {};
  std::string at = {};  ///< when it was paid, as it is written; empty: not said
  std::string reason = {};
  std::string fault = {};  ///< a record that can't be read
};

/// Columns debit_ref and status; amount, currency, at and reason if they are there.
class DebitAnswers {
 public:
  /// Throws InputError for a file that is none.
  explicit DebitAnswers(const std::string& path);
  bool next(DebitAnswer& answer);  ///< false at the end
  const input::ByteSource& source() const { return reader_.source(); }

 private:
  input::CsvReader reader_;
  std::size_t width_ = 0;
  std::array<std::optional<std::size_t>, 6> at_;
};

enum class DebitOutcome {
  Paid,      ///< a repayment was posted
  Failed,    ///< it may be tried again
  Unknown,   ///< it is held until it is known
  Pending,   ///< nothing new
  Repeated,  ///< it is so already
  Refused,   ///< nothing was done, `code` and `detail` say why
};

struct AnsweredDebit {
  DebitOutcome outcome = DebitOutcome::Refused;
  base::Currency currency = {};
  std::int64_t amount = 0;  ///< minor units, of the instruction
  std::string code = {};    ///< "DEBIT_UNKNOWN"
  std::string field = {};
  std::string value = {};
  std::string detail = {};
};

/// Results beside the answers, each of which names an instruction of its own (CHECK). A repayment
/// is posted before its instruction is marked, under the instruction's reference: broken off in
/// between, the same answer posts nothing again and marks it then. An answer without a time counts
/// at `at`.
std::vector<AnsweredDebit> answer_debits(Engine& engine, std::span<const DebitAnswer> answers,
                                         base::Instant at, const BatchContext& context);

}  // namespace engine
