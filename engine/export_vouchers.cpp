// Accounting vouchers in the shape of GB/T 24589.1: the general ledger (总账) with chart, balances
// a period and vouchers, and the base data (公共档案) beside it. docs/exports.md says what of the
// standard is not verified.
#include <fmt/format.h>

#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "engine/book.h"
#include "engine/exports.h"
#include "engine/xml_text.h"
#include "ledger/journal.h"
#include "sql/store/period_store.h"

namespace engine {
namespace {

constexpr std::string_view kVoucherType = "记";
constexpr std::string_view kSoftware = "fenqi";
constexpr std::string_view kHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

struct Period {
  int year;
  unsigned month;
  base::Day first;  ///< cut to the dates asked for
  base::Day last;
};

std::vector<Period> periods_of(DateRange dates) {
  std::vector<Period> periods;
  for (base::Day first = dates.first; first <= dates.last;) {
    const auto day = base::ymd(first);
    const base::Day last = std::min(base::end_of_month(first), dates.last);
    periods.push_back({int(day.year()), unsigned(day.month()), first, last});
    first = base::plus_days(last, 1);
  }
  return periods;
}

std::string compact(base::Day day) {
  const auto d = base::ymd(day);
  return fmt::format("{:04}{:02}{:02}", int(d.year()), unsigned(d.month()), unsigned(d.day()));
}

std::string_view type_of(ledger::Code code) {
  if (ledger::is_memo(code)) return "表外";
  switch (static_cast<std::int32_t>(code) / 1000) {
    case 1:
      return "资产";
    case 2:
      return "负债";
    case 3:
      return "共同";
    case 4:
      return "所有者权益";
    default:
      return "损益";
  }
}

std::string_view side_name(ledger::Side side) { return side == ledger::Side::Debit ? "借" : "贷"; }

/// The side a balance is on; one of 0 is on the account's own.
std::string_view side_of(std::int64_t balance, const ShownAccount& account) {
  if (balance > 0) return "借";
  if (balance < 0) return "贷";
  return side_name(ledger::entry(account.code_of_class).side);
}

/// The three forms of an amount: 原币, and 本币 where the book's currency is the account's.
class Amounts {
 public:
  Amounts(std::string& out, base::Currency currency, base::Currency of_book)
      : out_(out), currency_(currency), of_book_(of_book) {}

  void append(std::string_view what, std::string_view kind, std::int64_t minor) {
    const std::string text = base::to_decimal(minor, currency_.exponent());
    append_xml_element(out_, fmt::format("{}原币{}", what, kind), text);
    if (currency_ == of_book_) append_xml_element(out_, fmt::format("{}本币{}", what, kind), text);
  }

