#include "engine/book.h"

#include <fmt/format.h>

#include "engine/customers.h"
#include "ledger/posting.h"
#include "sql/store/party_store.h"

namespace engine {
namespace {

Catalog parse_stored(const store::CatalogRow& row) {
  base::Result<Catalog, CatalogError> parsed = parse_catalog(row.body);
  if (!parsed) {
    throw CatalogMismatch(
        fmt::format("the stored catalog {} version {} can't be read: {} \"{}\": {}", row.name,
                    row.version, parsed.error().field, parsed.error().value, parsed.error().rule));
  }
  parsed->version = row.version;
  return *std::move(parsed);
}

void check_same_book(const store::BookRow& book, const Catalog& catalog) {
  auto differ = [](std::string_view what, std::string_view has, std::string_view other) {
    throw CatalogMismatch(fmt::format(
        "this database is another book: its {} is {}, the catalog says {}", what, has, other));
  };
  if (book.catalog_name != catalog.name) differ("name", book.catalog_name, catalog.name);
  if (book.zone != catalog.zone.name()) differ("zone", book.zone, catalog.zone.name());
  if (book.calendar != catalog.calendar) differ("calendar", book.calendar, catalog.calendar);
  if (book.cutoff_minute != catalog.cutoff.count()) {
    differ("cut-off", fmt::format("{} minutes", book.cutoff_minute),
           fmt::format("{} minutes", catalog.cutoff.count()));
  }
}

/// The party of that kind and reference; made if it isn't there.
base::PartyId find_or_make(store::Session& session, BlockIds& ids, store::PartyKind kind,
                           const std::string& ref, const std::string& terms, base::Day day) {
  const std::vector<std::string> refs{ref};
  const std::vector<std::int64_t> id{ids.next()};
  store::insert_parties(session, kind, refs, id, terms, day);
  return store::find_parties(session, kind, refs).at(0).id;
}

void make_own_parties(store::Session& session, BlockIds& ids, const Catalog& catalog,
                      base::Day day) {
  find_or_make(session, ids, store::PartyKind::Platform, kPlatformRef, "", day);
  find_or_make(session, ids, store::PartyKind::Bank, catalog.bank, "", day);
  for (const Channel& channel : catalog.channels) {
    find_or_make(session, ids, store::PartyKind::Channel, channel.name, channel.name, day);
  }
}

/// Opening capital, one journal a currency, on the book's first date.
std::vector<ledger::Journal> opening_journals(const Catalog& catalog, base::PartyId platform,
                                              base::PartyId bank, base::Day day, BlockIds& ids) {
  std::vector<ledger::Journal> journals;
  const base::EventId event{ids.next()};
  for (const CurrencyTerms& terms : catalog.currencies) {
    if (terms.opening_capital_minor == 0) continue;
    journals.push_back({.party = platform,
                        .id = {ids.next()},
                        .event = event,
                        .rule = ledger::Rule::Opening,
                        .currency = terms.currency,
                        .business_date = day,
                        .value_date = day,
                        .source_ref = "opening capital",
                        .transfers = ledger::opening_capital(bank, terms.opening_capital_minor)});
  }
  return journals;
}

}  // namespace

std::optional<Book> find_book(store::Session& session) {
  const std::optional<store::BookRow> row = store::load_book(session);
  if (!row) return std::nullopt;
  return Book{row->catalog_name, row->opens_on, row->open_date, row->closed_through};
}

Catalog apply_catalog(store::Session& session, const std::string& conninfo, Catalog catalog,
                      base::Day first_date) {
  BlockIds ids(session);
  AccountBook accounts(conninfo);
  store::Transaction transaction(session);
  store::lock_book_exclusive(session);
  const std::optional<store::BookRow> book = store::load_book(session);
  const std::optional<store::CatalogRow> newest = store::load_newest_catalog(session);
  if (book) check_same_book(*book, catalog);
  if (newest && newest->body == catalog.body) {
    catalog.version = newest->version;
    return catalog;
  }
  catalog.version = newest ? newest->version + 1 : 1;
  store::insert_catalog(session, {catalog.version, catalog.name, catalog.body});
  const base::Day day = book ? book->open_date : catalog.opens_on.value_or(first_date);
  make_own_parties(session, ids, catalog, day);
  if (!book) {
    store::insert_book(session, {catalog.name, catalog.zone.name(), catalog.calendar,
                                 static_cast<std::int16_t>(catalog.cutoff.count()), day, day,
                                 base::plus_days(day, -1)});
    const base::PartyId platform =
        find_or_make(session, ids, store::PartyKind::Platform, kPlatformRef, "", day);
    const base::PartyId bank =
        find_or_make(session, ids, store::PartyKind::Bank, catalog.bank, "", day);
    save_journals(session, accounts, opening_journals(catalog, platform, bank, day, ids));
  }
  transaction.commit();
  return catalog;
}

std::shared_ptr<const Catalog> load_catalog(store::Session& session) {
  const std::optional<store::CatalogRow> newest = store::load_newest_catalog(session);
  if (!newest) {
    throw CatalogMismatch("this database has no book yet: run fenqi catalog apply FILE first");
  }
  return std::make_shared<const Catalog>(parse_stored(*newest));
}

std::shared_ptr<const Catalog> load_catalog(store::Session& session, std::int32_t version) {
  const std::optional<store::CatalogRow> row = store::load_catalog_version(session, version);
  if (!row) throw CatalogMismatch(fmt::format("this book has no catalog version {}", version));
  return std::make_shared<const Catalog>(parse_stored(*row));
}

}  // namespace engine
