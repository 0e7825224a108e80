// Parties, accounts, ids and the book's own row.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "sql/store/session.h"

namespace store {

enum class PartyKind : std::int16_t {
  Customer = 1,
  Merchant = 2,
  Channel = 3,
  Sponsor = 4,
  Bank = 5,
  Platform = 6,
};

struct PartyRow {
  base::PartyId id;
  std::string ref;
  std::string terms;
};

/// The parties of these references that exist, in no order.
std::vector<PartyRow> find_parties(Session& session, PartyKind kind,
                                   std::span<const std::string> refs);

std::vector<PartyRow> load_parties(Session& session, std::span<const std::int64_t> ids);

/// Makes those that don't exist, under `terms`; ids run beside `refs`, which are sorted.
void insert_parties(Session& session, PartyKind kind, std::span<const std::string> refs,
                    std::span<const std::int64_t> ids, const std::string& terms,
                    base::Day created_on);

struct AccountRow {
  std::int32_t id = 0;
  std::int32_t code = 0;
  std::int64_t owner = 0;  ///< 0: none
  std::string tag;
  std::string currency;
};

/// Makes those that don't exist and fills in the id of each.
void find_or_insert_accounts(Session& session, std::span<AccountRow> rows);

/// The first id of a block of kIdBlock reserved for this caller.
inline constexpr std::int64_t kIdBlock = 1000;
std::int64_t reserve_id_block(Session& session);

struct BookRow {
  std::string catalog_name;
  std::string zone;
  std::string calendar;
  std::int16_t cutoff_minute = 1440;
  base::Day opens_on;
  base::Day open_date;
  base::Day closed_through;
  /// The last date that two people let go on without a customer; nothing may post to it any more,
  /// even while it is being sealed.
  std::optional<base::Day> waived_through = {};
};

std::optional<BookRow> load_book(Session& session);
void insert_book(Session& session, const BookRow& book);

struct CatalogRow {
  std::int32_t version = 0;
  std::string name;
  std::string body;
};
std::optional<CatalogRow> load_newest_catalog(Session& session);
std::optional<CatalogRow> load_catalog_version(Session& session, std::int32_t version);
void insert_catalog(Session& session, const CatalogRow& catalog);

/// The book's lock: shared by whoever posts, exclusive for the moment the open date moves.
void lock_book_shared(Session& session);
void lock_book_exclusive(Session& session);

}  // namespace store
