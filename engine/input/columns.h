// Columns: which field of a file is which column of ours, and what its values mean.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/catalog.h"
#include "engine/input/csv.h"

namespace input {

enum class Kind { Purchases, Repayments, Refunds };

std::string_view name(Kind kind);  ///< "purchases"

/// A column of the canonical CSV (docs/import.md).
struct Column {
  std::string_view name;
  bool is_required;
};
const std::vector<Column>& columns_of(Kind kind);

/// Canonical column -> column of the file, or several joined by ':'.
using ColumnMap = std::map<std::string, std::string, std::less<>>;

/// Reads "a=b,c=d:e". Throws InputError for what is no such list or no column of that kind.
ColumnMap parse_map(std::string_view text, Kind kind);

/// The header of one file, understood. Made from its first record; throws InputError when a column
/// is missing or doubled, before a row has been read.
///
/// A column comes from where the command's own map says, else from where the catalog's map says,
/// else from the column of its own name, which also serves when the file has none of the columns
/// that the catalog names: a canonical file needs no other catalog.
class Columns {
 public:
  Columns(Kind kind, const Record& header, const ColumnMap& own_map, const engine::Catalog& catalog,
          const std::string& file);

  Kind kind() const { return kind_; }
  std::size_t field_count() const { return field_count_; }

  /// The value of a column in a record of `field_count` fields; "" where the file has no such
  /// column. The view lives until the next call for that column.
  std::string_view value(std::size_t column, const Record& record);

 private:
  struct Source {
    std::vector<std::size_t> fields;  // joined by ':'; none: the file has no such column
    const std::map<std::string, std::string>* values = nullptr;
    std::string text;  // of the last joined or exchanged value
  };

  Kind kind_;
  std::size_t field_count_ = 0;
  std::vector<Source> sources_;  // beside columns_of(kind)
};

}  // namespace input
