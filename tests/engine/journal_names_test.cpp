#include "engine/journal_names.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cctype>
#include <cstdint>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chart.h"
#include "tests/support/property.h"

namespace {

using engine::beancount_component;
using engine::beancount_word;
using engine::JournalFormat;
using engine::percent_encoded;

/// References made of what the programs give a meaning to, and a little else.
rc::Gen<std::string> references() {
  const std::vector<std::string> pieces = {
      "a", "u", "x",   "X",  "Z", "0",  "5E97", "-",  "_", " ",      "  ", ":",
      ";", "%", "%3A", "X-", "(", "\"", ",",    "\n", "/", "\u3000", "店", "\U0001F600"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)),
                      [](const std::vector<std::string>& chosen) {
                        std::string text;
                        for (const std::string& piece : chosen) text += piece;
                        return text;
                      });
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  out += static_cast<char>((0xF80u >> more & 0xFFu) | c >> (6 * more));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (c >> (6 * i) & 0x3F));
}

/// Takes a component of Beancount apart again, from left to right.
std::string unescaped(std::string_view text) {
  std::string out;
  const auto hex = [&] {
    const auto unit =
        static_cast<std::uint32_t>(std::stoul(std::string(text.substr(2, 4)), nullptr, 16));
    text.remove_prefix(6);
    return unit;
  };
  while (!text.empty()) {
    if (text.starts_with("--")) {
      out += '_';
      text.remove_prefix(2);
    } else if (text.starts_with("-u")) {
      std::uint32_t c = hex();
      if (c >= 0xD800 && c < 0xDC00) c = 0x10000 + ((c - 0xD800) << 10) + (hex() - 0xDC00);
      append_utf8(out, c);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
    } else {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

TEST(JournalNames, AreReadable) {
  const store::AccountName sale{1, ledger::Code::MerchantPayable, "M1", "sale", {}};
  EXPECT_EQ(account_name(JournalFormat::Hledger, sale),
            "Liabilities:2101 Merchant payable:M1:sale");
  EXPECT_EQ(account_name(JournalFormat::Ledger, sale), "Liabilities:2101 Merchant payable:M1:sale");
  EXPECT_EQ(account_name(JournalFormat::Beancount, sale),
            "Liabilities:2101-Merchant-payable:M1:Sale");
  const store::AccountName memo{2, ledger::Code::MemoHolds, "", "", {}};
  EXPECT_EQ(account_name(JournalFormat::Hledger, memo),
            "Equity:Memo:9011 Memo authorization holds");
  EXPECT_EQ(account_name(JournalFormat::Beancount, memo),
            "Equity:Memo:9011-Memo-authorization-holds");
  const store::AccountName income{3, ledger::Code::FeeIncome, "", "flat_fee", {}};
  EXPECT_EQ(account_name(JournalFormat::Beancount, income),
            "Income:6001-Installment-fee-income:Flat--fee");
}

TEST(JournalNames, EscapesAreThoseOfUrlsAndOfJson) {
  EXPECT_EQ(percent_encoded("a:b", ":;"), "a%3Ab");
  EXPECT_EQ(percent_encoded(" a b  c ", ""), "%20a b %20c%20");
  EXPECT_EQ(percent_encoded("店\u3000%", ""), "店%E3%80%80%25");
  EXPECT_EQ(beancount_component("SHOP-1"), "SHOP-1");
  EXPECT_EQ(beancount_component("shop"), "X-shop");
  EXPECT_EQ(beancount_component("A:店"), "A-u003A-u5E97");
  EXPECT_EQ(beancount_component("A\U0001F600"), "A-uD83D-uDE00");
  EXPECT_EQ(beancount_component("X-shop"), "X-X-shop");
  EXPECT_EQ(beancount_word("Sale"), "X-Sale");
  EXPECT_EQ(beancount_word("x-Sale"), "X-x-Sale");
}

TEST(JournalNames, EveryAccountOfTheChartHasAName) {
  for (const ledger::ChartEntry& entry : ledger::chart()) {
    const store::AccountName account{1, entry.code, "", "", {}};
    EXPECT_TRUE(std::regex_match(
        account_name(JournalFormat::Beancount, account),
        std::regex("(Assets|Liabilities|Equity|Income|Expenses)(:Memo)?:[0-9]{4}-[A-Za-z0-9-]+")));
  }
}

// What can be taken back can't be mistaken for something else.
TEST(JournalNames, NoTwoReferencesHaveOneName) {
  tests::property("percent encoding is undone by decoding", [] {
    const std::string text = *references();
    const std::string encoded = percent_encoded(text, ":;");
    RC_ASSERT(decoded(encoded) == text);
    RC_ASSERT(encoded.find_first_of(":;\n") == std::string::npos);
    RC_ASSERT(encoded.find("  ") == std::string::npos);
    RC_ASSERT(!encoded.starts_with(' ') && !encoded.ends_with(' '));
  });
  const std::regex component("[A-Z0-9][A-Za-z0-9-]*");
  tests::property("a component of Beancount says which reference it is", [&] {
    const std::string text = *references();
    std::string name = beancount_component(text);
    RC_ASSERT((text.empty() ? name.empty() : std::regex_match(name, component)));
    if (name.starts_with("X-")) name.erase(0, 2);
    RC_ASSERT(unescaped(name) == text);
  });
  tests::property("so does a word", [&] {
    const std::string text = *references();
    std::string name = beancount_word(text);
    RC_ASSERT((text.empty() ? name.empty() : std::regex_match(name, component)));
    if (name.starts_with("X-")) {
      name.erase(0, 2);
    } else if (!name.empty()) {
      name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
    }
    RC_ASSERT(unescaped(name) == text);
  });
}

}  // namespace
