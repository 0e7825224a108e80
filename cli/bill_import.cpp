#include "cli/bill_import.h"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/clock.h"
#include "cli/tables.h"
#include "engine/bill_import.h"
#include "engine/bills/decimal.h"
#include "engine/input/rejects_file.h"
#include "sql/store/party_store.h"

namespace cli {
namespace {

using bills::Summary;

/// As many findings as a screen holds; a rejects file has them all.
constexpr std::size_t kShownMax = 20;

/// "a=b,c=d".
bills::Declared parse_columns(std::string_view text) {
  bills::Declared columns;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view pair = text.substr(0, comma);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == pair.size()) {
      throw CLI::ValidationError("--map", fmt::format("\"{}\" is not ours=theirs", pair));
    }
    columns[std::string(pair.substr(0, equals))] = pair.substr(equals + 1);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return columns;
}

engine::BillImport import_of(const BillImportOptions& options, const engine::Catalog& catalog) {
  engine::BillImport import{.party = {}, .path = options.file, .file_name = {}, .today = {}};
  import.file_name = options.file == "-" ? "standard input"
                                         : std::filesystem::path(options.file).filename().string();
  import.today = today_in(catalog);
  import.after_gap = options.after_gap;
  import.is_dry_run = options.is_dry_run;
  if (options.format != "auto") import.read.format = bills::find_format(options.format);
  import.read.csv_kind = options.is_bank ? bills::Kind::Bank : bills::Kind::Trade;
  import.read.columns = parse_columns(options.columns);
  import.read.currency = catalog.currency;
  if (!options.currency.empty()) {
    const auto currency = base::Currency::find(options.currency);
    if (!currency) throw CLI::ValidationError("--currency", options.currency + " is not known");
    import.read.currency = *currency;
  }
  bills::Expected& expected = import.read.expected;
  if (!options.date.empty()) {
    expected.day = base::parse_day(options.date);
    if (!expected.day) {
      throw CLI::ValidationError("--date",
                                 fmt::format("\"{}\" is no date YYYY-MM-DD", options.date));
    }
  }
  expected.merchant_no = options.merchant_no;
  expected.sha1 = options.sha1;
  expected.sha256 = options.sha256;
  if (options.expect_rows >= 0) expected.rows = options.expect_rows;
  if (!options.expect_amount.empty()) expected.amount = options.expect_amount;
  return import;
}

/// Nothing, and said so, if the book has no such channel or bank.
std::optional<base::PartyId> find_party(store::Session& session, const BillImportOptions& options,
                                        const engine::Catalog& catalog) {
  const bool is_bank = options.is_bank;
  const std::string ref = is_bank && options.bank.empty() ? catalog.bank
                          : is_bank                       ? options.bank
                                                          : options.channel;
  if (ref.empty()) throw CLI::ValidationError("--channel", "says whose bill it is");
  const auto found = store::find_parties(
      session, is_bank ? store::PartyKind::Bank : store::PartyKind::Channel, std::vector{ref});
  if (!found.empty()) return found.front().id;
  std::cerr << fmt::format("fenqi: the book has no {} {}\n", is_bank ? "bank" : "channel", ref);
  return std::nullopt;
}

std::string amount_of(base::int128 minor, const Summary& s) {
  return bills::to_decimal(minor, s.currency ? s.currency->exponent() : 2);
}

void print_summary(const Summary& s, const std::string& file) {
  const auto line = [](const char* name, const std::string& text) {
    if (!text.empty()) fmt::print("{:<10} {}\n", name, text);
  };
  line("file", file);
  line("format", fmt::format("{} {}", bills::name(s.format), s.variant));
  line("date", s.day ? base::to_string(*s.day) : "");
  line(s.kind == bills::Kind::Bank ? "account" : "merchant", s.merchant_no);
  line("currency", s.currency ? std::string(s.currency->code()) : "");
  std::cout << std::flush;
  TextTable table;
  table.column("", TextTable::Align::Left)
      .column("rows", TextTable::Align::Right)
      .column("amount", TextTable::Align::Right);
  table.row({"in", std::to_string(s.in.count), amount_of(s.in.amount, s)})
      .row({"out", std::to_string(s.out.count), amount_of(s.out.amount, s)});
  if (s.kind == bills::Kind::Trade) {
    table.row({"fees", "", bills::to_decimal(s.fee_e5, bills::kFeeDecimals)});
  }
  table.rule().row({"all", std::to_string(s.rows), amount_of(s.in.amount + s.out.amount, s)});
  table.print(std::cout);
  std::cout << "\n";
  TextTable totals;
  totals.column("control total", TextTable::Align::Left)
      .column("declared", TextTable::Align::Right)
      .column("counted", TextTable::Align::Right)
      .column("", TextTable::Align::Left);
  for (const bills::ControlTotal& total : s.totals) {
    totals.row({total.name, total.declared, total.counted, total.agrees() ? "agrees" : "DIFFERS"});
  }
  if (!s.totals.empty()) totals.print(std::cout);
  if (s.chains) std::cout << (*s.chains ? "balances chain\n" : "balances do not chain\n");
}

nlohmann::ordered_json to_json(const Summary& s) {
  nlohmann::ordered_json totals = nlohmann::ordered_json::array();
  for (const bills::ControlTotal& total : s.totals) {
    totals.push_back({{"name", total.name},
                      {"declared", total.declared},
                      {"counted", total.counted},
                      {"agrees", total.agrees()}});
  }
  nlohmann::ordered_json findings = nlohmann::ordered_json::array();
  for (const bills::Finding& f : s.findings.kept()) {
    findings.push_back({{"code", f.code},
                        {"line", f.line},
                        {"field", f.field},
                        {"value", f.value},
                        {"detail", f.detail}});
  }
  return {{"format", bills::name(s.format)},
          {"variant", s.variant},
          {"date", s.day ? nlohmann::ordered_json(base::to_string(*s.day)) : nullptr},
          {"merchant_no", s.merchant_no},
          {"rows", s.rows},
          {"in", {{"count", s.in.count}, {"amount", amount_of(s.in.amount, s)}}},
          {"out", {{"count", s.out.count}, {"amount", amount_of(s.out.amount, s)}}},
          {"fees", bills::to_decimal(s.fee_e5, bills::kFeeDecimals)},
          {"totals", totals},
          {"sha1", s.sha1},
          {"sha256", s.sha256},
          {"findings", findings},
          {"findings_count", s.findings.count()}};
}

std::string_view name(engine::BillOutcome outcome) {
  switch (outcome) {
    case engine::BillOutcome::Taken:
      return "taken";
    case engine::BillOutcome::Same:
      return "same";
    case engine::BillOutcome::Changed:
      return "changed";
    case engine::BillOutcome::Unsound:
      return "unsound";
  }
  return "";
}

void write_findings(const Summary& s, const std::string& path) {
  input::RejectsFile rejects(path);
  for (const bills::Finding& f : s.findings.kept()) {
    rejects.add({f.line, f.code, f.field, f.value, f.detail});
  }
  rejects.commit();
  std::size_t shown = 0;
  for (const bills::Finding& f : s.findings.kept()) {
    if (++shown > kShownMax) break;
    std::string where = f.line > 0 ? fmt::format("line {}", f.line) : "the file";
    if (!f.field.empty()) where += ", " + f.field;
    std::cerr << fmt::format("fenqi: {}: {}{}: {}\n", f.code, where,
                             f.value.empty() ? "" : fmt::format(" \"{}\"", f.value), f.detail);
  }
  const std::int64_t more = s.findings.count() - static_cast<std::int64_t>(kShownMax);
  if (more > 0) std::cerr << fmt::format("fenqi: and {} more findings\n", more);
}

Exit conclude(const engine::BillAnswer& answer, const BillImportOptions& options) {
  const Summary& s = answer.summary;
  const std::string dry = options.is_dry_run ? "dry run: " : "";
  switch (answer.outcome) {
    case engine::BillOutcome::Taken:
      std::cerr << fmt::format("{}{} rows {} stored\n", dry, s.rows,
                               options.is_dry_run ? "would be" : "are");
      return Exit::Done;
    case engine::BillOutcome::Same:
      std::cerr << fmt::format("{}this file was taken before, as {}: nothing changed\n", dry,
                               answer.before);
      return Exit::Done;
    case engine::BillOutcome::Changed:
      std::cerr << fmt::format(
          "fenqi: BILL_CHANGED: {} was taken for {}, and this is another file; its rows are not "
          "taken, that it came is kept\n",
          answer.before, base::to_string(*s.day));
      return Exit::Refused;
    case engine::BillOutcome::Unsound:
      std::cerr << "fenqi: nothing of this file is stored\n";
      return Exit::BadData;
  }
  return Exit::BadData;
}

}  // namespace

