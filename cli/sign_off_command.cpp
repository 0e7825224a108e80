// fenqi reconcile sign-off and report: a date of a channel that finance signs.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/reconcile_options.h"
#include "cli/tables.h"
#include "engine/sign_off.h"
#include "sql/store/database.h"

namespace cli {
namespace {

constexpr std::size_t kRefWidth = 24;
constexpr std::size_t kWhyWidth = 70;
constexpr std::size_t kTableRows = 500;

struct Options {
  ReconcileScope scope;
  std::string by;
  std::string approved_by;
  std::string format = "table";
  std::string out;
};

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string status_of(const engine::DateReport& report) {
  if (report.row.signed_at) {
    return fmt::format("signed by {} and {}", report.row.signed_by, report.row.approved_by);
  }
  if (report.obstacle) {
    return fmt::format("not signed; {}: {}", report.obstacle->code, report.obstacle->detail);
  }
  return "not signed; nothing stands against it";
}

/// The lines of a sum, in the order of a proof.
std::vector<std::pair<std::string, std::int64_t>> proof_lines(const store::BalanceProof& p) {
  return {{"billed", p.billed},
          {"settled", p.paid},
          {"other postings", p.other},
          {"less breaks", -p.apart},
          {"less posted later", -p.later},
          {"unexplained", p.unexplained()}};
}

void print_table(std::ostream& out, const Options& options, const engine::DateReport& report) {
  using enum TextTable::Align;
  out << fmt::format("{} {}: {}\n", options.scope.channel, options.scope.date, status_of(report));
  TextTable sums;
  sums.column("currency", Left).column("", Left).column("count", Right).column("amount", Right);
  for (const store::SignoffSum& sum : report.row.sums) {
    const std::string code(sum.currency.code());
    const auto amount = [&](std::int64_t minor) { return amount_text(minor, sum.currency); };
    sums.row({code, "matched", std::to_string(sum.matched_count), amount(sum.matched)});
    sums.row({code, "timing", std::to_string(sum.timing_count), amount(sum.timing)});
    sums.row({code, "resolved or closed since", std::to_string(sum.resolved_count),
              amount(sum.resolved)});
    const auto open = std::ranges::count_if(report.breaks, [&](const store::StandingBreak& b) {
      return b.currency == sum.currency && b.type != "TIMING" && b.state != "resolved" &&
             b.state != "closed";
    });
    if (open > 0) sums.row({code, "open", std::to_string(open), ""});
    sums.row({code, "balance of 1011", "", amount(sum.proof.ledger)});
    for (const auto& [name, minor] : proof_lines(sum.proof)) {
      if (minor != 0) sums.row({code, "  " + name, "", amount(minor)});
    }
  }
  if (!report.row.sums.empty()) sums.print(out);
  TextTable breaks;
  breaks.column("break", Right).column("type", Left).column("status", Left).column("date", Left);
  breaks.column("ours", Left).column("theirs", Left).column("amount", Right);
  breaks.column("difference", Right).column("why", Left);
  for (const store::StandingBreak& b :
       std::span(report.breaks).first(std::min(report.breaks.size(), kTableRows))) {
    breaks.row({b.id == 0 ? "-" : std::to_string(b.id), b.type,
                b.action.empty() || b.state != "resolved" ? b.state : b.action,
                base::to_string(b.day), shorten(b.our_ref, kRefWidth),
                shorten(b.their_ref, kRefWidth), amount_text(b.amount, b.currency),
                difference_text(b.type, b.difference, b.currency), shorten(b.why, kWhyWidth)});
  }
  if (!report.breaks.empty()) breaks.print(out);
  if (report.breaks.size() > kTableRows) {
    out << fmt::format("and {} more: --format csv has all\n", report.breaks.size() - kTableRows);
  }
  for (const std::string& file : report.row.files) out << fmt::format("file {}\n", file);
  out << fmt::format("files {}\n", hex(report.row.files_hash));
}

/// One kind of row: sums first, then breaks.
void write_csv(Output& output, const engine::DateReport& report) {
  write_csv_line(output, {"row", "currency", "name", "break", "status", "date", "our_ref",
                          "their_ref", "count", "amount", "difference", "why"});
  for (const store::SignoffSum& sum : report.row.sums) {
    const std::string code(sum.currency.code());
    const auto line = [&](const char* kind, const std::string& name, const std::string& count,
                          std::int64_t minor) {
      write_csv_line(output, {kind, code, name, "", "", "", "", "", count,
                              amount_text(minor, sum.currency), "", ""});
    };
    line("sum", "matched", std::to_string(sum.matched_count), sum.matched);
    line("sum", "timing", std::to_string(sum.timing_count), sum.timing);
    line("sum", "resolved", std::to_string(sum.resolved_count), sum.resolved);
    line("balance", "1011", "", sum.proof.ledger);
    for (const auto& [name, minor] : proof_lines(sum.proof)) line("balance", name, "", minor);
  }
  for (const store::StandingBreak& b : report.breaks) {
    write_csv_line(output, {"break", std::string(b.currency.code()), b.type,
                            b.id == 0 ? "" : std::to_string(b.id),
                            b.state == "resolved" ? b.action : b.state, base::to_string(b.day),
                            b.our_ref, b.their_ref, "", amount_text(b.amount, b.currency),
                            difference_text(b.type, b.difference, b.currency), b.why});
  }
  for (const std::string& file : report.row.files) {
    write_csv_line(output, {"file", "", file, "", "", "", "", "", "", "", "", ""});
  }
}

nlohmann::ordered_json json_of(const Options& options, const engine::DateReport& report) {
  nlohmann::ordered_json json{{"channel", options.scope.channel},
                              {"date", options.scope.date},
                              {"signed", report.row.signed_at.has_value()},
                              {"signed_by", report.row.signed_by},
                              {"approved_by", report.row.approved_by}};
  if (report.obstacle) {
    json["obstacle"] = {{"code", report.obstacle->code}, {"detail", report.obstacle->detail}};
  }
  json["sums"] = nlohmann::ordered_json::array();
  for (const store::SignoffSum& sum : report.row.sums) {
    const auto amount = [&](std::int64_t minor) { return amount_text(minor, sum.currency); };
    nlohmann::ordered_json one{
        {"currency", sum.currency.code()},
        {"matched", {{"count", sum.matched_count}, {"amount", amount(sum.matched)}}},
        {"timing", {{"count", sum.timing_count}, {"amount", amount(sum.timing)}}},
        {"resolved", {{"count", sum.resolved_count}, {"amount", amount(sum.resolved)}}},
        {"balance_1011", amount(sum.proof.ledger)}};
    for (const auto& [name, minor] : proof_lines(sum.proof)) one["proof"][name] = amount(minor);
    json["sums"].push_back(std::move(one));
  }
  json["breaks"] = nlohmann::ordered_json::array();
  for (const store::StandingBreak& b : report.breaks) {
    json["breaks"].push_back({{"break", b.id},
                              {"stage", b.stage == 1 ? "ledger-bill" : "bill-bank"},
                              {"type", b.type},
                              {"status", b.state},
                              {"action", b.action},
                              {"date", base::to_string(b.day)},
                              {"our_ref", b.our_ref},
                              {"their_ref", b.their_ref},
                              {"currency", b.currency.code()},
                              {"amount", amount_text(b.amount, b.currency)},
                              {"difference", difference_text(b.type, b.difference, b.currency)},
                              {"why", b.why}});
  }
  json["files"] = report.row.files;
  json["files_sha256"] = hex(report.row.files_hash);
  return json;
}

void write(const Options& options, const engine::DateReport& report) {
  Output output(options.out);
  if (options.format == "csv") {
    write_csv(output, report);
  } else if (options.format == "json") {
    output.write(json_of(options, report).dump(2) + "\n");
  } else {
    print_table(output.stream(), options, report);
  }
  output.commit();
}

Exit sign(const Options& options) {
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  const auto report = engine::sign_off(session, comparison_option(conninfo, session, options.scope),
                                       options.by, options.approved_by);
  if (!report) return say({report.error()});
  write(options, *report);
  return Exit::Done;
}

Exit show_report(const Options& options) {
  const std::string conninfo = store::open_migrated_database();
  store::Session session(conninfo);
  write(options, engine::report_date(session, comparison_option(conninfo, session, options.scope)));
  return Exit::Done;
}

void add_output(CLI::App& command, Options& options) {
  command.add_option("--format", options.format, "")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command.add_option("--out", options.out, "File to write; standard output if not given");
}

}  // namespace

void add_reconcile_sign_off(CLI::App& reconcile, Outcome& outcome) {
  const auto guarded = [&outcome](Exit (*work)(const Options&), std::shared_ptr<Options> options) {
    return [work, options, &outcome] {
      try {
        outcome.exit = work(*options);
      } catch (const ReconcileRefused& refused) {
        outcome.exit = say(refused);
      } catch (const engine::CalendarMissing& missing) {
        outcome.exit = say(ReconcileRefused{{"CALENDAR_YEAR_MISSING", missing.what()}});
      }
    };
  };
  const auto name = [](const std::string& text) {
    return text.empty() || text.size() > 200 ? std::string("a name of 1 to 200 bytes")
                                             : std::string();
  };
  auto signing = std::make_shared<Options>();
  CLI::App* sign_command = reconcile.add_subcommand(
      "sign-off", "Sign a closed date of a channel: two names, and a balance that is proven");
  signing->scope.add_to(*sign_command);
  sign_command->add_option("--by", signing->by, "Who signs")->required()->check(name);
  sign_command->add_option("--approved-by", signing->approved_by, "Who approves it: another person")
      ->required()
      ->check(name);
  add_output(*sign_command, *signing);
  sign_command->footer(
      "Refused while a break is open that is not young TIMING. A signed date stays as it is.\n"
      "Example:\n  fenqi reconcile sign-off --channel WX --date 2026-07-10 --by li --approved-by "
      "wang");
  sign_command->callback(guarded(sign, signing));

  auto reporting = std::make_shared<Options>();
  CLI::App* report_command = reconcile.add_subcommand(
      "report", "What was signed for a date, or what stands against signing it");
  reporting->scope.add_to(*report_command);
  add_output(*report_command, *reporting);
  report_command->callback(guarded(show_report, reporting));
}

}  // namespace cli
