// How statements about breaks select them: shared by those that list and those that change.
#pragma once

#include "sql/store/break_store.h"
#include "sql/store/rows.h"

/// Over reconcile_break b, with $1 to $8 of `filter_params`.
#define FENQI_BREAK_FILTER                                                                   \
  "($1 = 0 OR b.channel_id = $1) AND ($2 = 0 OR b.break_id = $2) "                           \
  "AND ($3::date IS NULL OR b.day >= $3::date) AND ($4::date IS NULL OR b.day <= $4::date) " \
  "AND ($5 = '' OR b.type = $5) "                                                            \
  "AND ($6 = '' OR b.owner = CASE $6 WHEN '-' THEN '' ELSE $6 END) "                         \
  "AND CASE $7 WHEN '' THEN $8 OR $2 <> 0 OR b.state <> 'closed' "                           \
  "WHEN 'proposed' THEN b.state = 'open' AND b.proposed_action <> '' ELSE b.state = $7 END"

namespace store {

Params filter_params(const BreakFilter& filter);

}  // namespace store
