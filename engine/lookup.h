// Finding whose an item is: parties and earlier commands, in sets.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/batch.h"
#include "sql/store/command_store.h"
#include "sql/store/party_store.h"

namespace engine {

/// The parties of these references by reference; missing ones are made where `terms` names what
/// they get.
std::unordered_map<std::string, store::PartyRow> find_or_make_parties(
    Engine::Impl& engine, store::PartyKind kind, const std::set<std::string>& refs,
    const std::string& terms);

/// Finds merchants; known ones come from memory.
void know_merchants(Engine::Impl& engine, const std::set<std::string>& refs,
                    const std::string& terms);

/// The channel of that name, "" for the catalog's first; {} if there is none.
base::PartyId find_channel(const Engine::Impl& engine, const std::string& name);

/// The commands of these keys that were posted: whose they are and what they made.
std::unordered_map<std::string, store::CommandRow> find_commands(Engine::Impl& engine,
                                                                 store::CommandKind kind,
                                                                 const std::set<std::string>& refs);

std::vector<std::int64_t> subjects(
    const std::unordered_map<std::string, store::CommandRow>& commands);

}  // namespace engine
