// Vouchers and seals, recomputed from the journals: leaves by the database, roots, chain and
// signatures here, from leaves that come in pieces.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/check.h"
#include "base/merkle.h"
#include "sql/store/seal_store.h"
#include "sql/store/verify_pass.h"

namespace store {
namespace {

/// Leaves recomputed from the journals of [$1, $2], beside the vouchers. The first row says how
/// many were checked, how many are wrong, and the first of these; the others hold the leaves of
/// each date in the order of their numbers, some hundred a row.
std::string leaves_statement() {
  return fmt::format(R"(
    WITH content AS ({}),
    leaf AS MATERIALIZED (
      SELECT c.business_date, c.party_id, c.journal_id,
             row_number() OVER (PARTITION BY c.business_date
                                ORDER BY c.content COLLATE "C", c.party_id, c.journal_id) AS number,
             sha256('\x00'::bytea || convert_to(c.content, 'UTF8')) AS leaf
      FROM content c),
    paired AS (
      SELECT coalesce(l.business_date, v.business_date) AS business_date,
             coalesce(l.party_id, v.party_id) AS party_id,
             coalesce(l.journal_id, v.journal_id) AS journal_id,
             l.leaf AS journal_leaf, v.leaf AS voucher_leaf, v.number, l.number AS rank
      FROM leaf l
        FULL JOIN (SELECT * FROM voucher WHERE business_date BETWEEN $1 AND $2) v
          ON v.business_date = l.business_date AND v.party_id = l.party_id
             AND v.journal_id = l.journal_id),
    wrong AS MATERIALIZED (
      SELECT p.*, p.journal_leaf IS DISTINCT FROM p.voucher_leaf AS content_wrong
      FROM paired p
      WHERE p.journal_leaf IS DISTINCT FROM p.voucher_leaf OR p.number IS DISTINCT FROM p.rank),
    named AS (  -- one journal more or less gives others another rank: they are not to blame
      SELECT w.business_date, w.number, w.party_id, w.journal_id,
             format('%s voucher %s, journal %s of party %s: %s', w.business_date,
                    coalesce(w.number::text, '(none)'), w.journal_id,
                    coalesce((SELECT ref FROM party o WHERE o.party_id = w.party_id), '?'),
                    CASE WHEN w.journal_leaf IS NULL THEN 'the journal is not there'
                         WHEN w.voucher_leaf IS NULL THEN 'the journal has no voucher: it was added '
                                                          'after the date was sealed'
                         WHEN w.content_wrong THEN 'the journal was changed after the date was '
                                                   'sealed'
                         ELSE 'by its content its number is ' || w.rank END) AS name
      FROM wrong w
      WHERE w.content_wrong
         OR NOT EXISTS (SELECT FROM wrong o
                        WHERE o.business_date = w.business_date AND o.content_wrong))
    SELECT NULL::date AS business_date, NULL::bigint AS piece,
           (SELECT count(*) FROM paired) AS checked, (SELECT count(*) FROM named) AS wrong,
           (SELECT name FROM named ORDER BY business_date, number, party_id, journal_id LIMIT 1),
           NULL::bytea AS leaves
    UNION ALL
    SELECT l.business_date, (l.number - 1) / 256, NULL, NULL, NULL,
           string_agg(l.leaf, ''::bytea ORDER BY l.number)
    FROM leaf l GROUP BY 1, 2
    ORDER BY business_date NULLS FIRST, piece)",
                     journal_content_sql("{0}.business_date BETWEEN $1 AND $2 AND "
                                         "{0}.business_date <= (SELECT closed_through FROM book)"));
}

/// The journals of a date as they are now, in the order of their numbers.
class DateContent {
 public:
  void add(std::string_view leaves) {
    for (; !leaves.empty(); leaves.remove_prefix(base::kHashBytes)) {
      tree_.add(base::hash_of_bytes(leaves.substr(0, base::kHashBytes)));
    }
  }
  void add_plain(std::string_view leaves) {
    plain_.add(leaves);
    plain_count_ += leaves.size() / base::kHashBytes;
  }

