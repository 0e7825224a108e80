#include "engine/statement_camt.h"

#include <fmt/format.h>

#include "base/check.h"
#include "engine/report_text.h"
#include "engine/xml_text.h"

namespace engine {
namespace {

constexpr std::size_t kAccountMax = 34;    // Max34Text
constexpr std::size_t kReferenceMax = 35;  // Max35Text

/// The first characters of a text, as the schema counts them; a character is never cut.
std::string first(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (begins && characters-- == 0) break;
  }
  return std::string(text.substr(0, at));
}

void append_amount(std::string& out, std::int64_t minor, base::Currency currency) {
  fmt::format_to(std::back_inserter(out), "<Amt Ccy=\"{}\">{}</Amt><CdtDbtInd>{}</CdtDbtInd>",
                 currency.code(), base::to_decimal(minor < 0 ? -minor : minor, currency.exponent()),
                 minor < 0 ? "DBIT" : "CRDT");
}

void append_balance(std::string& out, std::string_view type, std::int64_t minor,
                    base::Currency currency, base::Day on) {
  fmt::format_to(std::back_inserter(out), "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp>", type);
  append_amount(out, minor, currency);
  fmt::format_to(std::back_inserter(out), "<Dt><Dt>{}</Dt></Dt></Bal>\n", base::to_string(on));
}

std::string midnight(base::Day day, const base::Zone& zone) {
  return to_rfc3339(
      zone.to_instant(date::local_time<std::chrono::microseconds>(day.time_since_epoch())), zone);
}

void append_entry(std::string& out, const StatementLine& line, std::int64_t number) {
  const store::ItemRow& item = line.item;
  const auto amount = [&](std::int64_t minor) {
    return base::to_decimal(minor, item.currency.exponent());
  };
  out += "<Ntry>";
  append_xml_element(out, "NtryRef", std::to_string(number));
  append_amount(out, line.net, item.currency);
  fmt::format_to(std::back_inserter(out),
                 "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{}</Dt></BookgDt><ValDt><Dt>{}</Dt></ValDt>",
                 base::to_string(item.business_date), base::to_string(item.available_on));
  if (!line.payout_ref.empty()) append_xml_element(out, "AcctSvcrRef", line.payout_ref);
  fmt::format_to(std::back_inserter(out), "<BkTxCd><Prtry><Cd>{}</Cd></Prtry></BkTxCd>",
                 name(item.type));
  out += "<NtryDtls><TxDtls>";
  const bool fits =
      !item.order_ref.empty() && first(item.order_ref, kReferenceMax) == item.order_ref;
  if (fits) {
    out += "<Refs>";
    append_xml_element(out, "EndToEndId", item.order_ref);
    out += "</Refs>";
  }
  append_amount(out, line.net, item.currency);
  if (!item.order_ref.empty()) {
    out += "<RmtInf>";
    append_xml_element(out, "Ustrd", item.order_ref);
    out += "</RmtInf>";
  }
  append_xml_element(out, "AddtlTxInf",
                     fmt::format("gross {}, fee {}, VAT in it {}, subsidy {}", amount(item.gross),
                                 amount(item.discount), amount(item.vat), amount(item.subsidy)));
  out += "</TxDtls></NtryDtls></Ntry>\n";
}

}  // namespace

StatementCamt::StatementCamt(Statement& statement) : statement_(statement) {
  CHECK(!statement.header().sections.empty(), "a camt.053 without a currency");
}

void StatementCamt::begin(std::string& out) const {
  const StatementHeader& header = statement_.header();
  out +=
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\n"
      "<GrpHdr>";
  append_xml_element(
      out, "MsgId", fmt::format("{}-{}", base::to_string(header.from), base::to_string(header.to)));
  // When the period ended, not when somebody asked: the same question gives the same bytes.
  append_xml_element(out, "CreDtTm", midnight(base::plus_days(header.to, 1), header.zone));
  out += "</GrpHdr>\n";
}

void StatementCamt::begin_section(std::string& out, const StatementSection& section) const {
  const StatementHeader& header = statement_.header();
  const base::Currency currency = section.currency;
  out += "<Stmt>";
  append_xml_element(out, "Id",
                     fmt::format("{}-{}-{}", currency.code(), base::to_string(header.from),
                                 base::to_string(header.to)));
  out += "<FrToDt>";
  append_xml_element(out, "FrDtTm", midnight(header.from, header.zone));
  append_xml_element(out, "ToDtTm", midnight(base::plus_days(header.to, 1), header.zone));
  out += "</FrToDt><Acct><Id><Othr>";
  append_xml_element(out, "Id", first(header.merchant, kAccountMax));
  out += "</Othr></Id>";
  append_xml_element(out, "Ccy", currency.code());
  out += "<Ownr>";
  append_xml_element(out, "Nm", first(header.merchant, 140));
  out += "</Ownr></Acct>\n";
  append_balance(out, "OPBD", section.opening, currency, header.from);
  append_balance(out, "CLBD", section.closing, currency, header.to);
  fmt::format_to(std::back_inserter(out),
                 "<TxsSummry><TtlNtries><NbOfNtries>{}</NbOfNtries><TtlNetNtry>",
                 section.totals.lines);
  const std::int64_t net = section.totals.net;
  fmt::format_to(std::back_inserter(out), "<Amt>{}</Amt><CdtDbtInd>{}</CdtDbtInd>",
                 base::to_decimal(net < 0 ? -net : net, currency.exponent()),
                 net < 0 ? "DBIT" : "CRDT");
  out += "</TtlNetNtry></TtlNtries></TxsSummry>\n";
}

bool StatementCamt::next(std::string& out) {
  if (done_) return false;
  const StatementHeader& header = statement_.header();
  if (!begun_) {
    begun_ = true;
    begin(out);
  }
  if (section_ == header.sections.size()) {
    out += "</BkToCstmrStmt></Document>\n";
    done_ = true;
    return true;
  }
  if (!section_begun_) {
    section_begun_ = true;
    number_ = 0;
    begin_section(out, header.sections[section_]);
  }
  const std::vector<StatementLine> lines = statement_.next(section_);
  for (const StatementLine& line : lines) append_entry(out, line, ++number_);
  if (lines.empty()) {
    out += "</Stmt>\n";
    section_begun_ = false;
    ++section_;
  }
  return true;
}

}  // namespace engine