 private:
  std::string& out_;
  base::Currency currency_;
  base::Currency of_book_;
};

void append_account_items(std::string& out, const ShownAccount& account) {
  if (!account.owner.empty()) append_xml_element(out, "辅助项1编号", account.owner);
  if (!account.tag.empty()) append_xml_element(out, "辅助项2编号", account.tag);
}

class LedgerXml : public Export {
 public:
  LedgerXml(store::Session& session, DateRange dates, const AccountMap& map, base::Currency of_book)
      : transaction_(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        session_(session),
        of_book_(of_book),
        map_(map),
        periods_(periods_of(dates)),
        journals_(session, dates.first,
                  Reading{.as_of = dates.last, .known_at = {}, .sealed_through = dates.last}) {
    for (const store::AccountName& account : store::list_accounts(session)) {
      accounts_.emplace(account.id, map.show(account));
    }
    moved_ = map.show(store::list_balances(session, dates.last));
  }

  bool next(std::string& out) override {
    if (!begun_) {
      begun_ = true;
      append_head(out);
      return true;
    }
    if (at_period_ < periods_.size()) {
      append_balances(out, periods_[at_period_++]);
      return true;
    }
    if (is_ended_) return false;
    const auto journals = journals_.next();
    for (const store::ReportedJournal& journal : journals) append_voucher(out, journal);
    if (journals.empty()) {
      out += "</总账>\n";
      is_ended_ = true;
    }
    return true;
  }

 private:
  void append_head(std::string& out) const;
  void append_balances(std::string& out, const Period& period) const;
  void append_voucher(std::string& out, const store::ReportedJournal& journal) const;
  void append_line(std::string& out, const store::ReportedJournal& journal, std::int64_t number,
                   std::int64_t account, std::int64_t debit, std::int64_t credit) const;

  store::Transaction transaction_;
  store::Session& session_;
  base::Currency of_book_;
  AccountMap map_;
  std::vector<Period> periods_;
  std::unordered_map<std::int64_t, ShownAccount> accounts_;
  std::vector<ShownBalance> moved_;
  store::JournalCursor journals_;
  std::size_t at_period_ = 0;
  bool begun_ = false;
  bool is_ended_ = false;
};

void LedgerXml::append_head(std::string& out) const {
  (out += kHead) += "<总账>\n<总账基础信息>";
  append_xml_element(out, "结构分隔符", "-");
  append_xml_element(out, "会计科目编号规则", map_.is_empty() ? "4" : "");
  for (const char* empty :
       {"现金流量项目编码规则", "凭证头可扩展字段结构", "凭证头可扩展结构对应档案",
        "分录行可扩展字段结构", "分录行可扩展字段对应档案"}) {
    append_xml_element(out, empty, "");
  }
  out += "</总账基础信息>\n";

  std::map<std::string, const ShownAccount*> chart;
  std::set<std::tuple<std::string, std::string_view, std::string_view>> items;
  for (const auto& [account, minor] : moved_) {
    chart.emplace(account.number, &account);
    if (!account.owner.empty()) items.emplace(account.number, "辅助项1", "往来单位");
    if (!account.tag.empty()) items.emplace(account.number, "辅助项2", "明细");
  }
  for (const auto& [number, account] : chart) {
    out += "<会计科目>";
    append_xml_element(out, "科目编号", number);
    append_xml_element(out, "科目名称", account->name_zh);
    append_xml_element(out, "科目级次", "1");
    append_xml_element(out, "科目类型", type_of(account->code_of_class));
    append_xml_element(out, "余额方向", side_name(ledger::entry(account->code_of_class).side));
    out += "</会计科目>\n";
  }
  for (const auto& [number, item, name] : items) {
    out += "<科目辅助核算>";
    append_xml_element(out, "科目编号", number);
    append_xml_element(out, "辅助项编号", item);
    append_xml_element(out, "辅助项名称", name);
    append_xml_element(out, "对应档案", "科目余额及发生额");
    append_xml_element(out, "辅助项描述", name);
    out += "</科目辅助核算>\n";
  }
}

void LedgerXml::append_balances(std::string& out, const Period& period) const {
  struct Sums {
    std::int64_t opening = 0;
    std::int64_t debit = 0;
    std::int64_t credit = 0;
  };
  // By what is printed: several accounts of ours may be one of the user's.
  std::map<std::tuple<std::string, std::string, std::string, base::Currency>,
           std::pair<ShownAccount, Sums>>
      rows;
  for (const auto& moved : store::list_movements(session_, period.first, period.last)) {
    ShownAccount shown = map_.show(moved.account);
    std::tuple key{shown.number, shown.owner, shown.tag, shown.currency};
    auto& [account, sums] = rows[std::move(key)];
    account = std::move(shown);
    sums.opening += moved.opening;
    sums.debit += moved.debit;
    sums.credit += moved.credit;
  }
  for (const auto& [key, row] : rows) {
    const auto& [account, sums] = row;
    const std::int64_t closing = sums.opening + sums.debit - sums.credit;
    out += "<科目余额及发生额>";
    append_xml_element(out, "科目编号", account.number);
    append_account_items(out, account);
    append_xml_element(out, "期初余额方向", side_of(sums.opening, account));
    append_xml_element(out, "期末余额方向", side_of(closing, account));
    append_xml_element(out, "币种编码", account.currency.code());
    append_xml_element(out, "会计年度", std::to_string(period.year));
    append_xml_element(out, "会计期间号", std::to_string(period.month));
    Amounts amounts(out, account.currency, of_book_);
    amounts.append("期初", "余额", std::abs(sums.opening));
    amounts.append("借方", "金额", sums.debit);
    amounts.append("贷方", "金额", sums.credit);
    amounts.append("期末", "余额", std::abs(closing));
    out += "</科目余额及发生额>\n";
  }
}

void LedgerXml::append_voucher(std::string& out, const store::ReportedJournal& journal) const {
  for (std::size_t i = 0; i < journal.amount_minor.size(); ++i) {
    const auto number = static_cast<std::int64_t>(2 * i);
    const std::int64_t minor = journal.amount_minor[i];
    append_line(out, journal, number + 1, journal.debit_account[i], minor, 0);
    append_line(out, journal, number + 2, journal.credit_account[i], 0, minor);
  }
}

void LedgerXml::append_line(std::string& out, const store::ReportedJournal& journal,
                            std::int64_t number, std::int64_t account_id, std::int64_t debit,
                            std::int64_t credit) const {
  const ShownAccount& account = accounts_.at(account_id);
  const auto day = base::ymd(journal.business_date);
  std::string summary(ledger::name(journal.rule));
  for (const std::string* part : {&journal.party, &journal.purchase_ref, &journal.source_ref}) {
    if (!part->empty()) (summary += ' ') += *part;
  }
  out += "<记账凭证>";
  append_xml_element(out, "记账凭证日期", compact(journal.business_date));
  append_xml_element(out, "会计年度", std::to_string(int(day.year())));
  append_xml_element(out, "会计期间号", std::to_string(unsigned(day.month())));
  append_xml_element(out, "记账凭证类型编号", kVoucherType);
  append_xml_element(
      out, "记账凭证编号",
      fmt::format("{}-{}", compact(journal.business_date), journal.number.value_or(0)));
  append_xml_element(out, "记账凭证行号", std::to_string(number));
  append_xml_element(out, "记账凭证摘要", summary);
  append_xml_element(out, "科目编号", account.number);
  append_account_items(out, account);
  append_xml_element(out, "币种编码", journal.currency.code());
  Amounts amounts(out, journal.currency, of_book_);
  amounts.append("借方", "金额", debit);
  amounts.append("贷方", "金额", credit);
  append_xml_element(out, "附件数", "0");
  append_xml_element(out, "制单人", kSoftware);
  append_xml_element(out, "记账人", kSoftware);
  append_xml_element(out, "记账标志", "1");
  append_xml_element(out, "作废标志", "0");
  append_xml_element(out, "凭证来源系统", kSoftware);
  out += "</记账凭证>\n";
}

/// What the general ledger refers to: few rows, written at once.
class BaseDataXml : public Export {
 public:
  explicit BaseDataXml(std::string text) : text_(std::move(text)) {}
  bool next(std::string& out) override {
    if (is_ended_) return false;
    out += text_;
    is_ended_ = true;
    return true;
  }

