#include "cli/financial_exports.h"

#include <fmt/format.h>

#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "cli/output.h"
#include "cli/report_table.h"
#include "engine/financial_reports.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct Options {
  std::string as_of;
  std::string format = "csv";
  std::string out;
  bool lists_all = false;  ///< --merchants, --differences
};

std::optional<base::Day> day_of(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return day;
}

using Open = std::function<engine::ReportAnswer(store::Session&, const Options&)>;

engine::TableFormat table_format_of(const std::string& name) {
  if (name == "xlsx") return engine::TableFormat::Xlsx;
  if (name == "json") return engine::TableFormat::Json;
  return engine::TableFormat::Csv;
}

Exit run(const Options& options, const Open& open) {
  store::Session session(store::open_migrated_database());
  auto report = open(session, options);
  if (!report) {
    std::cerr << "fenqi: " << report.error().sentence << "\n";
    return Exit::Refused;
  }
  Output output(options.out);
  if (options.format == "table") {
    print_report(output.stream(), session, *report);
  } else {
    const auto file = engine::export_table(session, table_format_of(options.format),
                                           std::move(report->head), report->open);
    for (std::string piece; file->next(piece); piece.clear()) output.write(piece);
  }
  output.commit();
  return Exit::Done;
}

/// A subcommand with the options that all of them have; the answer's own are added to it.
class ReportCommand {
 public:
  ReportCommand(CLI::App& parent, Outcome& outcome, const char* name, const char* what, Open open)
      : command_(parent.add_subcommand(name, what)), options_(std::make_shared<Options>()) {
    command_->add_option("--format", options_->format, "See docs/exports.md")
        ->check(CLI::IsMember({"csv", "xlsx", "json", "table"}))
        ->capture_default_str();
    command_->add_option("--out", options_->out, "File to write; standard output if not given");
    command_->callback([options = options_, open = std::move(open), &outcome] {
      outcome.exit = run(*options, open);
    });
  }

  ReportCommand& as_of() {
    command_->add_option("--as-of", options_->as_of, "A closed date; the last one if not given");
    return *this;
  }
  ReportCommand& flag(const char* name, const char* what) {
    command_->add_flag(name, options_->lists_all, what);
    return *this;
  }

 private:
  CLI::App* command_;
  std::shared_ptr<Options> options_;
};

}  // namespace

void add_financial_exports(CLI::App& command, Outcome& outcome) {
  ReportCommand(command, outcome, "tie-out", "Control accounts beside the records they control",
                [](store::Session& session, const Options& options) {
                  return engine::report_tie_out(session, day_of("--as-of", options.as_of),
                                                options.lists_all);
                })
      .as_of()
      .flag("--differences", "List the parts that don't agree, also where their sums do");
  ReportCommand(command, outcome, "merchant-ageing",
                "Merchants who owe us, by the days since their balance went negative",
                [](store::Session& session, const Options& options) {
                  return engine::report_merchant_ageing(session, day_of("--as-of", options.as_of),
                                                        options.lists_all);
                })
      .as_of()
      .flag("--merchants", "A row a merchant");
}

}  // namespace cli
