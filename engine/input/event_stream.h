// A file of one kind of events, row by row.
#pragma once

#include <memory>
#include <string>

#include "engine/input/rows.h"

namespace input {

/// Opens the file and reads its header; throws InputError for what can't be used at all, before a
/// row has been read.
class EventStream {
 public:
  EventStream(Kind kind, const std::string& path, const ColumnMap& own_map,
              std::shared_ptr<const engine::Catalog> catalog);

  /// False at the end; ask `source().fault()` whether the file broke off.
  bool next(Row& row);

  Kind kind() const { return columns_.kind(); }
  const ByteSource& source() const { return reader_.source(); }

 private:
  Columns read_header(Kind kind, const ColumnMap& own_map);

  std::shared_ptr<const engine::Catalog> catalog_;
  CsvReader reader_;
  Record record_;
  Columns columns_;
};

}  // namespace input