 private:
  std::string text_;
  bool is_ended_ = false;
};

std::string base_data(store::Session& session, DateRange dates, const Catalog& catalog) {
  std::string out(kHead);
  out += "<公共档案>\n<电子账簿>";
  append_xml_element(out, "电子账簿编号", catalog.name);
  append_xml_element(out, "电子账簿名称", catalog.name);
  for (const char* empty : {"会计核算单位", "组织机构代码", "单位性质", "行业"}) {
    append_xml_element(out, empty, "");
  }
  append_xml_element(out, "开发单位", kSoftware);
  append_xml_element(out, "版本号", "");
  append_xml_element(out, "本位币", catalog.currency.code());
  append_xml_element(out, "会计年度", std::to_string(int(base::ymd(dates.last).year())));
  append_xml_element(out, "标准版本号", "GB/T 24589.1-2010");
  out += "</电子账簿>\n";
  for (const Period& period : periods_of(dates)) {
    out += "<会计期间>";
    append_xml_element(out, "会计年度", std::to_string(period.year));
    append_xml_element(out, "会计期间号", std::to_string(period.month));
    append_xml_element(out, "会计期间起始日期", compact(period.first));
    append_xml_element(out, "会计期间结束日期", compact(period.last));
    out += "</会计期间>\n";
  }
  out += "<记账凭证类型>";
  append_xml_element(out, "记账凭证类型编号", kVoucherType);
  append_xml_element(out, "记账凭证类型名称", "记账凭证");
  append_xml_element(out, "记账凭证类型简称", kVoucherType);
  out += "</记账凭证类型>\n";
  std::set<base::Currency> currencies{catalog.currency};
  for (const auto& [account, minor] : store::list_balances(session, dates.last)) {
    currencies.insert(account.currency);
  }
  for (const base::Currency currency : currencies) {
    out += "<币种>";
    append_xml_element(out, "币种编码", currency.code());
    append_xml_element(out, "币种名称", currency.code());
    out += "</币种>\n";
  }
  return out + "</公共档案>\n";
}

}  // namespace

ExportResult export_vouchers(store::Session& session, VoucherPart part,
                             std::optional<base::Day> from, std::optional<base::Day> to,
                             const AccountMap& accounts) {
  const auto last = closed_date(session, to);
  if (!last) return std::unexpected(last.error());
  const auto first = closed_date(session, from ? *from : store::find_book_dates(session)->opens_on);
  if (!first) return std::unexpected(first.error());
  const auto dates = in_order(*first, *last);
  if (!dates) return std::unexpected(dates.error());
  const auto catalog = load_catalog(session);
  if (part == VoucherPart::BaseData) {
    return std::make_unique<BaseDataXml>(base_data(session, *dates, *catalog));
  }
  return std::make_unique<LedgerXml>(session, *dates, accounts, catalog->currency);
}

}  // namespace engine
