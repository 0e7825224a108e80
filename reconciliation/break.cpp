#include "reconciliation/break.h"

namespace reconciliation {

std::string_view name(BreakType type) {
  switch (type) {
    case BreakType::Timing:
      return "TIMING";
    case BreakType::MissingLedger:
      return "MISSING_LEDGER";
    case BreakType::MissingBill:
      return "MISSING_BILL";
    case BreakType::Duplicate:
      return "DUPLICATE";
    case BreakType::Currency:
      return "CURRENCY";
    case BreakType::Amount:
      return "AMOUNT";
    case BreakType::Status:
      return "STATUS";
    case BreakType::Date:
      return "DATE";
    case BreakType::Fee:
      return "FEE";
    case BreakType::BankShort:
      return "BANK_SHORT";
    case BreakType::BankLong:
      return "BANK_LONG";
    case BreakType::Split:
      return "SPLIT";
  }
  return "";
}

Escalation escalation_of(int age_days) {
  constexpr int kInfoDays = 1;
  constexpr int kOwnerDays = 3;
  constexpr int kTeamLeadDays = 7;
  constexpr int kFinanceDays = 30;
  if (age_days <= kInfoDays) return Escalation::Info;
  if (age_days <= kOwnerDays) return Escalation::Owner;
  if (age_days <= kTeamLeadDays) return Escalation::TeamLead;
  if (age_days <= kFinanceDays) return Escalation::Finance;
  return Escalation::Provision;
}

std::string_view name(Escalation escalation) {
  switch (escalation) {
    case Escalation::Info:
      return "info";
    case Escalation::Owner:
      return "owner";
    case Escalation::TeamLead:
      return "team lead";
    case Escalation::Finance:
      return "finance";
    case Escalation::Provision:
      return "provision 100 %";
  }
  return "";
}

}  // namespace reconciliation
