#include "engine/collections.h"

#include <map>

#include "engine/ageing.h"
#include "engine/due_customers.h"
#include "engine/report_text.h"
#include "sql/store/party_store.h"

namespace engine {
namespace {

constexpr std::chrono::hours kContactFrom{8}, kContactTo{21};

bool is_word(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most;
}

class CollectionsTable : public TableSource {
 public:
  CollectionsTable(store::Session& session, std::shared_ptr<const Catalog> catalog,
                   const CollectionsRequest& request)
      : session_(session),
        catalog_(std::move(catalog)),
        request_(request),
        customers_(session, *catalog_, request.as_of,
                   request.list == CollectionsList::Due
                       ? base::plus_days(request.as_of, request.days)
                       : request.as_of) {}

  bool append_rows(TableWriter& rows) override {
    const std::vector<DueCustomer> customers = customers_.next();
    std::vector<std::int64_t> parties;
    for (const DueCustomer& customer : customers) parties.push_back(customer.party.value);
    std::map<std::pair<std::int64_t, base::Currency>, store::PromiseRow> promises;
    for (auto& promise : store::load_last_promises(session_, parties, request_.as_of)) {
      promises.emplace(std::pair(promise.party.value, promise.currency), promise);
    }
    std::map<std::int64_t, store::ContactRow> contacts;
    for (auto& contact : store::load_last_contacts(session_, parties)) {
      contacts.emplace(contact.party.value, contact);
    }
    for (const DueCustomer& customer : customers) {
      if (!is_wanted(customer)) continue;
      append(rows, customer);
      const auto promise = promises.find({customer.party.value, customer.currency});
      append_promise(rows, promise == promises.end() ? nullptr : &promise->second);
      const auto contact = contacts.find(customer.party.value);
      append_contact(rows, contact == contacts.end() ? nullptr : &contact->second);
      rows.end_row();
    }
    return !customers.empty();
  }

 private:
  bool is_wanted(const DueCustomer& customer) const {
    if (request_.list == CollectionsList::Due) return customer.dpd == 0;
    return customer.dpd > 0 && (!request_.bucket || bucket_of(customer.dpd) == *request_.bucket);
  }

  void append(TableWriter& rows, const DueCustomer& customer) const {
    rows.text(customer.customer);
    rows.text(customer.currency.code());
    rows.text(bucket_range(bucket_of(customer.dpd)).name);
    rows.number(customer.dpd);
    customer.oldest_due ? rows.day(*customer.oldest_due) : rows.absent();
    for (const std::int64_t minor : {customer.past_due, customer.due_today}) {
      rows.amount(minor, customer.currency);
    }
    if (request_.list == CollectionsList::Due) rows.amount(customer.due_soon, customer.currency);
    for (const std::int64_t minor :
         {customer.late_fee, customer.credit_balance, customer.owed(), customer.outstanding}) {
      rows.amount(minor, customer.currency);
    }
  }

  void append_promise(TableWriter& rows, const store::PromiseRow* promise) const {
    if (!promise) {
      for (int i = 0; i < 3; ++i) rows.absent();
      return;
    }
    rows.amount(promise->amount, promise->currency);
    rows.day(promise->by_date);
    rows.text(name(state_of(*promise, request_.as_of)));
  }

  void append_contact(TableWriter& rows, const store::ContactRow* contact) const {
    if (!contact) {
      for (int i = 0; i < 3; ++i) rows.absent();
      return;
    }
    rows.text(to_rfc3339(contact->at, catalog_->zone));
    rows.text(contact->channel);
    rows.text(contact->outcome);
  }

