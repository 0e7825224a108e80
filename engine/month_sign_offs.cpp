#include "engine/month_sign_offs.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/book.h"
#include "sql/store/party_store.h"
#include "sql/store/signoff_store.h"

namespace engine {
namespace {

/// "2026-06-18, 2026-06-21 to 2026-06-30": dates in order, those that follow each other as one.
std::string dates_text(const std::vector<base::Day>& days) {
  std::string text;
  for (std::size_t i = 0; i < days.size();) {
    std::size_t last = i;
    while (last + 1 < days.size() && days[last + 1] == base::plus_days(days[last], 1)) ++last;
    if (!text.empty()) text += ", ";
    text += base::to_string(days[i]);
    if (last > i) text += " to " + base::to_string(days[last]);
    i = last + 1;
  }
  return text;
}

base::Day begin_of_month(base::Day day) {
  const auto date = base::ymd(day);
  return base::make_day(static_cast<int>(date.year()), unsigned{date.month()}, 1);
}

}  // namespace

std::optional<std::string> find_missing_sign_offs(store::Session& session, const Catalog& catalog,
                                                  base::Day day) {
  if (day != base::end_of_month(day)) return std::nullopt;
  std::vector<std::string> refs;
  for (const Channel& channel : catalog.channels) {
    if (channel.requires_sign_off) refs.push_back(channel.name);
  }
  if (refs.empty()) return std::nullopt;
  const base::Day first = std::max(begin_of_month(day), find_book(session).value().opens_on);
  std::string missing;
  std::string command;
  auto channels = store::find_parties(session, store::PartyKind::Channel, refs);
  std::ranges::sort(channels, {}, &store::PartyRow::ref);
  for (const store::PartyRow& channel : channels) {
    const auto days = store::list_unsigned(session, channel.id, first, day);
    if (days.empty()) continue;
    missing += fmt::format("\n  {}: {}", channel.ref, dates_text(days));
    if (!command.empty()) continue;
    command = fmt::format(
        "`fenqi reconcile sign-off --channel {} --date {} --by NAME --approved-by ANOTHER`",
        channel.ref, base::to_string(days.front()));
  }
  if (missing.empty()) return std::nullopt;
  return fmt::format(
      "{} is posted, and its month is sealed when two people have signed each date of its "
      "channels. Not signed:{}\nSign the first by {}; the next `fenqi close` goes on from here",
      base::to_string(day), missing, command);
}

}  // namespace engine
