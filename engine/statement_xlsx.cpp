#include "engine/statement_xlsx.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "engine/report_text.h"
#include "engine/statement_text.h"

namespace engine {
namespace {

constexpr double kColumnWidth = 15;
constexpr double kTimeWidth = 27;  // 2026-06-18T10:00:00+08:00

std::vector<XlsxColumn> columns() {
  std::vector<XlsxColumn> columns;
  for (std::string_view rest = kStatementCsvHeader; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string name(rest.substr(0, end));
    columns.push_back({name, name == "txn_time" ? kTimeWidth : kColumnWidth});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return columns;
}

}  // namespace

StatementXlsx::StatementXlsx(Statement& statement)
    : statement_(statement), file_("statement", columns(), statement.header().to) {}

bool StatementXlsx::next(std::string& out) {
  if (section_ == statement_.header().sections.size()) return file_.read(out);
  const std::vector<StatementLine> lines = statement_.next(section_);
  for (const StatementLine& line : lines) append_line(line);
  if (lines.empty()) ++section_;
  return true;
}

void StatementXlsx::append_line(const StatementLine& line) {
  const StatementHeader& header = statement_.header();
  const store::ItemRow& item = line.item;
  file_.text(header.merchant);
  file_.text(name(item.type));
  file_.text(item.order_ref);
  file_.text(to_rfc3339(item.occurred_at, header.zone));
  file_.day(item.business_date);
  file_.day(item.available_on);
  line.settled_on ? file_.day(*line.settled_on) : file_.text("");
  file_.text(line.payout_ref);
  item.periods > 0 ? file_.number(item.periods) : file_.text("");
  file_.text(item.currency.code());
  for (const std::int64_t minor :
       {item.gross, item.coupon_platform, item.coupon_merchant, item.coupon_sponsor, item.discount,
        item.vat, item.subsidy, line.net, line.balance}) {
    file_.amount(minor, item.currency);
  }
  file_.end_row();
}

}  // namespace engine
