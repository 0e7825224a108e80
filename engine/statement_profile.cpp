#include "engine/statement_profile.h"

#include <algorithm>

#include "engine/toml_section.h"

namespace engine {
namespace {

constexpr std::string_view kKinds[kProfileKinds] = {
    "sale",   "refund",     "reserve",     "release", "adjustment",
    "payout", "carried_in", "carried_out", "fee",     "fee_returned"};

std::string joined(const std::vector<std::string_view>& words) {
  std::string all;
  for (const auto word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  return all;
}

std::vector<ProfileColumn> read_columns(Section& root, std::string_view key,
                                        const std::vector<std::string_view>& values) {
  std::vector<ProfileColumn> columns;
  for (Section& section : root.sections(key)) {
    ProfileColumn column{section.text("name"), section.text_or("value", ""),
                         section.text_or("text", "")};
    const bool has_text = section.find("text") != nullptr;
    if (column.value.empty() != has_text) {
      wrong(section.path("value"), column.value, "is given, or text is, and not both");
    }
    if (!column.value.empty() && std::ranges::find(values, column.value) == values.end()) {
      wrong(section.path("value"), column.value, "is one of: " + joined(values));
    }
    section.done();
    columns.push_back(std::move(column));
  }
  return columns;
}

StatementProfile read_profile(Section root) {
  StatementProfile profile;
  profile.name = root.name("name");
  profile.version = root.whole("version", 1, 1'000'000);
  profile.date_format = root.text_or("date", profile.date_format);
  profile.time_format = root.text_or("time", profile.time_format);
  profile.prefix = root.text_or("prefix", "");
  profile.has_payout = root.flag_or("payout_row", false);
  profile.is_split = root.flag_or("split", false);
  if (auto words = root.section_if_any("words")) {
    profile.word_in = words->text("in");
    profile.word_out = words->text("out");
    words->done();
  }
  Section types = root.section("types");
  for (int i = 0; i < kProfileKinds; ++i) {
    const auto kind = static_cast<ProfileKind>(i);
    const bool is_needed = kind == ProfileKind::Payout ? profile.has_payout
                           : kind == ProfileKind::Fee || kind == ProfileKind::FeeReturned
                               ? profile.is_split
                               : true;
    profile.types.push_back(is_needed ? types.text(name(kind)) : types.text_or(name(kind), ""));
  }
  types.done();
  profile.columns = read_columns(root, "column", profile_values());
  if (root.find("total") != nullptr) {
    profile.totals = read_columns(root, "total", profile_totals());
  }
  root.done();
  return profile;
}

}  // namespace

std::string_view name(ProfileKind kind) { return kKinds[static_cast<int>(kind)]; }

base::Result<StatementProfile, CatalogError> parse_profile(std::string_view body) {
  return parse_toml(body, "profile", [](Section root) { return read_profile(std::move(root)); });
}

}  // namespace engine
