#include "engine/bills/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/bills/parse.h"
#include "engine/input/byte_source.h"

namespace bills {
namespace {

void read_as(Format format, Parse& parse) {
  switch (format) {
    case Format::WechatTrade:
    case Format::WechatFund:
      return read_wechat(parse);
    case Format::AlipayDetail:
    case Format::AlipayAccount:
      return read_alipay(parse);
    case Format::Camt053:
      return read_camt053(parse);
    case Format::Mt940:
      return read_mt940(parse);
    case Format::Csv:
      return read_declared_csv(parse);
  }
}

void check_hash(const Parse& parse, std::string_view name, const std::string& expected,
                const std::string& counted) {
  if (expected.empty()) return;
  std::string lower = expected;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (lower == counted) return;
  parse.finding(
      "HASH_DISAGREES", 0, name, expected,
      fmt::format("the unpacked bytes have {}: the file is damaged or another one", counted));
}

/// The date that was expected is that of one of the closing balances.
void check_statement_day(const Parse& parse) {
  const auto expected = parse.options.expected.day;
  const auto& statements = parse.summary.statements;
  if (!expected || statements.empty()) return;
  if (std::ranges::any_of(statements, [&](const auto& s) { return s.to == expected; })) return;
  parse.finding("OTHER_DATE", 0, "closing balance",
                parse.summary.day ? base::to_string(*parse.summary.day) : "",
                fmt::format("expected is a closing balance of {}", base::to_string(*expected)));
}

}  // namespace

Summary read_bill(std::unique_ptr<Bytes> bytes, const ReadOptions& options, RowSink& sink) {
  Summary summary;
  summary.day = options.expected.day;
  Text text(std::move(bytes));
  Parse parse{text, options, sink, summary};
  const std::string_view head = text.head();
  const auto format = options.format ? options.format : detect_format(head);
  if (head.empty()) {
    parse.finding("FILE_EMPTY", 0, "", "",
                  "a day without transactions has a bill, too: a header and totals of 0");
  } else if (!format) {
    parse.finding("FORMAT_UNKNOWN", 1, "", head.substr(0, head.find('\n')),
                  "no bill or statement that is known; of a CSV name the format and its columns");
  } else {
    summary.format = *format;
    summary.kind = *format == Format::Csv ? options.csv_kind : kind_of(*format);
    if (summary.kind == Kind::Bank) summary.day.reset();
    read_as(*format, parse);
    if (summary.kind == Kind::Bank) check_statement_day(parse);
  }
  text.drain();
  if (const auto fault = text.broken_off()) parse.finding("BROKEN_OFF", 0, "", "", *fault);
  summary.bytes = text.size();
  summary.sha1 = text.sha1();
  summary.sha256 = text.sha256();
  check_hash(parse, "SHA1", options.expected.sha1, summary.sha1);
  check_hash(parse, "SHA256", options.expected.sha256, summary.sha256);
  return summary;
}

}  // namespace bills
