// The book of a database: opened once from a catalog, then always the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/day.h"
#include "engine/catalog.h"
#include "sql/store/session.h"

namespace engine {

struct Book {
  std::string catalog_name;
  base::Day opens_on;
  base::Day open_date;       ///< the first date that accepts postings
  base::Day closed_through;  ///< the last sealed date
};

/// The book as stored, or nothing if the database has none yet.
std::optional<Book> find_book(store::Session& session);

/// Makes the book from the catalog, or stores a new version of the catalog of the same book.
/// `first_date` opens a new book whose catalog names no opening date. Opening capital is posted.
/// Another book's catalog (name, zone, calendar or cut-off differ) throws CatalogMismatch.
struct CatalogMismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};
Catalog apply_catalog(store::Session& session, const std::string& conninfo, Catalog catalog,
                      base::Day first_date);

/// The reference of the one party that is the platform itself.
inline constexpr const char* kPlatformRef = "PLATFORM";

/// The catalog in force, parsed from what is stored; throws if the database has no book.
std::shared_ptr<const Catalog> load_catalog(store::Session& session);

/// An earlier version of it, which what was sold under it keeps to; throws if there is none.
std::shared_ptr<const Catalog> load_catalog(store::Session& session, std::int32_t version);

}  // namespace engine
