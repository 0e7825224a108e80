// ISO 20022 camt.053, bank-to-customer statement, versions 02 to 12: read as a stream of elements.
// A notification (camt.054) or report (camt.052) has no balances to check by and is refused.
#include <expat.h>
#include <fmt/format.h>

#include <array>
#include <memory>

#include "engine/bills/statement_check.h"
#include "engine/input/csv.h"

namespace bills {
namespace {

constexpr std::string_view kStatement = "/Document/BkToCstmrStmt/Stmt";
constexpr std::size_t kTextBytesMax = 64 * 1024;
constexpr int kDepthMax = 100;

class CamtReader {
 public:
  explicit CamtReader(Parse& parse) : parse_(parse), check_(parse) {}

  void read() {
    parser_.reset(XML_ParserCreate(nullptr));
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(
        parser_.get(),
        [](void* self, const char* name, const char** attributes) {
          static_cast<CamtReader*>(self)->start(name, attributes);
        },
        [](void* self, const char*) { static_cast<CamtReader*>(self)->end(); });
    XML_SetCharacterDataHandler(parser_.get(), [](void* self, const char* text, int size) {
      static_cast<CamtReader*>(self)->add_text({text, static_cast<std::size_t>(size)});
    });
    XML_SetStartDoctypeDeclHandler(
        parser_.get(), [](void* self, const char*, const char*, const char*, int) {
          static_cast<CamtReader*>(self)->stop("XML_DOCTYPE", "a statement has no DOCTYPE");
        });
    feed();
    if (!is_stopped_ && statements_ == 0) {
      parse_.finding("STATEMENT_MISSING", line(), "Stmt", "", "the file holds no statement");
    }
  }

 private:
  void feed() {
    std::array<char, 64 * 1024> piece = {};
    while (!is_stopped_) {
      const std::size_t got = parse_.text.read(piece);
      if (XML_Parse(parser_.get(), piece.data(), static_cast<int>(got), got == 0) ==
              XML_STATUS_ERROR &&
          !is_stopped_) {
        stop("XML_INVALID", XML_ErrorString(XML_GetErrorCode(parser_.get())));
      }
      if (got == 0) break;
    }
  }

  std::int64_t line() const {
    return static_cast<std::int64_t>(XML_GetCurrentLineNumber(parser_.get()));
  }

  void stop(std::string_view code, std::string_view detail) {
    parse_.finding(code, line(), path_.substr(path_.rfind('/') + 1), "", detail);
    is_stopped_ = true;
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  void start(std::string_view name, const char** attributes) {
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
      name.remove_prefix(colon + 1);
    }
    if (++depth_ > kDepthMax) return stop("XML_INVALID", "elements nest too deep");
    path_ += '/';
    path_ += name;
    text_.clear();
    if (depth_ == 2 && name != "BkToCstmrStmt") {
      return stop("NOT_A_STATEMENT",
                  fmt::format("{} is no bank-to-customer statement (camt.053)", name));
    }
    if (name == "Amt") {
      amount_currency_.clear();
      for (; *attributes != nullptr; attributes += 2) {
        if (std::string_view(attributes[0]) == "Ccy") amount_currency_ = attributes[1];
      }
    }
    if (!path_.starts_with(kStatement)) return;
    if (path_.size() == kStatement.size()) {
      ++statements_;
      check_.begin();
      account_.clear();
      id_.clear();
      declared_.clear();
    } else if (within() == "/Bal") {
      balance_ = {};
      balance_type_.clear();
      is_debit_ = false;
    } else if (within() == "/Ntry") {
      entry_ = {};
      entry_.line = line();
      entry_.statement = statements_;
      entry_sign_ = 0;
      status_.clear();
      details_ = 0;
      batch_.clear();
    } else if (within() == "/Ntry/NtryDtls/TxDtls") {
      ++details_;
    }
  }

  void end() {
    if (path_.starts_with(kStatement)) take(within());
    path_.resize(path_.rfind('/'));
    --depth_;
    text_.clear();
  }

