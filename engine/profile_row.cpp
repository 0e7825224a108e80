#include "engine/profile_row.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace engine {
namespace {

using Local = date::local_time<std::chrono::microseconds>;

/// "YYYY-MM-DD hh:mm:ss" with the parts of the time in their places.
std::string formatted(std::string_view format, Local time) {
  const auto day = date::floor<date::days>(time);
  const date::year_month_day ymd(day);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time - day).count();
  const std::pair<std::string_view, std::string> parts[] = {
      {"YYYY", fmt::format("{:04}", int(ymd.year()))},
      {"MM", fmt::format("{:02}", unsigned(ymd.month()))},
      {"DD", fmt::format("{:02}", unsigned(ymd.day()))},
      {"hh", fmt::format("{:02}", seconds / 3600)},
      {"mm", fmt::format("{:02}", seconds / 60 % 60)},
      {"ss", fmt::format("{:02}", seconds % 60)}};
  std::string out(format);
  for (const auto& [name, value] : parts) {
    const auto at = out.find(name);
    if (at != std::string::npos) out.replace(at, name.size(), value);
  }
  return out;
}

Local start_of(base::Day day) { return Local(day.time_since_epoch()); }
Local as_utc(base::Instant instant) { return Local(instant.time_since_epoch()); }

std::string decimal(const ProfileRow& row, std::int64_t minor) {
  return base::to_decimal(minor, row.settlement->currency.exponent());
}
std::string debit(const ProfileRow& row, std::int64_t minor) {
  return minor < 0 ? decimal(row, -minor) : "";
}
std::string credit(const ProfileRow& row, std::int64_t minor) {
  return minor > 0 ? decimal(row, minor) : "";
}

/// The payout's reference, or the date of a settlement that paid nothing out.
std::string batch_of(const ProfileRow& row) {
  if (!row.settlement->payout_ref.empty()) return row.settlement->payout_ref;
  return formatted("YYYYMMDD", start_of(row.settlement->settled_on));
}

std::string note_of(const ProfileRow& row, const ProfileContext& c) {
  const std::string& type = c.profile->types[static_cast<std::size_t>(row.kind)];
  return row.item.order_ref.empty() ? type : type + " " + row.item.order_ref;
}

using Show = std::string (*)(const ProfileRow&, const ProfileContext&);
struct Value {
  std::string_view name;
  Show show;
};

using R = const ProfileRow&;
using C = const ProfileContext&;

constexpr Value kValues[] = {
    {"amount", [](R r, C) { return decimal(r, std::abs(r.net())); }},
    {"available_at_utc",
     [](R r, C c) {
       return formatted(c.profile->time_format,
                        as_utc(c.zone.to_instant(start_of(r.item.available_on))));
     }},
    {"available_on",
     [](R r, C c) { return formatted(c.profile->date_format, start_of(r.item.available_on)); }},
    {"balance", [](R r, C) { return decimal(r, r.balance); }},
    {"batch", [](R r, C) { return batch_of(r); }},
    {"book", [](R, C c) { return c.book; }},
    {"business_date",
     [](R r, C c) { return formatted(c.profile->date_format, start_of(r.item.business_date)); }},
    {"currency", [](R r, C) { return std::string(r.settlement->currency.code()); }},
    {"currency_lower",
     [](R r, C) {
       std::string code(r.settlement->currency.code());
       for (char& letter : code) letter = static_cast<char>(letter - 'A' + 'a');
       return code;
     }},
    {"detailed_type", [](R r, C) { return std::string(name(r.item_kind)); }},
    {"direction", [](R r, C c) { return r.net() < 0 ? c.profile->word_out : c.profile->word_in; }},
    {"discount", [](R r, C) { return decimal(r, -r.discount); }},
    {"fee", [](R r, C) { return decimal(r, -(r.discount + r.subsidy)); }},
    {"gross", [](R r, C) { return decimal(r, r.gross); }},
    {"gross_credit", [](R r, C) { return credit(r, r.gross); }},
    {"gross_debit", [](R r, C) { return debit(r, r.gross); }},
    {"line_id", [](R r, C) { return fmt::format("{}-{}", batch_of(r), r.line); }},
    {"merchant", [](R, C c) { return c.merchant; }},
    {"net", [](R r, C) { return decimal(r, r.net()); }},
    {"net_credit", [](R r, C) { return credit(r, r.net()); }},
    {"net_debit", [](R r, C) { return debit(r, r.net()); }},
    {"note", note_of},
    {"order_no", [](R r, C) { return r.item.order_ref; }},
    {"payout_ref", [](R r, C) { return r.settlement->payout_ref; }},
    {"periods", [](R r, C) { return r.item.periods > 0 ? std::to_string(r.item.periods) : ""; }},
    {"row_id", [](R r, C) { return fmt::format("{}-{}", batch_of(r), r.number); }},
    {"settled_at_utc",
     [](R r, C c) {
       return formatted(c.profile->time_format,
                        as_utc(c.zone.to_instant(start_of(r.settlement->settled_on))));
     }},
    {"settled_on",
     [](R r, C c) {
       return formatted(c.profile->date_format, start_of(r.settlement->settled_on));
     }},
    {"subsidy", [](R r, C) { return decimal(r, -r.subsidy); }},
    {"time",
     [](R r, C c) {
       return formatted(c.profile->time_format, c.zone.to_local(r.item.occurred_at));
     }},
    {"time_utc",
     [](R r, C c) { return formatted(c.profile->time_format, as_utc(r.item.occurred_at)); }},
    {"type", [](R r, C c) { return c.profile->types[static_cast<std::size_t>(r.kind)]; }},
    {"vat", [](R r, C) { return decimal(r, -r.vat); }},
    {"zone", [](R, C c) { return std::string(c.zone.name()); }},
};

}  // namespace

std::vector<std::string_view> profile_values() {
  std::vector<std::string_view> names;
  for (const Value& value : kValues) names.push_back(value.name);
  return names;
}

std::string profile_field(std::string_view value, const ProfileRow& row,
                          const ProfileContext& context) {
  const auto found = std::ranges::find(kValues, value, &Value::name);
  CHECK(found != std::end(kValues), "a profile's column shows {}", value);
  return found->show(row, context);
}

}  // namespace engine