  std::uint64_t count() const { return tree_.size() + plain_count_; }
  base::Hash merkle_root() const { return tree_.root(); }
  base::Hash plain_hash() const { return plain_.hash(); }

 private:
  base::MerkleTree tree_;
  base::Sha256 plain_;
  std::uint64_t plain_count_ = 0;
};

/// One fact about dates, asked in their order.
class DateFact {
 public:
  DateFact(std::string_view name, std::string_view sentence)
      : finding_{.id = "I15", .name = name, .sentence = sentence} {}

  /// `reason` is what is wrong, or empty.
  void check(base::Day day, const std::string& reason) {
    ++finding_.checked;
    if (reason.empty()) return;
    if (finding_.offenders++ == 0) {
      finding_.first = fmt::format("{}: {}", base::to_string(day), reason);
    }
  }

  const Finding& finding() const { return finding_; }

 private:
  Finding finding_;
};

std::string content_fault(const SignedSeal* seal, const DateContent& content) {
  if (seal == nullptr) return "there is no seal";
  const bool is_plain = seal->seal.format == ledger::kPlainSeal;
  if (!is_plain && seal->seal.format != ledger::kMerkleSeal) {
    return fmt::format("the seal is of the unknown form {}", seal->seal.format);
  }
  const base::Hash now = is_plain ? content.plain_hash() : content.merkle_root();
  if (seal->seal.journal_count == content.count() && seal->seal.content_hash == now) return "";
  return fmt::format("the seal counts {} journals, there are {}{}",
                     static_cast<std::int64_t>(seal->seal.journal_count), content.count(),
                     seal->seal.content_hash == now ? "" : ", and their content differs");
}

std::string chain_fault(const SignedSeal* seal, const SignedSeal* before) {
  constexpr const char* kBroken = "the seal does not follow from the one of the day before";
  if (seal == nullptr || !ledger::follows(*seal, before)) return kBroken;
  const auto bytes = ledger::seal_bytes(seal->seal);
  return bytes && base::sha256(*bytes) == seal->hash ? "" : kBroken;
}

std::string signature_fault(const SignedSeal& seal, std::span<const base::PublicKey> keys) {
  const auto fault = ledger::check_seal(seal, keys);
  if (fault == ledger::SealFault::KeyUnknown) {
    return fmt::format("the seal is signed with the key {}, whose public key is not known here",
                       base::to_hex(seal.signature->key));
  }
  if (fault == ledger::SealFault::NotSigned) return "the seal's signature is missing or too much";
  return fault == ledger::SealFault::SignatureWrong ? "the signature is not one of this seal" : "";
}

const SignedSeal* find(const std::map<base::Day, SignedSeal>& seals, base::Day day) {
  const auto found = seals.find(day);
  return found == seals.end() ? nullptr : &found->second;
}

/// The seals of some dates beside leaves that come in the order of dates and numbers.
class SealCheck {
 public:
  SealCheck(Session& session, const DayRange& range)
      : from_(range.from.value_or(kFirstDay)), to_(range.to.value_or(kLastDay)) {
    const Rows book = query(session, "SELECT opens_on, closed_through FROM book");
    CHECK(!book.empty(), "verifying a database without a book");
    opens_on_ = book.day(0, 0);
    closed_through_ = book.day(0, 1);
    // and the one that the first is chained to
    for (SignedSeal& seal : list_seals(session, base::plus_days(from_, -1), to_)) {
      seals_.emplace(seal.seal.business_date, std::move(seal));
    }
  }

  void add_leaves(base::Day day, std::string_view leaves) {
    if (content_ == nullptr || day != day_) {
      day_ = day;
      content_ = &contents_[day];
      const SignedSeal* seal = find(seals_, day);
      is_plain_ = seal != nullptr && seal->seal.format == ledger::kPlainSeal;
    }
    is_plain_ ? content_->add_plain(leaves) : content_->add(leaves);
  }

