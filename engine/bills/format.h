// Which format a bill or a bank statement is in, told by its first bytes.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace bills {

/// As much of a file as its format is told by.
inline constexpr std::size_t kHeadBytes = 4096;

enum class Format {
  WechatTrade,    ///< 交易账单: ALL, SUCCESS or REFUND
  WechatFund,     ///< 资金账单
  AlipayDetail,   ///< 业务明细
  AlipayAccount,  ///< 账务明细
  Camt053,        ///< ISO 20022 bank-to-customer statement
  Mt940,          ///< SWIFT customer statement
  Csv,            ///< columns as declared
};

inline constexpr std::array kFormats = {
    Format::WechatTrade, Format::WechatFund, Format::AlipayDetail, Format::AlipayAccount,
    Format::Camt053,     Format::Mt940,      Format::Csv};

std::string_view name(Format format);  ///< "wechat-trade"
std::optional<Format> find_format(std::string_view name);

/// What a file holds, which says what it is compared with.
enum class Kind {
  Trade = 1,  ///< a row a payment or refund
  Fund = 2,   ///< a row a movement of the channel's account
  Bank = 3,   ///< a row a movement of the bank account
};
Kind kind_of(Format format);  ///< a CSV is a trade bill unless it is imported as a bank's

/// Nothing if it is none of them, and for Alipay's summaries (汇总). A CSV is never guessed.
std::optional<Format> detect_format(std::string_view head);

}  // namespace bills
