// How accounts and references are called in the journals that other programs read.
#pragma once

#include <string>
#include <string_view>

#include "engine/account_map.h"

namespace engine {

/// Programs that keep books in plain text, each with a format of its own.
enum class JournalFormat { Hledger, Ledger, Beancount };

/// The account in the program's hierarchy, with owner and tag as parts of their own:
/// "Liabilities:2101 Merchant payable:M1:sale" for hledger and Ledger,
/// "Liabilities:2101-Merchant-payable:M1:Sale" for Beancount. Two accounts that differ in code,
/// owner or tag never have the same name; the currency is not in it.
///
/// A number of the user's stands in the place of the code: "Assets:1122.01 Loans" and
/// "Assets:1122-u002E01", there without the name, so that it is no name of another number.
std::string account_name(JournalFormat format, const ShownAccount& account);
/// The same of our own chart.
std::string account_name(JournalFormat format, const store::AccountName& account);

/// What hledger and Ledger would read as something else comes as in a URL, %3A for a colon: control
/// characters, space at either end or after a space, space that is not ASCII, the percent sign and
/// the characters of `reserved`.
std::string percent_encoded(std::string_view text, std::string_view reserved);

/// A part of an account name of Beancount, never empty unless `text` is: letters, digits and
/// hyphens of ASCII, with a capital or a digit first. Other characters come as in JSON with a
/// hyphen for the backslash, "-u5E97"; `text` is UTF-8. Where the first is neither, "X-" stands
/// before it.
std::string beancount_component(std::string_view text);
/// The same for words that are in lower case by custom: "sale" is "Sale", "Sale" is "X-Sale".
std::string beancount_word(std::string_view text);

}  // namespace engine
