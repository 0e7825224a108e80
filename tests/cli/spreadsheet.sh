# shellcheck shell=bash
# Sourced by the tests of exports: a CSV file and a spreadsheet in a form in which they can be compared.
fields() {  # of CSV, by tabs
  tr -d '\r' | awk '{
    out = ""; quoted = 0
    for (i = 1; i <= length($0); i++) {
      c = substr($0, i, 1)
      if (c == "\"" && quoted && substr($0, i + 1, 1) == "\"") { out = out c; i++ }
      else if (c == "\"") quoted = !quoted
      else out = out (c == "," && !quoted ? "\t" : c)
    }
    print out
  }'
}
shown() {  # by Gnumeric, without its thousands separators and with our minus sign
  ssconvert -T Gnumeric_stf:stf_assistant \
    -O $'separator=\'\t\' format=preserve quoting-mode=never eol=unix' "$1" shown.txt &&
    sed -E -e ':more; s/([0-9]),([0-9]{3})/\1\2/; t more' -e 's/\t−/\t-/g' shown.txt
}