  void add_text(std::string_view piece) {
    if (text_.size() + piece.size() <= kTextBytesMax) text_ += piece;
  }

  /// The path below Stmt.
  std::string_view within() const { return std::string_view(path_).substr(kStatement.size()); }

  void take(std::string_view at) {
    const std::string_view text = trim_all(text_);
    if (at.empty()) {
      end_statement();
    } else if (at.starts_with("/Ntry")) {
      take_entry(at.substr(5), text);
    } else if (at.starts_with("/Bal")) {
      take_balance(at.substr(4), text);
    } else if (at.starts_with("/TxsSummry/")) {
      if (!text.empty()) declared_[std::string(at.substr(11))] = text;
    } else if (at == "/Id") {
      id_ = text;
    } else if (at == "/Acct/Id/IBAN" || at == "/Acct/Id/Othr/Id") {
      account_ = text;
    }
  }

  void take_balance(std::string_view at, std::string_view text) {
    if (at == "/Tp/CdOrPrtry/Cd") {
      balance_type_ = text;
    } else if (at == "/Amt") {
      balance_.line = line();
      balance_.amount = amount("Bal/Amt", text, balance_.currency);
    } else if (at == "/CdtDbtInd") {
      is_debit_ = text == "DBIT";
    } else if (at == "/Dt/Dt" || at == "/Dt/DtTm") {
      balance_.day = day("Bal/Dt", text);
    } else if (at.empty()) {
      if (is_debit_) balance_.amount = -balance_.amount;
      // PRCD, the closing balance before, stands in for an opening one that is not there; of pages
      // the first opening and the last closing balance count.
      const bool is_opening =
          balance_type_ == "OPBD" || (balance_type_ == "PRCD" && !check_.opening);
      if (is_opening && (!check_.opening || is_from_prcd_)) {
        check_.opening = balance_;
        is_from_prcd_ = balance_type_ == "PRCD";
      }
      if (balance_type_ == "CLBD") check_.closing = balance_;
    }
  }

  void take_entry(std::string_view at, std::string_view text) {
    if (at == "/Amt") {
      entry_.amount = amount("Ntry/Amt", text, entry_.currency);
    } else if (at == "/CdtDbtInd") {
      entry_sign_ = text == "CRDT" ? 1 : text == "DBIT" ? -1 : 0;
    } else if (at == "/Sts" || at == "/Sts/Cd") {
      if (!text.empty()) status_ = text;
    } else if (at == "/BookgDt/Dt" || at == "/BookgDt/DtTm") {
      entry_.booked_on = day("BookgDt", text).value_or(base::Day());
    } else if (at == "/ValDt/Dt" || at == "/ValDt/DtTm") {
      entry_.value_on = day("ValDt", text).value_or(base::Day());
    } else if (at == "/AcctSvcrRef") {
      entry_.bank_ref = text;
    } else if (at == "/NtryRef" && entry_.bank_ref.empty()) {
      entry_.bank_ref = text;
    } else if (at == "/NtryDtls/Btch/PmtInfId" || at == "/NtryDtls/Btch/MsgId") {
      if (batch_.empty()) batch_ = text;
    } else if (at == "/NtryDtls/TxDtls/Refs/EndToEndId") {
      if (entry_.our_ref.empty() && text != "NOTPROVIDED") entry_.our_ref = text;
    } else if (at == "/NtryDtls/TxDtls/RmtInf/Ustrd" || at == "/AddtlNtryInf") {
      if (entry_.remark.empty()) entry_.remark = text;
    } else if (at.starts_with("/NtryDtls/TxDtls/RltdPties/") && at.ends_with("/Nm")) {
      take_name(at.substr(27), text);
    } else if (at.empty()) {
      end_entry();
    }
  }

  /// Of a credit who paid, of a debit who was paid.
  void take_name(std::string_view at, std::string_view text) {
    const std::string_view other = entry_sign_ > 0 ? "Dbtr/" : "Cdtr/";
    if (at == std::string(other) + "Nm" || at == std::string(other) + "Pty/Nm") {
      if (entry_.counterparty.empty()) entry_.counterparty = text;
    }
  }

