#include "ledger/journal_content.h"

#include <charconv>

namespace ledger {
namespace {

/// Whole numbers spelled in the one way: digits, no sign, no leading zero.
std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < 0 || std::to_string(number) != text) return std::nullopt;
  return number;
}

/// Takes fields off the text. After the first that is not as it should be, none comes any more.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  std::optional<std::string> maybe() {
    if (text_.starts_with("-,")) {
      text_.remove_prefix(2);
      return std::nullopt;
    }
    const std::size_t colon = text_.find(':');
    const auto size =
        colon == std::string_view::npos ? std::nullopt : parse_number(text_.substr(0, colon));
    if (!size || text_.size() - colon - 1 <= static_cast<std::uint64_t>(*size)) return fail();
    const auto length = static_cast<std::size_t>(*size);
    const std::string value(text_.substr(colon + 1, length));
    if (text_[colon + 1 + length] != ',') return fail();
    text_.remove_prefix(colon + 2 + length);
    return value;
  }

  std::string text() {
    const auto value = maybe();
    if (!value) failed_ = true;
    return value.value_or("");
  }

  std::int64_t number() { return parsed(parse_number(text())); }
  base::Day day() { return parsed(base::parse_day(text())); }
  base::Currency currency() { return parsed(base::Currency::find(text())); }
  base::Hash hash(std::string_view digits) { return parsed(base::parse_hash(digits)); }

  void expect(std::string_view value) {
    if (text() != value) failed_ = true;
  }

  bool has_failed() const { return failed_; }
  bool is_at_end() const { return text_.empty(); }

 private:
  std::nullopt_t fail() {
    failed_ = true;
    text_ = {};
    return std::nullopt;
  }

  template <class T>
  T parsed(const std::optional<T>& value) {
    if (!value) failed_ = true;
    return value.value_or(T{});
  }

  std::string_view text_;
  bool failed_ = false;
};

ContentAccount read_account(Fields& fields) {
  ContentAccount account;
  account.code = fields.text();
  account.owner = fields.maybe();
  account.tag = fields.text();
  return account;
}

}  // namespace

void append_content_field(std::string& out, std::optional<std::string_view> value) {
  if (!value) {
    out += "-,";
    return;
  }
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value->size()).ptr;
  out.append(digits, end);
  out += ':';
  out += *value;
  out += ',';
}

void append_content_field(std::string& out, std::int64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  append_content_field(out, std::string_view(digits, end));
}

std::optional<JournalContent> parse_journal_content(std::string_view text) {
  Fields fields(text);
  JournalContent content;
  fields.expect(kJournalContentForm);
  content.party_kind = fields.text();
  content.party = fields.text();
  content.rule = fields.text();
  content.source_ref = fields.maybe();
  content.purchase_ref = fields.maybe();
  content.currency = fields.currency();
  content.business_date = fields.day();
  content.value_date = fields.day();
  if (const auto reversed = fields.maybe()) content.reversed = fields.hash(*reversed);
  const std::int64_t count = fields.number();
  for (std::int64_t i = 0; i < count && !fields.has_failed(); ++i) {
    ContentTransfer transfer;
    transfer.debit = read_account(fields);
    transfer.credit = read_account(fields);
    transfer.amount = {fields.number(), content.currency};
    content.transfers.push_back(std::move(transfer));
  }
  if (fields.has_failed() || !fields.is_at_end()) return std::nullopt;
  return content;
}

std::string party_kind_name(std::string_view number) {
  constexpr std::string_view kNames[] = {"customer", "merchant", "channel",
                                         "sponsor",  "bank",     "platform"};
  const auto index = parse_number(number);
  if (!index || *index < 1 || *index > std::ssize(kNames)) return std::string(number);
  return std::string(kNames[*index - 1]);
}

}  // namespace ledger
