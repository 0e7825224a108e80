// How a file of payouts is written.
#pragma once

#include <memory>
#include <string>

#include "engine/payout_file.h"

namespace engine {

/// Writes one file from begin to end; lines come by currency, as the header's sums do. The lines of
/// a currency are proved to sum to the header (CHECK).
class PayoutText {
 public:
  virtual ~PayoutText() = default;
  virtual void begin(std::string& out) = 0;
  virtual void line(std::string& out, const store::PayoutFileLine& line) = 0;
  virtual void end(std::string& out) = 0;
};

/// `header` must outlive the text.
std::unique_ptr<PayoutText> make_payout_text(PayoutFileFormat format,
                                             const PayoutFileHeader& header);

}  // namespace engine