  void end_entry() {
    if (!status_.empty() && status_ != "BOOK") return;  // pending, or for information: not booked
    if (entry_sign_ == 0) {
      parse_.finding("DIRECTION_UNKNOWN", entry_.line, "CdtDbtInd", "", "one of CRDT and DBIT");
      return;
    }
    if (entry_.booked_on == base::Day()) entry_.booked_on = entry_.value_on;
    if (entry_.value_on == base::Day()) entry_.value_on = entry_.booked_on;
    if (entry_.booked_on == base::Day()) {
      parse_.finding("TIME_INVALID", entry_.line, "BookgDt", "", "an entry has a booking date");
      return;
    }
    entry_.account = account_;
    entry_.amount *= entry_sign_;
    if (!batch_.empty() && (details_ != 1 || entry_.our_ref.empty())) entry_.our_ref = batch_;
    check_.add(entry_);
    parse_.sink.bank(entry_);
  }

  void end_statement() {
    const std::int64_t at = line();
    const int decimals = check_.opening ? check_.opening->currency.exponent() : 2;
    const Tally& in = check_.credits();
    const Tally& out = check_.debits();
    const auto check = [&](const char* name, base::int128 counted, int places) {
      const auto found = declared_.find(name);
      if (found != declared_.end()) check_total(parse_, at, name, found->second, counted, places);
    };
    check("TtlNtries/NbOfNtries", in.count + out.count, 0);
    check("TtlNtries/Sum", in.amount - out.amount, decimals);
    check("TtlCdtNtries/NbOfNtries", in.count, 0);
    check("TtlCdtNtries/Sum", in.amount, decimals);
    check("TtlDbtNtries/NbOfNtries", out.count, 0);
    check("TtlDbtNtries/Sum", -out.amount, decimals);
    check_.end(at, account_, id_);
  }

  std::int64_t amount(std::string_view field, std::string_view text, base::Currency& currency) {
    const auto found = base::Currency::find(amount_currency_);
    if (!found) {
      parse_.finding("CURRENCY_UNKNOWN", line(), field, amount_currency_,
                     "a currency of ISO 4217 in Ccy");
      return 0;
    }
    currency = *found;
    const auto value = parse_decimal(text, currency.exponent());
    if (value && *value >= 0) return *value;
    if (value) {
      parse_.finding("AMOUNT_NEGATIVE", line(), field, text, "CdtDbtInd says the direction");
    } else {
      parse_.finding(code(value.error()), line(), field, text, sentence(value.error()));
    }
    return 0;
  }

  std::optional<base::Day> day(std::string_view field, std::string_view text) {
    const auto found = base::parse_day(text.substr(0, 10));
    if (!found) parse_.finding("TIME_INVALID", line(), field, text, "a real date YYYY-MM-DD");
    return found;
  }

  static std::string_view trim_all(std::string_view text) {
    const std::size_t from = text.find_first_not_of(" \t\r\n");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
  }

  Parse& parse_;
  StatementCheck check_;
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_{nullptr, &XML_ParserFree};
  bool is_stopped_ = false;
  int depth_ = 0;
  std::string path_;  // "/Document/BkToCstmrStmt/Stmt/Ntry"
  std::string text_;
  std::string amount_currency_;
  // Of the statement.
  std::int64_t statements_ = 0;
  std::string account_;
  std::string id_;
  std::map<std::string, std::string, std::less<>> declared_;
  StatedAmount balance_;
  std::string balance_type_;
  bool is_debit_ = false;
  bool is_from_prcd_ = false;
  // Of the entry.
  BankLine entry_;
  int entry_sign_ = 0;
  std::string status_;
  std::string batch_;
  int details_ = 0;
};

}  // namespace

void read_camt053(Parse& parse) { CamtReader(parse).read(); }

}  // namespace bills
