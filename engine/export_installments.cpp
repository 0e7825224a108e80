// Installments of all plans as a table; docs/exports.md has the columns.
#include <array>

#include "engine/exports.h"
#include "engine/table_diff.h"
#include "sql/store/plan_reading.h"

namespace engine {
namespace {

constexpr double kAmountWidth = 14;

class InstallmentsTable : public TableSource {
 public:
  InstallmentsTable(store::Session& session, const Reading& reading)
      : as_of_(reading.as_of), plans_(session, reading) {}

  bool append_rows(TableWriter& rows) override {
    const auto plans = plans_.next();
    for (const store::ReportedPlan& plan : plans) {
      for (std::size_t i = 0; i < plan.due.size(); ++i) append_installment(rows, plan, i);
    }
    return !plans.empty();
  }

 private:
  void append_installment(TableWriter& rows, const store::ReportedPlan& plan, std::size_t i) const {
    const std::int64_t unpaid = plan.principal[i] + plan.fee[i] + plan.interest[i] -
                                plan.paid_principal[i] - plan.paid_fee[i] - plan.paid_interest[i];
    for (const auto* field : {&plan.purchase_ref, &plan.customer, &plan.merchant, &plan.product}) {
      rows.text(*field);
    }
    rows.text(name(plan.status));
    rows.number(static_cast<std::int64_t>(i) + 1);
    rows.day(plan.due[i]);
    rows.text(unpaid <= 0 ? "paid" : plan.due[i] < as_of_ ? "overdue" : "open");
    rows.text(plan.currency.code());
    for (const auto* amounts : {&plan.principal, &plan.fee, &plan.interest, &plan.paid_principal,
                                &plan.paid_fee, &plan.paid_interest}) {
      rows.amount((*amounts)[i], plan.currency);
    }
    rows.amount(unpaid, plan.currency);
    rows.end_row();
  }

  base::Day as_of_;
  store::PlanCursor plans_;
};

std::vector<TableColumn> columns() {
  return {{"purchase_ref", 20},
          {"customer", 16},
          {"merchant", 16},
          {"product", 14},
          {"plan_status", 12},
          {"installment", 11},
          {"due", 12},
          {"status", 10},
          {"currency", 9},
          {"principal", kAmountWidth},
          {"fee", kAmountWidth},
          {"interest", kAmountWidth},
          {"paid_principal", kAmountWidth},
          {"paid_fee", kAmountWidth},
          {"paid_interest", kAmountWidth},
          {"unpaid", kAmountWidth}};
}

}  // namespace

ExportResult export_installments(store::Session& session, const ReadingRequest& request,
                                 TableFormat format) {
  const auto reading = take_reading(session, request);
  if (!reading) return std::unexpected(reading.error());
  return export_table(session, format,
                      {.name = "installments", .columns = columns(), .created = reading->as_of},
                      [&](store::Session& snapshot) {
                        return std::make_unique<InstallmentsTable>(snapshot, *reading);
                      });
}

ExportResult export_installments_diff(store::Session& session, const DiffRequest& request,
                                      TableFormat format) {
  constexpr std::size_t kPurchase = 0, kCustomer = 1, kMerchant = 2, kInstallment = 5;
  const auto pair = take_reading_pair(session, request);
  if (!pair) return std::unexpected(pair.error());
  return export_table(
      session, format,
      diff_head({.name = "installments", .columns = columns(), .created = pair->after.as_of}),
      [&](store::Session& snapshot) {
        return diff_of(std::make_unique<InstallmentsTable>(snapshot, pair->before),
                       std::make_unique<InstallmentsTable>(snapshot, pair->after),
                       {kPurchase, kMerchant, kCustomer, kInstallment});
      });
}

}  // namespace engine
