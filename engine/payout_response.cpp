#include "engine/payout_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "engine/input/csv.h"
#include "engine/input/xml_reader.h"

namespace engine {
namespace {

using input::InputError;
using input::XmlNode;

std::optional<BankAnswer> answer_of(std::string_view status) {
  // External code set of payment transaction status; the words are ours.
  constexpr std::pair<std::string_view, BankAnswer> kKnown[] = {
      {"ACSC", BankAnswer::Paid},        {"ACCC", BankAnswer::Paid},
      {"ACTC", BankAnswer::Pending},     {"ACCP", BankAnswer::Pending},
      {"ACSP", BankAnswer::Pending},     {"ACWC", BankAnswer::Pending},
      {"PDNG", BankAnswer::Pending},     {"RCVD", BankAnswer::Pending},
      {"PART", BankAnswer::Pending},     {"RJCT", BankAnswer::Rejected},
      {"CANC", BankAnswer::Rejected},    {"accepted", BankAnswer::Paid},
      {"paid", BankAnswer::Paid},        {"pending", BankAnswer::Pending},
      {"rejected", BankAnswer::Rejected}};
  for (const auto& [word, answer] : kKnown) {
    if (word == status) return answer;
  }
  return std::nullopt;
}

class Pain002 : public PayoutAnswers {
 public:
  explicit Pain002(const std::string& path) : reader_(input::ByteSource(path)) {
    XmlNode node;
    if (!reader_.next(node) || node.name != "Document") {
      throw InputError(path + ": this is no message of ISO 20022: its root is not <Document>");
    }
    if (!reader_.next(node) || node.name != "CstmrPmtStsRpt") {
      throw InputError(
          fmt::format("{}: this is no pain.002: it holds <{}> where <CstmrPmtStsRpt> "
                      "is expected",
                      path, node.name));
    }
  }

  bool next(PayoutAnswer& answer) override {
    XmlNode node;
    while (reader_.next(node)) {
      switch (node.kind) {
        case XmlNode::Kind::Start:
          path_.push_back(node.name);
          if (node.name == "TxInfAndSts") tx_ = {.line = node.line, .message_id = message_};
          if (node.name == "OrgnlPmtInfAndSts") block_ = {.line = node.line};
          if (node.name == "InstdAmt") tx_.currency = node.attribute("Ccy");
          break;
        case XmlNode::Kind::Text:
          take(node);
          break;
        case XmlNode::Kind::End:
          if (!path_.empty()) path_.pop_back();
          if (end(node.name, answer)) return true;
          break;
      }
    }
    return false;
  }

  const input::ByteSource& source() const override { return reader_.source(); }

 private:
  bool is_in(std::string_view element) const {
    return std::ranges::find(path_, element) != path_.end();
  }

  void take(const XmlNode& node) {
    if (path_.empty()) return;
    const std::string& name = path_.back();
    const std::string parent = path_.size() > 1 ? path_[path_.size() - 2] : "";
    if (name == "CreDtTm" && parent == "GrpHdr") at_ = node.text;
    if (name == "OrgnlMsgId" && parent == "OrgnlGrpInfAndSts") message_ = node.text;
    if (name == "GrpSts") {
      group_ = {.line = node.line, .status = node.text};
    } else if (is_in("TxInfAndSts")) {
      if (name == "OrgnlEndToEndId") tx_.payout_ref = node.text;
      if (name == "TxSts") tx_.status = node.text;
      if (name == "InstdAmt") tx_.amount = node.text;
      if (parent == "Rsn" || name == "AddtlInf") add_reason(tx_.reason, node.text);
    } else if (name == "OrgnlPmtInfId") {
      block_.block_currency = currency_of_block(node.text);
      block_.payout_ref = "";
      block_id_ = node.text;
    } else if (name == "PmtInfSts") {
      block_.status = node.text;
    } else if (parent == "Rsn" || name == "AddtlInf") {
      add_reason(is_in("OrgnlPmtInfAndSts") ? block_.reason : group_.reason, node.text);
    }
  }

  static void add_reason(std::string& reason, const std::string& text) {
    if (!reason.empty()) reason += ": ";
    reason += text;
  }

  /// A payment block of ours is named "<message id>-<currency>".
  std::string currency_of_block(const std::string& id) const {
    const bool is_ours =
        id.size() == message_.size() + 4 && id.starts_with(message_) && id[message_.size()] == '-';
    return is_ours ? id.substr(id.size() - 3) : "?";
  }

