#include "engine/channel_contract.h"

#include <utility>

#include "engine/toml_section.h"
#include "sql/store/party_store.h"

namespace engine {

ChannelContract read_contract(Section contract) {
  ChannelContract result;
  if (contract.find("fee_percent") != nullptr) {
    result.fee = contract.percent_or_zero("fee_percent", base::RateBasis::Flat);
    if (result.fee->e8 > base::kRateScale) {
      wrong(contract.path("fee_percent"), text_of(contract.require("fee_percent")),
            "is at most 100 %");
    }
  }
  result.payer = contract.text_or("payer", "");
  contract.done();
  return result;
}

ChannelContract find_contract(store::Session& session, std::string_view channel) {
  const auto catalog = store::load_newest_catalog(session);
  if (!catalog) return {};
  auto found = parse_toml(catalog->body, "catalog", [&](Section root) {
    ChannelContract contract;
    for (Section& one : root.sections("channel")) {
      if (one.name("name") != channel) continue;
      if (auto section = one.section_if_any("contract")) {
        contract = read_contract(*std::move(section));
      }
    }
    return contract;
  });
  return found ? *std::move(found) : ChannelContract{};
}

}  // namespace engine