void add_bill_options(CLI::App& command, BillImportOptions& options) {
  const char* group = "Bills and bank statements";
  std::vector<std::string> formats{"auto"};
  for (const bills::Format format : bills::kFormats) formats.emplace_back(bills::name(format));
  command.add_option("--channel", options.channel, "bill: the channel whose it is")->group(group);
  command
      .add_option("--bank", options.bank, "bank: the bank whose it is; the catalog's if left out")
      ->group(group);
  command.add_option("--format", options.format, "Told by the content unless it is a CSV")
      ->check(CLI::IsMember(formats))
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--merchant-no,--account", options.merchant_no,
                  "The merchant number or bank account it must be of")
      ->group(group);
  command.add_option("--sha1", options.sha1, "Hash the channel declared, of the unpacked bytes")
      ->group(group);
  command.add_option("--sha256", options.sha256, "Likewise")->group(group);
  command.add_option("--expect-rows", options.expect_rows, "csv: how many rows there must be")
      ->check(CLI::NonNegativeNumber)
      ->group(group);
  command.add_option("--expect-amount", options.expect_amount, "csv: what they must come to")
      ->group(group);
  command.add_option("--currency", options.currency, "csv: its currency; the book's if left out")
      ->group(group);
  command
      .add_flag("--after-gap", options.after_gap,
                "bank: take it though it does not begin where the statement before it ended")
      ->group(group);
}

Exit import_bill(const BillImportOptions& options, const std::string& conninfo,
                 const std::shared_ptr<const engine::Catalog>& catalog) {
  store::Session session(conninfo);
  engine::BillImport import = import_of(options, *catalog);
  const auto party = find_party(session, options, *catalog);
  if (!party) return Exit::Refused;
  import.party = *party;
  const engine::BillAnswer answer = engine::import_bill(session, import);
  if (options.is_json) {
    auto json = to_json(answer.summary);
    json["outcome"] = name(answer.outcome);
    std::cout << json.dump(2) << "\n";
  } else {
    print_summary(answer.summary, import.file_name);
  }
  write_findings(answer.summary, options.rejects);
  return conclude(answer, options);
}

}  // namespace cli
