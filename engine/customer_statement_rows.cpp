// The rows of a customer's statement, and their words.
#include <fmt/format.h>

#include <array>

#include "engine/customer_statement.h"

namespace engine {
namespace {

struct Words {
  std::string_view code, english, chinese;
};
constexpr std::array<Words, 17> kWords = {{
    {"opening", "Opening balance", "上期余额"},
    {"repayment", "Repayment", "还款"},
    {"chargeback", "Repayment taken back", "还款退回"},
    {"purchase", "Purchase in installments", "分期消费"},
    {"installment", "Installment billed", "本期应还本金"},
    {"fee", "Fee billed", "本期分期服务费"},
    {"moved", "Billed early or moved", "提前入账或调整"},
    {"penalty", "Late fee", "违约金"},
    {"refund", "Refund", "退款"},
    {"waiver", "Waiver", "费用减免"},
    {"goodwill", "Goodwill credit", "返还"},
    {"credit_paid_out", "Credit balance paid out", "溢缴款退还"},
    {"charge_off", "Charged off", "核销"},
    {"closing", "Closing balance", "本期余额"},
    {"overdue", "Overdue of it", "其中逾期金额"},
    {"minimum_due", "Minimum due", "最低还款额"},
    {"due_date", "Due date", "到期还款日"},
}};

class CustomerStatementRows : public TableSource {
 public:
  CustomerStatementRows(CustomerStatementRequest request, std::vector<CustomerSection> sections,
                        Language language, bool for_people)
      : request_(std::move(request)),
        sections_(std::move(sections)),
        language_(language),
        for_people_(for_people) {}

  bool append_rows(TableWriter& out) override {
    for (const CustomerSection& section : sections_) {
      std::int64_t balance = section.opening;
      append(out, section, {.entry = StatementEntry::Opening, .date = request_.from}, balance);
      for (const CustomerLine& line : section.lines) {
        balance += line.amount.value_or(0);
        append(out, section, line, balance);
      }
      out.rule();
      append(out, section, {.entry = StatementEntry::Closing, .date = request_.to}, balance);
      if (section.overdue != 0) {
        append(out, section, {.entry = StatementEntry::Overdue, .amount = section.overdue}, {});
      }
      append(out, section,
             {.entry = StatementEntry::MinimumDue,
              .amount = std::max<std::int64_t>(section.closing, 0)},
             {});
      if (section.due_date && section.closing > 0) {
        append(out, section, {.entry = StatementEntry::DueDate, .date = section.due_date}, {});
      }
      out.rule();
    }
    return false;
  }

 private:
  void append(TableWriter& out, const CustomerSection& section, const CustomerLine& line,
              std::optional<std::int64_t> balance) const {
    Row row(out);
    if (for_people_) {
      row.text(label(line.entry, language_));
      append_day(row, line.date);
    } else {
      row.text(request_.customer).text(section.currency.code()).text(code(line.entry));
      row.text(label(line.entry, language_));
      append_day(row, line.date);
    }
    row.text(line.purchase).text(line.ref);
    append_number(row, line.installment);
    append_number(row, line.installments);
    append_amount(row, line.financed, section.currency);
    line.annual_rate ? row.share(*line.annual_rate, 100'00) : row.absent();
    append_amount(row, line.amount, section.currency);
    append_amount(row, balance, section.currency);
    if (for_people_) row.text(section.currency.code());
  }

  static void append_day(Row& row, std::optional<base::Day> day) {
    day ? row.day(*day) : row.absent();
  }
  static void append_number(Row& row, int number) {
    number != 0 ? row.number(number) : row.absent();
  }
  static void append_amount(Row& row, std::optional<std::int64_t> minor, base::Currency currency) {
    minor ? row.amount(*minor, currency) : row.absent();
  }

  CustomerStatementRequest request_;
  std::vector<CustomerSection> sections_;
  Language language_;
  bool for_people_;
};

std::vector<TableColumn> columns_for_people(Language language) {
  if (language == Language::Chinese) {
    return {{"项目", 16}, {"日期", 12}, {"订单", 16},     {"参考号", 16},
            {"期次", 6},  {"期数", 6},  {"分期金额", 14}, {"年化费率%", 10},
            {"金额", 14}, {"余额", 14}, {"币种", 6}};
  }
  return {{"", 24},           {"date", 12},    {"purchase", 16}, {"reference", 16},
          {"installment", 6}, {"of", 4},       {"financed", 14}, {"annual cost %", 10},
          {"amount", 14},     {"balance", 14}, {"currency", 9}};
}

std::vector<TableColumn> columns() {
  return {{"customer", 16}, {"currency", 9},        {"line", 16},
          {"label", 24},    {"date", 12},           {"purchase", 16},
          {"ref", 16},      {"installment", 11},    {"installments", 12},
          {"financed", 18}, {"annual_percent", 14}, {"amount", 18},
          {"balance", 18}};
}

}  // namespace

std::string_view code(StatementEntry entry) { return kWords[static_cast<std::size_t>(entry)].code; }

std::string_view label(StatementEntry entry, Language language) {
  const Words& words = kWords[static_cast<std::size_t>(entry)];
  return language == Language::Chinese ? words.chinese : words.english;
}

ReportAnswer report_customer_statement(store::Session& session,
                                       const CustomerStatementRequest& request, Language language,
                                       bool for_people) {
  auto sections = customer_statement(session, request);
  if (!sections) return std::unexpected(sections.error());
  return Report{{.name = "statement",
                 .columns = for_people ? columns_for_people(language) : columns(),
                 .created = request.to},
                [request, sections = std::move(*sections), language, for_people](store::Session&) {
                  return std::make_unique<CustomerStatementRows>(request, sections, language,
                                                                 for_people);
                }};
}

}  // namespace engine
