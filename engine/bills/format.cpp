#include "engine/bills/format.h"

#include "engine/bills/encoding.h"

namespace bills {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

std::string_view name(Format format) {
  switch (format) {
    case Format::WechatTrade:
      return "wechat-trade";
    case Format::WechatFund:
      return "wechat-fund";
    case Format::AlipayDetail:
      return "alipay-detail";
    case Format::AlipayAccount:
      return "alipay-account";
    case Format::Camt053:
      return "camt053";
    case Format::Mt940:
      return "mt940";
    case Format::Csv:
      return "csv";
  }
  return "";
}

std::optional<Format> find_format(std::string_view wanted) {
  for (const Format format : kFormats) {
    if (name(format) == wanted) return format;
  }
  return std::nullopt;
}

Kind kind_of(Format format) {
  switch (format) {
    case Format::WechatTrade:
    case Format::AlipayDetail:
    case Format::Csv:
      return Kind::Trade;
    case Format::WechatFund:
    case Format::AlipayAccount:
      return Kind::Fund;
    case Format::Camt053:
    case Format::Mt940:
      return Kind::Bank;
  }
  return Kind::Trade;
}

std::optional<Format> detect_format(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  const std::size_t start = head.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return std::nullopt;
  head.remove_prefix(start);
  if (head.front() == '<') return Format::Camt053;
  if (head.starts_with("{1:") || head.starts_with(":20:")) return Format::Mt940;
  // The lines that tell are whole lines: a character cut at the end of the head is not in one.
  const std::string text = to_utf8_leniently(head.substr(0, head.find_last_of('\n')));
  const std::string first = text.substr(0, text.find('\n'));
  if (first.starts_with("#")) {
    if (has(first, "汇总")) return std::nullopt;
    if (has(first, "支付宝业务明细")) return Format::AlipayDetail;
    if (has(first, "支付宝账务明细")) return Format::AlipayAccount;
    return std::nullopt;
  }
  if (has(first, "资金流水")) return Format::WechatFund;
  if (has(first, "微信订单号") || has(first, "总交易单数")) return Format::WechatTrade;
  if (has(first, "支付宝交易号")) return Format::AlipayDetail;
  if (has(first, "账务流水号")) return Format::AlipayAccount;
  return std::nullopt;
}

}  // namespace bills
