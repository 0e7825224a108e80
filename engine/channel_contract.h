// What reconciliation judges a channel by: its price, and what the bank calls it. Read when it is
// needed, as nothing that posts depends on it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/rate.h"
#include "sql/store/session.h"

namespace engine {

class Section;

/// [[channel]] contract of the catalog.
struct ChannelContract {
  std::optional<base::Rate> fee = {};  ///< of each transaction, half up; nothing: fees not judged
  std::string payer = {};              ///< part of the counterparty's name in bank statements
};

/// Throws what stops a catalog where it is wrong.
ChannelContract read_contract(Section contract);

/// By the catalog in force; all empty where it says nothing.
ChannelContract find_contract(store::Session& session, std::string_view channel);

}  // namespace engine
