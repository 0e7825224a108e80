#include "engine/payout_text.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/check.h"
#include "base/wide.h"
#include "engine/payout_account.h"
#include "engine/report_text.h"
#include "engine/xml_text.h"

namespace engine {
namespace {

std::string decimal(std::int64_t minor, base::Currency currency) {
  return base::to_decimal(minor, currency.exponent());
}

/// The sum of amounts in different currencies, which is what a control sum is.
std::string control_sum(const std::vector<store::PayoutSum>& sums) {
  int exponent = 0;
  for (const auto& sum : sums) exponent = std::max(exponent, sum.currency.exponent());
  base::int128 total = 0;
  for (const auto& sum : sums) {
    base::int128 scaled = sum.minor;
    for (int i = sum.currency.exponent(); i < exponent; ++i) scaled *= 10;
    total += scaled;
  }
  CHECK(total <= INT64_MAX, "a file of payouts with a control sum that no file can carry");
  return base::to_decimal(static_cast<std::int64_t>(total), exponent);
}

/// Counts what is written against the header.
class Control {
 public:
  explicit Control(const PayoutFileHeader& header) : header_(header) {}

  /// True for the first line of a currency.
  bool add(const store::PayoutFileLine& line) {
    const bool is_first = count_ == 0;
    const store::PayoutSum& sum = header_.sums.at(at_);
    CHECK(line.currency == sum.currency, "a payout in {} where the header has {}",
          line.currency.code(), sum.currency.code());
    minor_ += line.amount;
    if (++count_ == sum.count) {
      CHECK(minor_ == sum.minor, "the payouts of {} in {} sum to {}, the header says {}",
            header_.file.message_id, sum.currency.code(), minor_, sum.minor);
      minor_ = count_ = 0;
      ++at_;
    }
    return is_first;
  }
  /// Of the currency of the line that comes next.
  const store::PayoutSum& sum() const { return header_.sums.at(at_); }
  void end() const { CHECK(at_ == header_.sums.size(), "payouts are missing in the file"); }
  std::int64_t all() const {
    std::int64_t count = 0;
    for (const auto& each : header_.sums) count += each.count;
    return count;
  }

 private:
  const PayoutFileHeader& header_;
  std::size_t at_ = 0;
  std::int64_t count_ = 0;
  std::int64_t minor_ = 0;
};

class Pain001 : public PayoutText {
 public:
  explicit Pain001(const PayoutFileHeader& header) : header_(header), control_(header) {}

  void begin(std::string& out) override {
    out +=
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">"
        "<CstmrCdtTrfInitn>\n<GrpHdr>";
    append_xml_element(out, "MsgId", header_.file.message_id);
    append_xml_element(out, "CreDtTm", to_rfc3339(header_.file.made_at, header_.zone));
    append_xml_element(out, "NbOfTxs", std::to_string(control_.all()));
    append_xml_element(out, "CtrlSum", control_sum(header_.sums));
    out += "<InitgPty>";
    append_xml_element(out, "Nm", header_.file.debtor_name);
    out += "</InitgPty></GrpHdr>\n";
  }

  void line(std::string& out, const store::PayoutFileLine& line) override {
    if (is_open_ && line.currency != currency_) out += "</PmtInf>\n";
    const store::PayoutSum& sum = control_.sum();
    if (control_.add(line)) begin_block(out, sum);
    out += "<CdtTrfTxInf><PmtId>";
    append_xml_element(out, "EndToEndId", line.payout_ref);
    out += "</PmtId><Amt><InstdAmt Ccy=\"";
    out += line.currency.code();
    out += "\">";
    out += decimal(line.amount, line.currency);
    out += "</InstdAmt></Amt><CdtrAgt>";
    append_bank(out, line.bank_code);
    out += "</CdtrAgt><Cdtr>";
    append_xml_element(out, "Nm", line.name);
    out += "</Cdtr><CdtrAcct>";
    append_account(out, line.account);
    out += "</CdtrAcct><RmtInf>";
    append_xml_element(out, "Ustrd", line.payout_ref);
    out += "</RmtInf></CdtTrfTxInf>\n";
  }

  void end(std::string& out) override {
    control_.end();
    out += "</PmtInf>\n</CstmrCdtTrfInitn></Document>\n";
  }