  Findings findings(std::span<const base::PublicKey> keys) {
    DateFact content("seal-content", "every closed date has a seal over exactly its vouchers");
    DateFact chain("seal-chain", "every seal is chained to the one of the day before");
    DateFact signature("seal-signature", "every seal of a Merkle tree is signed with a known key");
    for (const base::Day day : dates()) {
      const SignedSeal* seal = find(seals_, day);
      content.check(day, content_fault(seal, contents_[day]));
      chain.check(day, chain_fault(seal, find(seals_, base::plus_days(day, -1))));
      if (seal != nullptr && (seal->seal.format != ledger::kPlainSeal || seal->signature)) {
        signature.check(day, signature_fault(*seal, keys));
      }
    }
    return {content.finding(), chain.finding(), signature.finding()};
  }

 private:
  /// Those that have a seal or ought to have one.
  std::set<base::Day> dates() const {
    std::set<base::Day> dates;
    for (const auto& [day, seal] : seals_) {
      if (day >= from_) dates.insert(day);
    }
    for (base::Day day = std::max(from_, opens_on_); day <= std::min(to_, closed_through_);
         day = base::plus_days(day, 1)) {
      dates.insert(day);
    }
    return dates;
  }

  base::Day from_, to_, opens_on_, closed_through_;
  std::map<base::Day, SignedSeal> seals_;
  std::map<base::Day, DateContent> contents_;
  // of the leaves that came last
  base::Day day_;
  DateContent* content_ = nullptr;
  bool is_plain_ = false;
};

}  // namespace

std::vector<DayRange> seal_passes(Session& session, const DayRange& range) {
  const Rows book = query(session, "SELECT opens_on, closed_through FROM book");
  CHECK(!book.empty(), "verifying a database without a book");
  const base::Day to = std::min(book.day(0, 1), range.to.value_or(kLastDay));
  base::Day from = range.from.value_or(kFirstDay);
  base::Day end = std::min(to, base::end_of_month(std::max(book.day(0, 0), from)));
  std::vector<DayRange> passes{{from, end}};
  while (end < to) {
    from = base::plus_days(end, 1);
    end = std::min(to, base::end_of_month(from));
    passes.push_back({from, end});
  }
  return passes;
}

Finding voucher_finding() {
  return {.id = "I15",
          .name = "vouchers",
          .sentence =
              "every journal of a sealed date has a voucher with the hash of its content and "
              "the number that follows from it, and every voucher a journal"};
}

Findings check_seals(Session& session, const DayRange& range,
                     std::span<const base::PublicKey> keys) {
  SealCheck check(session, range);
  Finding vouchers = voucher_finding();
  const std::string statement = leaves_statement();
  for_each_row(session, statement.c_str(), bounds(range), [&](const Rows& row) {
    if (row.is_null(0, 0)) {
      vouchers.checked = row.int8(0, 2);
      vouchers.offenders = row.int8(0, 3);
      if (!row.is_null(0, 4)) vouchers.first = row.text(0, 4);
      return;
    }
    check.add_leaves(row.day(0, 0), row.text(0, 5));
  });
  Findings findings = check.findings(keys);
  findings.insert(findings.begin(), vouchers);
  return findings;
}

Findings check_voucher_seals(Session& session, const DayRange& range,
                             std::span<const base::PublicKey> keys,
                             const std::function<void(const VoucherRow&)>& take) {
  SealCheck check(session, range);
  VoucherRows rows(session, range);
  for (auto piece = rows.next(); !piece.empty(); piece = rows.next()) {
    for (const VoucherRow& voucher : piece) {
      check.add_leaves(voucher.business_date, base::bytes_of(voucher.leaf));
      take(voucher);
    }
  }
  return check.findings(keys);
}

}  // namespace store