  store::Session& session_;
  std::shared_ptr<const Catalog> catalog_;
  CollectionsRequest request_;
  DueCustomers customers_;
};

}  // namespace

std::string_view name(PromiseState state) {
  switch (state) {
    case PromiseState::Open:
      return "open";
    case PromiseState::Kept:
      return "kept";
    case PromiseState::Broken:
      return "broken";
  }
  std::unreachable();
}

PromiseState state_of(const store::PromiseRow& promise, base::Day as_of) {
  if (promise.paid >= promise.amount) return PromiseState::Kept;
  return promise.by_date < as_of ? PromiseState::Broken : PromiseState::Open;
}

Report collections_report(std::shared_ptr<const Catalog> catalog,
                          const CollectionsRequest& request) {
  std::vector<TableColumn> columns = {{"customer", 16}, {"currency", 9},   {"bucket", 8},
                                      {"dpd", 6},       {"due_since", 12}, {"past_due", 14},
                                      {"due_today", 14}};
  if (request.list == CollectionsList::Due) columns.push_back({"due_soon", 14});
  for (const TableColumn& column : std::initializer_list<TableColumn>{{"late_fee", 12},
                                                                      {"credit_balance", 14},
                                                                      {"owed", 14},
                                                                      {"outstanding", 14},
                                                                      {"promised", 12},
                                                                      {"promised_by", 12},
                                                                      {"promise", 9},
                                                                      {"contacted_at", 26},
                                                                      {"contact", 10},
                                                                      {"outcome", 20}}) {
    columns.push_back(column);
  }
  const bool is_due = request.list == CollectionsList::Due;
  return {.head = {.name = is_due ? "due" : "late",
                   .columns = std::move(columns),
                   .created = request.as_of},
          .open = [catalog = std::move(catalog), request](store::Session& session) {
            return std::make_unique<CollectionsTable>(session, catalog, request);
          }};
}

std::string_view code(CollectionsRefusal refusal) {
  switch (refusal) {
    case CollectionsRefusal::CustomerUnknown:
      return "CUSTOMER_UNKNOWN";
    case CollectionsRefusal::AmountNotPositive:
      return "AMOUNT_NOT_POSITIVE";
    case CollectionsRefusal::DateInPast:
      return "DATE_IN_PAST";
    case CollectionsRefusal::PersonMissing:
      return "PERSON_MISSING";
    case CollectionsRefusal::ChannelMissing:
      return "CHANNEL_MISSING";
    case CollectionsRefusal::OutcomeMissing:
      return "OUTCOME_MISSING";
    case CollectionsRefusal::NoteTooLong:
      return "NOTE_TOO_LONG";
    case CollectionsRefusal::AfterNow:
      return "AFTER_NOW";
  }
  std::unreachable();
}

std::string_view sentence(CollectionsRefusal refusal) {
  switch (refusal) {
    case CollectionsRefusal::CustomerUnknown:
      return "no customer has this reference";
    case CollectionsRefusal::AmountNotPositive:
      return "an amount is above zero";
    case CollectionsRefusal::DateInPast:
      return "a promise is for today or a day to come";
    case CollectionsRefusal::PersonMissing:
      return "--by names who it was, in at most 100 bytes";
    case CollectionsRefusal::ChannelMissing:
      return "a contact has a channel (phone, sms, letter, ...) of at most 30 bytes";
    case CollectionsRefusal::OutcomeMissing:
      return "a contact has an outcome (reached, no answer, ...) of at most 100 bytes";
    case CollectionsRefusal::NoteTooLong:
      return "a note has at most 2000 bytes";
    case CollectionsRefusal::AfterNow:
      return "a contact lies in the past";
  }
  std::unreachable();
}

std::optional<base::PartyId> find_customer(store::Session& session, const std::string& ref) {
  const std::vector<std::string> refs = {ref};
  const auto parties = store::find_parties(session, store::PartyKind::Customer, refs);
  if (parties.empty()) return std::nullopt;
  return parties.front().id;
}

std::optional<CollectionsRefusal> take_promise(store::Session& session, const Catalog& catalog,
                                               const NewPromise& promise, base::Instant now) {
  const auto party = find_customer(session, promise.customer);
  if (!party) return CollectionsRefusal::CustomerUnknown;
  if (promise.amount.minor() <= 0) return CollectionsRefusal::AmountNotPositive;
  const base::Day today = catalog.zone.day_of(now, std::chrono::hours{24});
  if (promise.by_date < today) return CollectionsRefusal::DateInPast;
  if (!is_word(promise.taken_by, kContactWordMax)) return CollectionsRefusal::PersonMissing;
  store::insert_promise(session, {.party = *party,
                                  .currency = promise.amount.currency(),
                                  .amount = promise.amount.minor(),
                                  .made_at = now,
                                  .made_on = today,
                                  .by_date = promise.by_date,
                                  .taken_by = promise.taken_by});
  return std::nullopt;
}

base::Result<ContactWarnings, CollectionsRefusal> log_contact(store::Session& session,
                                                              const Catalog& catalog,
                                                              const NewContact& contact,
                                                              base::Instant now) {
  using enum CollectionsRefusal;
  const auto party = find_customer(session, contact.customer);
  if (!party) return std::unexpected(CustomerUnknown);
  if (!is_word(contact.channel, kContactChannelMax)) return std::unexpected(ChannelMissing);
  if (!is_word(contact.outcome, kContactWordMax)) return std::unexpected(OutcomeMissing);
  if (contact.note.size() > kContactNoteMax) return std::unexpected(NoteTooLong);
  if (!is_word(contact.taken_by, kContactWordMax)) return std::unexpected(PersonMissing);
  if (contact.at > now) return std::unexpected(AfterNow);
  store::insert_contact(session, {.party = *party,
                                  .at = contact.at,
                                  .channel = contact.channel,
                                  .outcome = contact.outcome,
                                  .note = contact.note,
                                  .taken_by = contact.taken_by});
  const auto local = catalog.zone.to_local(contact.at);
  const auto day = date::floor<date::days>(local);
  const auto start = [&](int days) {
    return catalog.zone.to_instant(day + date::days{days} + std::chrono::microseconds{0});
  };
  return ContactWarnings{
      .is_outside_hours = local - day < kContactFrom || local - day >= kContactTo,
      .of_day = store::count_contacts(session, *party, start(0), start(1))};
}

}  // namespace engine
