// What is not the same in two tables.
#pragma once

#include <memory>
#include <vector>

#include "engine/table_export.h"

namespace engine {

/// The columns of a table's difference: `change`, then those of the table.
TableHead diff_head(TableHead head);

/// The rows that are in only one of two tables (`removed`, `added`), and those that are in both and
/// differ, twice (`before`, `after`). A row is found again by its fields at `key`: texts, numbers
/// or days, in the order of which both tables come (texts byte by byte), each once. Reads a piece
/// of each at a time.
std::unique_ptr<TableSource> diff_of(std::unique_ptr<TableSource> before,
                                     std::unique_ptr<TableSource> after,
                                     std::vector<std::size_t> key);

/// The same of two small tables in any order, both kept whole: a row is found again by its first
/// `key` fields. Rows come as in `after`, those that are gone behind.
std::unique_ptr<TableSource> small_diff_of(std::unique_ptr<TableSource> before,
                                           std::unique_ptr<TableSource> after, std::size_t key);

}  // namespace engine
