#include "engine/channel_contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/calendars.h"
#include "engine/toml_section.h"
#include "sql/store/party_store.h"

namespace engine {
namespace {

/// "T+1" counts business days, "D+1" calendar days.
void read_delay(Section& section, ChannelContract& contract) {
  const std::string text = section.text_or("settle", "T+2");
  const bool is_delay =
      (text.size() == 3 || text.size() == 4) && (text[0] == 'T' || text[0] == 'D') &&
      text[1] == '+' &&
      std::all_of(text.begin() + 2, text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_delay) {
    wrong(section.path("settle"), text, "is T+n (business days) or D+n (calendar days), n to 99");
  }
  contract.settles_in_business_days = text[0] == 'T';
  contract.settle_days = std::stoi(text.substr(2));
}

}  // namespace

base::Day ChannelContract::paid_by(base::Day day) const {
  if (!settles_in_business_days || !calendar) return base::plus_days(day, settle_days);
  const auto due = calendar->add_business_days(day, settle_days);
  if (!due) {
    throw CalendarMissing(
        fmt::format("calendar {} has no year {}, which says when the batch of {} "
                    "is paid",
                    calendar->name(), due.error().year, base::to_string(day)));
  }
  return *due;
}

ChannelContract read_contract(Section contract) {
  ChannelContract result;
  if (contract.find("fee_percent") != nullptr) {
    result.fee = contract.percent_or_zero("fee_percent", base::RateBasis::Flat);
    if (result.fee->e8 > base::kRateScale) {
      wrong(contract.path("fee_percent"), text_of(contract.require("fee_percent")),
            "is at most 100 %");
    }
  }
  result.payer = contract.text_or("payer", "");
  read_delay(contract, result);
  result.calendar_name = contract.text_or("calendar", "");
  contract.done();
  return result;
}

ChannelContract find_contract(store::Session& session, std::string_view channel) {
  const auto catalog = store::load_newest_catalog(session);
  if (!catalog) return {};
  auto found = parse_toml(catalog->body, "catalog", [&](Section root) {
    ChannelContract contract;
    for (Section& one : root.sections("channel")) {
      if (one.name("name") != channel) continue;
      if (auto section = one.section_if_any("contract")) {
        contract = read_contract(*std::move(section));
      }
    }
    if (contract.calendar_name.empty()) {
      contract.calendar_name = root.section("book").text("calendar");
    }
    std::vector<scheduling::Calendar> calendars = read_calendars(root.section("calendar"));
    const auto calendar =
        std::ranges::find(calendars, contract.calendar_name, &scheduling::Calendar::name);
    if (calendar != calendars.end()) contract.calendar = std::move(*calendar);
    return contract;
  });
  return found ? *std::move(found) : ChannelContract{};
}

}  // namespace engine
