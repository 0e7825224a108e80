#include "cli/proof_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace cli {
namespace {

using nlohmann::ordered_json;

/// Any fault of a field; parse_proof alone catches it.
struct BadField {};

ordered_json text_or_null(const std::optional<std::string>& text) {
  return text ? ordered_json(*text) : ordered_json(nullptr);
}

ordered_json account_json(const ledger::ContentAccount& account) {
  return {{"account", account.code}, {"owner", text_or_null(account.owner)}, {"tag", account.tag}};
}

/// What the content says, for people; the content itself is what is proved.
ordered_json journal_json(const ledger::JournalContent& journal, std::uint64_t leaf_index) {
  ordered_json json;
  json["business_date"] = base::to_string(journal.business_date);
  json["voucher"] = leaf_index + 1;
  json["rule"] = journal.rule;
  json["party_kind"] = ledger::party_kind_name(journal.party_kind);
  json["party"] = journal.party;
  json["source_ref"] = text_or_null(journal.source_ref);
  json["purchase_ref"] = text_or_null(journal.purchase_ref);
  json["currency"] = journal.currency.code();
  json["value_date"] = base::to_string(journal.value_date);
  json["reverses"] = journal.reversed ? ordered_json(base::to_hex(*journal.reversed)) : nullptr;
  json["transfers"] = ordered_json::array();
  for (const ledger::ContentTransfer& transfer : journal.transfers) {
    json["transfers"].push_back(
        {{"debit", account_json(transfer.debit)},
         {"credit", account_json(transfer.credit)},
         {"amount", base::to_decimal(transfer.amount.minor(), journal.currency.exponent())}});
  }
  return json;
}

ordered_json seal_json(const ledger::SignedSeal& sealed) {
  return {{"format", sealed.seal.format},
          {"book", sealed.seal.book},
          {"business_date", base::to_string(sealed.seal.business_date)},
          {"tree_size", sealed.seal.journal_count},
          {"root", base::to_hex(sealed.seal.content_hash)},
          {"previous", base::to_hex(sealed.seal.previous_hash)},
          {"hash", base::to_hex(sealed.hash)}};
}

template <class Bytes>
Bytes bytes_at(const ordered_json& json) {
  const auto bytes = base::parse_hex(json.get<std::string>());
  Bytes result;
  if (!bytes || bytes->size() != result.size()) throw BadField{};
  std::ranges::copy(*bytes, result.begin());
  return result;
}

ledger::SignedSeal read_seal(const ordered_json& json) {
  const ordered_json& seal = json.at("seal");
  const auto day = base::parse_day(seal.at("business_date").get<std::string>());
  if (!day) throw BadField{};
  return {.seal = {.format = seal.at("format").get<std::string>(),
                   .book = seal.at("book").get<std::string>(),
                   .business_date = *day,
                   .journal_count = seal.at("tree_size").get<std::uint64_t>(),
                   .content_hash = bytes_at<base::Hash>(seal.at("root")),
                   .previous_hash = bytes_at<base::Hash>(seal.at("previous"))},
          .hash = bytes_at<base::Hash>(seal.at("hash")),
          .signature =
              ledger::SealSignature{.key = bytes_at<base::Hash>(json.at("key")),
                                    .signature = bytes_at<base::Signature>(json.at("signature"))}};
}

ledger::Proof read_proof(const ordered_json& json) {
  const auto content = base::parse_hex(json.at("content").get<std::string>());
  if (!content) throw BadField{};
  ledger::Proof proof{.content = *content,
                      .leaf_index = json.at("leaf_index").get<std::uint64_t>(),
                      .path = {},
                      .seal = read_seal(json)};
  for (const ordered_json& hash : json.at("audit_path")) {
    proof.path.push_back(bytes_at<base::Hash>(hash));
  }
  return proof;
}

}  // namespace

std::optional<std::string> proof_text(const ledger::Proof& proof) {
  const auto journal = ledger::parse_journal_content(proof.content);
  if (!journal || !proof.seal.signature) return std::nullopt;
  ordered_json json;
  json["format"] = kProofFormat;
  json["journal"] = journal_json(*journal, proof.leaf_index);
  json["content"] = base::to_hex(
      {reinterpret_cast<const unsigned char*>(proof.content.data()), proof.content.size()});
  json["leaf_index"] = proof.leaf_index;
  json["audit_path"] = ordered_json::array();
  for (const base::Hash& hash : proof.path) json["audit_path"].push_back(base::to_hex(hash));
  json["seal"] = seal_json(proof.seal);
  json["key"] = base::to_hex(proof.seal.signature->key);
  json["signature"] = base::to_hex(proof.seal.signature->signature);
  return json.dump(2) + "\n";
}

std::string_view code(ProofFileRefusal refusal) {
  switch (refusal) {
    case ProofFileRefusal::Unreadable:
      return "PROOF_UNREADABLE";
    case ProofFileRefusal::NotCanonical:
      return "PROOF_NOT_CANONICAL";
  }
  std::unreachable();
}

std::string_view sentence(ProofFileRefusal refusal) {
  switch (refusal) {
    case ProofFileRefusal::Unreadable:
      return "it is not a proof file";
    case ProofFileRefusal::NotCanonical:
      return "it is not byte for byte as its proof is written: the layout, or what it says about "
             "the "
             "journal for people, was changed";
  }
  std::unreachable();
}

base::Result<ledger::Proof, ProofFileRefusal> parse_proof(std::string_view text) {
  using Refused = base::Refused<ProofFileRefusal>;
  if (text.size() > kProofBytesMax) return Refused(ProofFileRefusal::Unreadable);
  try {
    ledger::Proof proof = read_proof(ordered_json::parse(text));
    const auto canonical = proof_text(proof);
    if (!canonical) return Refused(ProofFileRefusal::Unreadable);
    if (*canonical != text) return Refused(ProofFileRefusal::NotCanonical);
    return proof;
  } catch (const nlohmann::json::exception&) {
    return Refused(ProofFileRefusal::Unreadable);
  } catch (const BadField&) {
    return Refused(ProofFileRefusal::Unreadable);
  }
}

}  // namespace cli
