#include "cli/customer_statement_command.h"

#include <fmt/format.h>

#include <iostream>
#include <ostream>

#include "cli/output.h"
#include "cli/report_table.h"
#include "cli/tables.h"
#include "engine/customer_statement.h"

namespace cli {
namespace {

engine::TableFormat table_format_of(const std::string& name) {
  if (name == "xlsx") return engine::TableFormat::Xlsx;
  return name == "json" ? engine::TableFormat::Json : engine::TableFormat::Csv;
}

}  // namespace

Exit print_customer_statement(store::Session& session, const CustomerStatementOptions& options) {
  const bool for_people = options.format == "table";
  const bool is_chinese = options.language == "zh";
  const auto report = engine::report_customer_statement(
      session, {options.customer, options.from, options.to, options.known_at},
      is_chinese ? engine::Language::Chinese : engine::Language::English, for_people);
  if (!report) {
    std::cerr << "fenqi: " << report.error().sentence << "\n";
    return Exit::Refused;
  }
  Output output(options.out);
  if (for_people) {
    output.stream() << fmt::format(
        fmt::runtime(is_chinese ? "客户 {} 对账单:{} 至 {}\n\n"
                                : "Statement of customer {}, {} to {}\n\n"),
        shorten(options.customer, 64), base::to_string(options.from), base::to_string(options.to));
    print_report(output.stream(), session, *report);
  } else {
    const auto file =
        engine::export_table(session, table_format_of(options.format), report->head, report->open);
    for (std::string piece; file->next(piece); piece.clear()) output.write(piece);
  }
  output.commit();
  return Exit::Done;
}

}  // namespace cli