 private:
  void begin_block(std::string& out, const store::PayoutSum& sum) {
    is_open_ = true;
    currency_ = sum.currency;
    out += "<PmtInf>";
    append_xml_element(out, "PmtInfId",
                       fmt::format("{}-{}", header_.file.message_id, sum.currency.code()));
    append_xml_element(out, "PmtMtd", "TRF");
    append_xml_element(out, "NbOfTxs", std::to_string(sum.count));
    append_xml_element(out, "CtrlSum", decimal(sum.minor, sum.currency));
    out += "<ReqdExctnDt>";
    append_xml_element(out, "Dt", base::to_string(header_.file.pay_on));
    out += "</ReqdExctnDt><Dbtr>";
    append_xml_element(out, "Nm", header_.file.debtor_name);
    out += "</Dbtr><DbtrAcct>";
    append_account(out, header_.file.debtor_account);
    out += "</DbtrAcct><DbtrAgt>";
    append_bank(out, header_.file.debtor_bank_code);
    out += "</DbtrAgt>\n";
  }

  static void append_account(std::string& out, const std::string& account) {
    out += "<Id>";
    if (is_iban(account)) {
      append_xml_element(out, "IBAN", account);
    } else {
      out += "<Othr>";
      append_xml_element(out, "Id", account);
      out += "</Othr>";
    }
    out += "</Id>";
  }

  static void append_bank(std::string& out, const std::string& code) {
    out += "<FinInstnId>";
    if (is_bic(code)) {
      append_xml_element(out, "BICFI", code);
    } else {
      out += "<ClrSysMmbId>";
      const bool is_cnaps = code.size() == 12 &&
                            std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
      if (is_cnaps) out += "<ClrSysId><Cd>CNAPS</Cd></ClrSysId>";
      append_xml_element(out, "MmbId", code);
      out += "</ClrSysMmbId>";
    }
    out += "</FinInstnId>";
  }

  const PayoutFileHeader& header_;
  Control control_;
  base::Currency currency_;
  bool is_open_ = false;
};

/// One set of columns for the three kinds of record, so that anything that reads CSV reads it.
class PayoutCsv : public PayoutText {
 public:
  explicit PayoutCsv(const PayoutFileHeader& header) : header_(header), control_(header) {
    crypto_hash_sha256_init(&hash_);
  }

  void begin(std::string& out) override {
    std::string text =
        "record,payout_ref,name,account,bank_code,currency,amount,count,pay_on,purpose,sha256";
    text += kCsvLineEnd;
    take(out, text);
  }

  void line(std::string& out, const store::PayoutFileLine& line) override {
    std::string text;
    const store::PayoutSum& sum = control_.sum();
    if (control_.add(line)) {
      const store::PayoutFileRow& file = header_.file;
      append(text, {"header", file.message_id, file.debtor_name, file.debtor_account,
                    file.debtor_bank_code, std::string(sum.currency.code()),
                    decimal(sum.minor, sum.currency), std::to_string(sum.count),
                    base::to_string(file.pay_on), "", ""});
    }
    append(text, {"payout", line.payout_ref, line.name, line.account, line.bank_code,
                  std::string(line.currency.code()), decimal(line.amount, line.currency), "", "",
                  "settlement", ""});
    take(out, text);
  }

  void end(std::string& out) override {
    control_.end();
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
    crypto_hash_sha256_final(&hash_, digest.data());
    std::string hex;
    for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
    append(out, {"trailer", header_.file.message_id, "", "", "", "", control_sum(header_.sums),
                 std::to_string(control_.all()), base::to_string(header_.file.pay_on), "", hex});
  }

 private:
  static void append(std::string& out, const std::vector<std::string>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out += ',';
      append_csv(out, fields[i]);
    }
    out += kCsvLineEnd;
  }

  void take(std::string& out, const std::string& text) {
    crypto_hash_sha256_update(&hash_, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size());
    out += text;
  }

  const PayoutFileHeader& header_;
  Control control_;
  crypto_hash_sha256_state hash_;
};

}  // namespace

std::unique_ptr<PayoutText> make_payout_text(PayoutFileFormat format,
                                             const PayoutFileHeader& header) {
  switch (format) {
    case PayoutFileFormat::Pain001:
      return std::make_unique<Pain001>(header);
    case PayoutFileFormat::Csv:
      return std::make_unique<PayoutCsv>(header);
  }
  std::unreachable();
}

}  // namespace engine
