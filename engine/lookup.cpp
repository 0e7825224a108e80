#include "engine/lookup.h"

namespace engine {
namespace {

std::vector<std::string> sorted_set(const std::set<std::string>& refs) {
  return {refs.begin(), refs.end()};
}

}  // namespace

std::unordered_map<std::string, store::PartyRow> find_or_make_parties(
    Engine::Impl& engine, store::PartyKind kind, const std::set<std::string>& refs,
    const std::string& terms) {
  const std::vector<std::string> wanted = sorted_set(refs);
  std::unordered_map<std::string, store::PartyRow> parties;
  auto take = [&](std::vector<store::PartyRow> rows) {
    for (store::PartyRow& row : rows) parties.emplace(row.ref, row);
  };
  take(store::find_parties(engine.session, kind, wanted));
  if (terms.empty() || parties.size() == wanted.size()) return parties;
  std::vector<std::string> missing;
  std::vector<std::int64_t> ids;
  for (const std::string& ref : wanted) {
    if (parties.contains(ref)) continue;
    missing.push_back(ref);
    ids.push_back(engine.ids.next());
  }
  store::insert_parties(engine.session, kind, missing, ids, terms, engine.opens_on);
  take(store::find_parties(engine.session, kind, missing));
  return parties;
}

void know_merchants(Engine::Impl& engine, const std::set<std::string>& refs,
                    const std::string& terms) {
  std::set<std::string> unknown;
  for (const std::string& ref : refs) {
    if (!engine.merchants.contains(ref)) unknown.insert(ref);
  }
  if (unknown.empty()) return;
  for (auto& [ref, row] :
       find_or_make_parties(engine, store::PartyKind::Merchant, unknown, terms)) {
    engine.merchants.emplace(ref, row);
  }
}

base::PartyId find_channel(const Engine::Impl& engine, const std::string& name) {
  const Channel* channel = engine.catalog->find_channel(name);
  if (!channel) return {};
  const auto found = engine.channels.find(channel->name);
  return found == engine.channels.end() ? base::PartyId{} : found->second;
}

std::unordered_map<std::string, store::CommandRow> find_commands(
    Engine::Impl& engine, store::CommandKind kind, const std::set<std::string>& refs) {
  std::unordered_map<std::string, store::CommandRow> found;
  for (store::CommandRow& row :
       store::load_commands(engine.session, kind, store::kOperatorScope, sorted_set(refs))) {
    if (row.outcome == 0) found.emplace(row.key, row);
  }
  return found;
}

std::vector<std::int64_t> subjects(
    const std::unordered_map<std::string, store::CommandRow>& commands) {
  std::vector<std::int64_t> ids;
  for (const auto& [key, row] : commands) ids.push_back(row.subject);
  return ids;
}

}  // namespace engine
