#include "engine/input/event_stream.h"

#include <utility>

namespace input {

EventStream::EventStream(Kind kind, const std::string& path, const ColumnMap& own_map,
                         std::shared_ptr<const engine::Catalog> catalog)
    : catalog_(std::move(catalog)),
      reader_(ByteSource(path)),
      columns_(read_header(kind, own_map)) {}

Columns EventStream::read_header(Kind kind, const ColumnMap& own_map) {
  if (!reader_.next(record_)) {
    const auto fault = source().fault();
    throw InputError(fault ? *fault : source().name() + " is empty: it has no header");
  }
  return Columns(kind, record_, own_map, *catalog_, source().name());
}

bool EventStream::next(Row& row) {
  if (!reader_.next(record_)) return false;
  row = read_row(columns_, record_, *catalog_);
  return true;
}

}  // namespace input
