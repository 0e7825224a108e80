#include "cli/reconcile_options.h"

#include <fmt/format.h>

#include <iostream>

#include "engine/input/csv.h"
#include "sql/store/party_store.h"

namespace cli {

void ReconcileScope::add_to(CLI::App& command) {
  command.add_option("--channel", channel, "The channel")->required();
  command.add_option("--date", date, "As of the close of this date")->required();
  command.add_option("--days", days, "How many dates to look at, this one included")
      ->check(CLI::Range(1, 400))
      ->capture_default_str();
  command.add_option("--workers", workers, "Connections that compare")
      ->check(CLI::IsMember({1, 2, 4}))
      ->capture_default_str();
}

Exit say(const ReconcileRefused& refused) {
  std::cerr << fmt::format("fenqi: {}: {}\n", refused.problem.code, refused.problem.detail);
  return Exit::Refused;
}

base::Day day_option(const char* option, const std::string& text) {
  const auto day = base::parse_day(text);
  if (!day) throw CLI::ValidationError(option, fmt::format("\"{}\" is no date YYYY-MM-DD", text));
  return *day;
}

base::PartyId channel_option(store::Session& session, const std::string& ref) {
  const auto found = store::find_parties(session, store::PartyKind::Channel, std::vector{ref});
  if (found.empty()) {
    throw ReconcileRefused{{"CHANNEL_UNKNOWN", fmt::format("the book has no channel {}", ref)}};
  }
  return found.front().id;
}

store::Comparison comparison_option(const std::string& conninfo, store::Session& session,
                                    const ReconcileScope& scope) {
  const base::Day as_of = day_option("--date", scope.date);
  const base::PartyId channel = channel_option(session, scope.channel);
  store::Comparison comparison =
      engine::comparison_of(engine::find_contract(session, scope.channel), channel,
                            base::plus_days(as_of, 1 - scope.days), as_of);
  comparison.workers = scope.workers - 1;
  comparison.conninfo = conninfo;
  return comparison;
}

void BreakFlags::add_to(CLI::App& command) {
  command.add_option("--break", id, "One break, by its number")->check(CLI::PositiveNumber);
  command.add_option("--channel", channel, "Of this channel");
  command.add_option("--date", date, "Dated so");
  command.add_option("--from", from, "Dated so or later");
  command.add_option("--to", to, "Dated so or earlier");
  command.add_option("--type", type, "Of this type, MISSING_BILL say");
  command.add_option("--owner", owner, "That this person looks after; - for nobody");
  command.add_option("--status", state, "open, proposed, approved, resolved or closed")
      ->check(CLI::IsMember({"open", "proposed", "approved", "resolved", "closed"}));
}

bool BreakFlags::is_empty() const {
  return id == 0 && channel.empty() && date.empty() && from.empty() && to.empty() && type.empty() &&
         owner.empty() && state.empty();
}

store::BreakFilter BreakFlags::filter(store::Session& session) const {
  store::BreakFilter filter{.type = type, .owner = owner, .state = state};
  if (id != 0) filter.id = id;
  if (!channel.empty()) filter.channel = channel_option(session, channel);
  if (!date.empty()) filter.from = filter.to = day_option("--date", date);
  if (!from.empty()) filter.from = day_option("--from", from);
  if (!to.empty()) filter.to = day_option("--to", to);
  return filter;
}

std::string difference_text(const std::string& type, std::int64_t difference,
                            base::Currency currency) {
  constexpr int kFeeDecimals = 5;
  return type == "FEE" ? base::to_decimal(difference, kFeeDecimals)
                       : amount_text(difference, currency);
}

std::string amount_text(std::int64_t minor, base::Currency currency) {
  return base::to_decimal(minor, currency.exponent());
}

void write_csv_line(Output& output, const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += ',';
    line += input::csv_field(fields[i]);
  }
  line += "\r\n";
  output.write(line);
}

void print_break_sums(const char* verb, const std::vector<store::BreakSum>& sums) {
  for (const store::BreakSum& sum : sums) {
    std::cerr << fmt::format("{} {} {}, {} {}, difference {}\n", verb, sum.count, sum.type,
                             amount_text(sum.amount, sum.currency), sum.currency.code(),
                             difference_text(sum.type, sum.difference, sum.currency));
  }
}

}  // namespace cli
