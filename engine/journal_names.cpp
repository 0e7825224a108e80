#include "engine/journal_names.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/check.h"
#include "ledger/chart.h"

namespace engine {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_upper(c) || is_lower(c) || is_digit(c); }

struct CodePoint {
  std::uint32_t value;
  std::size_t size;  ///< bytes of UTF-8
};

/// The character at the start of a text that is well-formed and not empty.
CodePoint first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    CHECK(i < text.size(), "a reference is no UTF-8: {}", text);
    return static_cast<unsigned char>(text[i]);
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t value = lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) value = value << 6 | (byte(i) & 0x3Fu);
  return {value, size};
}

/// White space beyond ASCII, in the categories Zs, Zl, Zp and Cc: hledger splits at it.
bool is_wide_space(std::uint32_t c) {
  return (c >= 0x80 && c <= 0xA0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

std::string escaped(std::uint32_t c) {
  if (c < 0x10000) return fmt::format("-u{:04X}", c);
  c -= 0x10000;  // as in JSON, two of the surrogates of UTF-16
  return fmt::format("-u{:04X}-u{:04X}", 0xD800 + (c >> 10), 0xDC00 + (c & 0x3FF));
}

std::string_view root(ledger::Code code) {
  const auto number = static_cast<std::int32_t>(code);
  if (ledger::is_memo(code)) return "Equity:Memo";
  switch (number / 1000) {
    case 1:
      return "Assets";
    case 2:
      return "Liabilities";
    case 3:  // positions between currencies
    case 4:
      return "Equity";
    case 6:
      return number < 6400 ? "Income" : "Expenses";
    default:
      CHECK(false, "account {} is of no class", number);
      std::unreachable();
  }
}

/// The name in the chart without what the hierarchy gives a meaning to. The code before it keeps it
/// from being mistaken for another.
std::string plain_title(std::string_view name) {
  std::string title;
  for (const char c : name) {
    if (c != ':' && c != ';') title += c;
  }
  return title;
}

std::string beancount_title(std::string_view name) {
  std::string title;
  for (const char c : name) {
    if (is_alphanumeric(c)) {
      title += c;
    } else if (!title.ends_with('-')) {
      title += '-';
    }
  }
  return title;
}

std::string beancount_escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [c, size] = first_of(text);
    const char first = text.front();
    text.remove_prefix(size);
    // A hyphen is one where it starts nothing else: before "u" it starts an escape, before another
    // hyphen an underscore, and what is escaped begins with one.
    const bool starts_nothing =
        text.empty() || (is_alphanumeric(text.front()) && text.front() != 'u');
    if (is_alphanumeric(first) || (first == '-' && starts_nothing)) {
      out += first;
    } else if (first == '_') {
      out += "--";
    } else {
      out += escaped(c);
    }
  }
  return out;
}

/// A hyphen after a code of ours begins its name, so that a number has none.
std::string beancount_number(std::string_view number) {
  std::string out;
  for (const char c : number) {
    if (is_alphanumeric(c)) {
      out += c;
    } else {
      out += escaped(static_cast<unsigned char>(c));
    }
  }
  if (is_lower(out.front()) || out.front() == '-') out.insert(0, "X-");
  return out;
}

}  // namespace

std::string percent_encoded(std::string_view text, std::string_view reserved) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto [c, size] = first_of(text.substr(i));
    const bool is_edge_space = c == ' ' && (i == 0 || i + 1 == text.size() || text[i - 1] == ' ');
    const bool is_reserved =
        c < 0x80 && (c < ' ' || c == 0x7F || c == '%' || reserved.contains(text[i]));
    for (std::size_t end = i + size; i < end; ++i) {
      if (is_edge_space || is_reserved || is_wide_space(c)) {
        out += fmt::format("%{:02X}", static_cast<unsigned char>(text[i]));
      } else {
        out += text[i];
      }
    }
  }
  return out;
}

std::string beancount_component(std::string_view text) {
  std::string out = beancount_escaped(text);
  const bool is_fit = out.empty() || is_upper(out.front()) || is_digit(out.front());
  if (!is_fit || out.starts_with("X-")) out.insert(0, "X-");
  return out;
}

std::string beancount_word(std::string_view text) {
  std::string out = beancount_escaped(text);
  if (out.empty() || is_digit(out.front())) return out;
  if (is_lower(out.front()) && !out.starts_with("x-")) {
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out;
  }
  return "X-" + out;
}

std::string account_name(JournalFormat format, const ShownAccount& account) {
  std::string out(root(account.code_of_class));
  const auto append = [&](const std::string& part) {
    if (!part.empty()) (out += ':') += part;
  };
  if (format == JournalFormat::Beancount) {
    append(account.is_own ? beancount_number(account.number)
                          : fmt::format("{}-{}", account.number, beancount_title(account.name)));
    append(beancount_component(account.owner));
    append(beancount_word(account.tag));
  } else {
    append(percent_encoded(fmt::format("{} {}", account.number, plain_title(account.name)), ":;"));
    append(percent_encoded(account.owner, ":;"));
    append(percent_encoded(account.tag, ":;"));
  }
  return out;
}

std::string account_name(JournalFormat format, const store::AccountName& account) {
  return account_name(format, AccountMap().show(account));
}

}  // namespace engine
