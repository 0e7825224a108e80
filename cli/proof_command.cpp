// fenqi proof and fenqi check-proof: one journal shown to somebody who trusts nothing but the
// public key.
#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/proof_file.h"
#include "cli/seals_file.h"
#include "engine/evidence_key.h"
#include "engine/proofs.h"
#include "sql/store/database.h"

namespace cli {
namespace {

struct ProofOptions {
  std::string journal;
  std::string out;
};

struct CheckOptions {
  std::string file;
  std::vector<std::string> public_keys;
  std::string seals;
};

struct Voucher {
  base::Day date;
  std::int64_t number;
};

/// "2026-06-18/3": the date and voucher number that exports print.
Voucher parse_voucher(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto day = base::parse_day(text.substr(0, slash));
  const std::string digits = slash == std::string::npos ? "" : text.substr(slash + 1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (!day || error != std::errc() || end != digits.data() + digits.size()) {
    throw CLI::ValidationError(
        "JOURNAL", fmt::format("\"{}\" is no date and voucher number, as in 2026-06-18/3", text));
  }
  return {*day, number};
}

Exit make(const ProofOptions& options) {
  const Voucher voucher = parse_voucher(options.journal);
  store::Session session(store::open_migrated_database());
  const auto proof = engine::make_proof(session, voucher.date, voucher.number);
  if (!proof) {
    std::cerr << fmt::format("fenqi: {} ({})\n", proof.error().sentence,
                             engine::code(proof.error().reason));
    return Exit::Refused;
  }
  Output output(options.out);
  output.write(proof_text(*proof).value());
  output.commit();
  return Exit::Done;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw std::runtime_error("can't read " + path);
  return text.str();
}

/// Each is 64 digits, or a file that holds some.
std::vector<base::PublicKey> parse_public_keys(const std::vector<std::string>& texts) {
  std::vector<base::PublicKey> keys;
  for (const std::string& text : texts) {
    if (const auto key = base::parse_hash(text)) {
      keys.push_back(*key);
      continue;
    }
    const auto of_file = engine::load_public_keys(text);
    if (of_file.empty()) {
      throw CLI::ValidationError(
          "--public-key",
          fmt::format("\"{}\" is neither a public key of 64 hexadecimal digits nor a file of them",
                      text));
    }
    keys.insert(keys.end(), of_file.begin(), of_file.end());
  }
  return keys;
}

std::string account_text(const ledger::ContentAccount& account) {
  std::string text = account.code;
  if (account.owner) text += " " + *account.owner;
  if (!account.tag.empty()) text += " " + account.tag;
  return text;
}

void print(const ledger::JournalContent& journal, const ledger::Proof& proof) {
  const ledger::Seal& seal = proof.seal.seal;
  std::cout << fmt::format("{} of {}, voucher {} of {} in the book {}\n", journal.rule,
                           base::to_string(journal.business_date), proof.leaf_index + 1,
                           seal.journal_count, seal.book);
  std::cout << fmt::format("  {} {}", ledger::party_kind_name(journal.party_kind), journal.party);
  if (journal.purchase_ref) std::cout << ", purchase " << *journal.purchase_ref;
  if (journal.source_ref) std::cout << ", reference " << *journal.source_ref;
  std::cout << fmt::format(", value date {}\n", base::to_string(journal.value_date));
  for (const ledger::ContentTransfer& transfer : journal.transfers) {
    std::cout << fmt::format("  {} {}  debit {}  credit {}\n",
                             base::to_decimal(transfer.amount.minor(), journal.currency.exponent()),
                             journal.currency.code(), account_text(transfer.debit),
                             account_text(transfer.credit));
  }
  std::cout << fmt::format("is in the date sealed with root {}\nsigned with the key {}\n",
                           base::to_hex(seal.content_hash),
                           base::to_hex(proof.seal.signature->key));
}

Exit refuse(std::string_view file, std::string_view sentence, std::string_view code) {
  std::cerr << fmt::format("fenqi: {} proves nothing: {} ({})\n", file, sentence, code);
  return Exit::Refused;
}

Exit check(const CheckOptions& options) {
  const std::vector<base::PublicKey> keys = parse_public_keys(options.public_keys);
  const auto proof = parse_proof(read_file(options.file));
  if (!proof) return refuse(options.file, sentence(proof.error()), code(proof.error()));
  const auto journal = ledger::check_proof(*proof, keys);
  if (!journal) {
    return refuse(options.file, ledger::sentence(journal.error()), ledger::code(journal.error()));
  }
  std::vector<ledger::SignedSeal> seals;
  if (!options.seals.empty()) {
    seals = read_seals(options.seals, keys);
    if (std::ranges::find(seals, proof->seal.hash, &ledger::SignedSeal::hash) == seals.end()) {
      return refuse(options.file, fmt::format("its seal is not among those of {}", options.seals),
                    "PROOF_SEAL_NOT_IN_FILE");
    }
  }
  print(*journal, *proof);
  if (!seals.empty()) {
    std::cout << fmt::format("which is one of {} dates from {} to {}, each chained to the next\n",
                             seals.size(), base::to_string(seals.front().seal.business_date),
                             base::to_string(seals.back().seal.business_date));
  }
  return Exit::Done;
}

void add_make(CLI::App& app, Outcome& outcome) {
  const auto options = std::make_shared<ProofOptions>();
  CLI::App* command =
      app.add_subcommand("proof", "Prove one journal of a closed date to somebody else");
  command
      ->add_option("journal", options->journal,
                   "Date and voucher number as fenqi export lines prints them: 2026-06-18/3")
      ->required();
  command->add_option("--out", options->out, "File to write; standard output if not given");
  command->callback([options, &outcome] { outcome.exit = make(*options); });
}

void add_check(CLI::App& app, Outcome& outcome) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand(
      "check-proof", "Check a proof with the public key alone, without a database");
  command->add_option("file", options->file, "What fenqi proof wrote")->required();
  command
      ->add_option("--public-key", options->public_keys,
                   "64 hexadecimal digits, or a file that holds some, one a line; may be repeated")
      ->required()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--seals", options->seals,
                      "What fenqi export seals wrote: check its chain and that the seal is in it");
  command->footer("Exit code 1: it proves nothing, and why. docs/evidence.md has the form.");
  command->callback([options, &outcome] { outcome.exit = check(*options); });
}

}  // namespace

void add_proofs(CLI::App& app, Outcome& outcome) {
  add_make(app, outcome);
  add_check(app, outcome);
}

}  // namespace cli
