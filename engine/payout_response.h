// What a bank answers to a file of payouts: pain.002 (ISO 20022) or CSV.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/input/byte_source.h"

namespace engine {

enum class BankAnswer {
  Paid,      ///< the money has left: ACSC, ACCC; "accepted" or "paid" in CSV
  Pending,   ///< checked or under way, nothing to book yet: ACTC, ACCP, ACSP, ACWC, PDNG, RCVD
  Rejected,  ///< RJCT, CANC; "rejected" in CSV
};
std::string_view name(BankAnswer answer);  ///< "paid"

struct PayoutAnswer {
  std::int64_t line = 0;        ///< where it stands in the file, counted from 1
  std::string payout_ref = {};  ///< empty: all payouts of `message_id`
  std::string message_id = {};
  std::string block_currency = {};        ///< and of them those in this currency, if given
  std::string status = {};                ///< as it is written
  std::optional<BankAnswer> answer = {};  ///< absent: no status that is known
  std::string amount = {};                ///< as it is written; empty: not said
  std::string currency = {};
  std::string at = {};  ///< when, as it is written; empty: not said
  std::string reason = {};
  std::string fault = {};  ///< a record that can't be read
};

enum class ResponseFormat { Pain002, Csv };
/// By its first character. Throws InputError.
ResponseFormat find_response_format(const std::string& path);

/// Answers in the order of the file, in constant memory. Throws InputError for a file that is none.
class PayoutAnswers {
 public:
  virtual ~PayoutAnswers() = default;
  /// False at the end.
  virtual bool next(PayoutAnswer& answer) = 0;
  virtual const input::ByteSource& source() const = 0;
};
std::unique_ptr<PayoutAnswers> read_payout_answers(const std::string& path, ResponseFormat format);

}  // namespace engine