  bool finish(PayoutAnswer& found, PayoutAnswer& answer) {
    found.message_id = message_;
    found.at = at_;
    found.answer = answer_of(found.status);
    answer = found;
    found = {};
    return true;
  }

  /// A payment's own status is said last and counts alone; without any, that of the block, and
  /// without it that of the file, is about all of them.
  bool end(const std::string& name, PayoutAnswer& answer) {
    if (name == "TxInfAndSts") {
      has_block_answer_ = has_answer_ = true;
      if (tx_.payout_ref.empty()) tx_.fault = "a payment without OrgnlEndToEndId";
      if (tx_.status.empty()) tx_.status = block_.status.empty() ? group_.status : block_.status;
      return finish(tx_, answer);
    }
    if (name == "OrgnlPmtInfAndSts") {
      const bool is_whole = !has_block_answer_ && !block_.status.empty();
      has_block_answer_ = false;
      if (!is_whole) return false;
      has_answer_ = true;
      if (block_.block_currency == "?") {
        block_.fault = fmt::format("no payment block of {} is named \"{}\"", message_, block_id_);
      }
      return finish(block_, answer);
    }
    if (name == "CstmrPmtStsRpt" && !has_answer_ && !group_.status.empty()) {
      return finish(group_, answer);
    }
    return false;
  }

  input::XmlReader reader_;
  std::vector<std::string> path_;
  std::string at_;
  std::string message_;
  std::string block_id_;
  PayoutAnswer group_;
  PayoutAnswer block_;
  PayoutAnswer tx_;
  bool has_answer_ = false;
  bool has_block_answer_ = false;
};

class CsvAnswers : public PayoutAnswers {
 public:
  explicit CsvAnswers(const std::string& path) : reader_(input::ByteSource(path)) {
    input::Record header;
    if (!reader_.next(header) || header.fault != input::RecordFault::None) {
      throw InputError(path + ": the file has no header");
    }
    width_ = header.fields.size();
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      const auto found = std::ranges::find(header.fields, kColumns[i]);
      if (found != header.fields.end()) {
        at_[i] = static_cast<std::size_t>(found - header.fields.begin());
        if (std::ranges::count(header.fields, kColumns[i]) > 1) {
          throw InputError(fmt::format("{}: the column {} is there twice", path, kColumns[i]));
        }
      } else if (i < kRequired) {
        throw InputError(fmt::format("{}: the column {} is missing", path, kColumns[i]));
      }
    }
  }

  bool next(PayoutAnswer& answer) override {
    input::Record record;
    if (!reader_.next(record)) return false;
    answer = {.line = record.line};
    if (record.fault != input::RecordFault::None) {
      answer.fault = input::sentence(record.fault);
    } else if (record.fields.size() != width_) {
      answer.fault = fmt::format("{} fields where the header has {}", record.fields.size(), width_);
    } else {
      const auto field = [&](std::size_t column) {
        return at_[column] ? std::string(record.fields[*at_[column]]) : std::string();
      };
      answer.payout_ref = field(0);
      answer.status = field(1);
      answer.amount = field(2);
      answer.currency = field(3);
      answer.at = field(4);
      answer.reason = field(5);
      answer.answer = answer_of(answer.status);
      if (answer.payout_ref.empty()) answer.fault = "payout_ref is empty";
    }
    return true;
  }

  const input::ByteSource& source() const override { return reader_.source(); }

 private:
  static constexpr std::array<std::string_view, 6> kColumns = {"payout_ref", "status", "amount",
                                                               "currency",   "at",     "reason"};
  static constexpr std::size_t kRequired = 2;

  input::CsvReader reader_;
  std::size_t width_ = 0;
  std::array<std::optional<std::size_t>, kColumns.size()> at_;
};

}  // namespace

std::string_view name(BankAnswer answer) {
  switch (answer) {
    case BankAnswer::Paid:
      return "paid";
    case BankAnswer::Pending:
      return "pending";
    case BankAnswer::Rejected:
      return "rejected";
  }
  std::unreachable();
}

ResponseFormat find_response_format(const std::string& path) {
  input::ByteSource source(path);
  std::array<char, 64> head{};
  const std::string_view text(head.data(), source.read(head));
  const auto first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (first == std::string_view::npos) throw InputError(path + ": the file is empty");
  return text[first] == '<' ? ResponseFormat::Pain002 : ResponseFormat::Csv;
}

std::unique_ptr<PayoutAnswers> read_payout_answers(const std::string& path, ResponseFormat format) {
  if (format == ResponseFormat::Pain002) return std::make_unique<Pain002>(path);
  return std::make_unique<CsvAnswers>(path);
}

}  // namespace engine
