// Column profiles: a merchant's settlements in the columns that finance teams already import. A
// profile is data, a small TOML file with a version (catalog/profiles/, docs/exports.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/catalog.h"

namespace engine {

/// What a row of a settlement is, in the words profiles translate.
enum class ProfileKind {
  Sale,
  Refund,
  Reserve,
  Release,
  Adjustment,
  Payout,
  CarriedIn,    ///< owed, or owing, from the settlement before
  CarriedOut,   ///< left for the one after
  Fee,          ///< a row of its own where the profile splits
  FeeReturned,  ///< the same, given back
};
inline constexpr int kProfileKinds = 10;
std::string_view name(ProfileKind kind);  ///< "carried_in"

struct ProfileColumn {
  std::string name;
  std::string value;  ///< what it shows: a name of profile_values(), or empty
  std::string text;   ///< shown instead, the same in every row
};

struct StatementProfile {
  std::string name;
  int version = 1;
  std::string date_format = "YYYY-MM-DD";
  std::string time_format = "YYYY-MM-DDThh:mm:ss";
  std::string prefix;       ///< before each field of a row
  bool has_payout = false;  ///< the payout is a row, so that all rows sum to 0
  bool is_split = false;    ///< fees are rows of their own
  std::string word_in = "in";
  std::string word_out = "out";
  std::vector<std::string> types;  ///< by ProfileKind
  std::vector<ProfileColumn> columns;
  std::vector<ProfileColumn> totals;  ///< a second table behind the rows; may be empty
};

/// The first thing wrong is the answer, with field, value and rule.
base::Result<StatementProfile, CatalogError> parse_profile(std::string_view body);

/// Those that come with the program: name and text.
struct BuiltInProfile {
  std::string_view name;
  std::string_view body;
};
const std::vector<BuiltInProfile>& built_in_profiles();

/// What a column, or a total, can show.
std::vector<std::string_view> profile_values();
std::vector<std::string_view> profile_totals();

}  // namespace engine
