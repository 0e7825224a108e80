#include "api/pages.h"

namespace api {

std::string landing_page() {
  return R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>fenqi 分期</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem;
         color: #1b1f24; background: #fff; }
  h1 { font-size: 1.6rem; margin-bottom: 0; }
  pre { background: #f3f5f7; padding: .8rem 1rem; overflow-x: auto; border-radius: 6px; }
  table { border-collapse: collapse; width: 100%; }
  td { padding: .35rem .6rem .35rem 0; border-top: 1px solid #dde1e6; vertical-align: top; }
  td:first-child { white-space: nowrap; }
  @media (prefers-color-scheme: dark) {
    body { color: #e6e8ea; background: #15181c; }
    pre { background: #20252b; }
    td { border-color: #343a41; }
    a { color: #8ab4f8; }
  }
</style>
</head>
<body>
<h1>fenqi 分期</h1>
<p>Installment ledger and receivables engine for merchants.</p>
<h2>What is here</h2>
<table>
<tr><td><a href="/openapi.json">/openapi.json</a></td><td>this API, described for programs</td></tr>
<tr><td><a href="/healthz">/healthz</a></td><td>the server runs</td></tr>
<tr><td><a href="/readyz">/readyz</a></td><td>the books can be read, and how far they are closed</td></tr>
<tr><td>/v1/merchants/{ref}/statements?from=&amp;to=</td>
    <td>a merchant's statement, JSON or CSV; needs a key</td></tr>
<tr><td>/v1/limit-changes?after=&amp;limit=</td>
    <td>decisions on customers' limits, in order; needs a key made with <code>--limits</code></td></tr>
</table>
<h2>Fetch a statement</h2>
<pre>KEY=$(fenqi key create --merchant REF --name "finance")
curl -H "Authorization: Bearer $KEY" \
  "http://127.0.0.1:8080/v1/merchants/REF/statements?from=2026-06-01&amp;to=2026-06-30"
curl -H "Authorization: Bearer $KEY" -H "Accept: text/csv" -o june.csv \
  "http://127.0.0.1:8080/v1/merchants/REF/statements?from=2026-06-01&amp;to=2026-06-30"</pre>
<p>A key made with <code>--merchant</code> sees that merchant and nobody else; one made with
<code>--all</code> sees every merchant.</p>
<h2>On the command line</h2>
<pre>fenqi statement --merchant REF --month 2026-06
fenqi export trial-balance --as-of 2026-06-30
fenqi export ageing
fenqi export limit-changes
fenqi verify</pre>
</body>
</html>
)html";
}

std::string openapi() {
  return R"json({
  "openapi": "3.1.0",
  "info": {
    "title": "fenqi",
    "version": "1",
    "description": "Statements of merchants, and the feed of limit changes. Money is an exact decimal string with its currency; dates are YYYY-MM-DD business dates; instants are RFC 3339."
  },
  "components": {
    "securitySchemes": {
      "bearer": {"type": "http", "scheme": "bearer", "description": "fq_<id>_<secret>, made by fenqi key create"},
      "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}
    },
    "schemas": {
      "Money": {
        "type": "object", "required": ["amount", "currency"],
        "properties": {
          "amount": {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$", "examples": ["172.66"]},
          "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["CNY"]}
        }
      },
      "Line": {
        "type": "object",
        "required": ["item_type", "order_no", "txn_time", "business_date", "available_on", "settled_on", "payout_ref", "periods", "gross", "platform_coupon", "merchant_coupon", "sponsor_coupon", "fee", "vat", "subsidy", "net", "balance"],
        "properties": {
          "item_type": {"enum": ["sale", "refund", "reserve", "release", "payout"]},
          "order_no": {"type": "string"},
          "txn_time": {"type": "string", "format": "date-time"},
          "business_date": {"type": "string", "format": "date"},
          "available_on": {"type": "string", "format": "date"},
          "settled_on": {"type": ["string", "null"], "format": "date", "description": "if settled by the end of the period"},
          "payout_ref": {"type": ["string", "null"]},
          "periods": {"type": ["integer", "null"]},
          "gross": {"$ref": "#/components/schemas/Money"},
          "platform_coupon": {"$ref": "#/components/schemas/Money"},
          "merchant_coupon": {"$ref": "#/components/schemas/Money"},
          "sponsor_coupon": {"$ref": "#/components/schemas/Money"},
          "fee": {"$ref": "#/components/schemas/Money", "description": "merchant discount, VAT included; negative when charged"},
          "vat": {"$ref": "#/components/schemas/Money", "description": "the VAT within fee"},
          "subsidy": {"$ref": "#/components/schemas/Money"},
          "net": {"$ref": "#/components/schemas/Money", "description": "gross + fee + subsidy"},
          "balance": {"$ref": "#/components/schemas/Money", "description": "owed to the merchant after this line"}
        }
      },
      "Payout": {
        "type": "object", "required": ["payout_ref", "settled_on", "amount", "status", "confirmed_on"],
        "properties": {
          "payout_ref": {"type": "string"},
          "settled_on": {"type": "string", "format": "date"},
          "amount": {"$ref": "#/components/schemas/Money"},
          "status": {"enum": ["instructed", "confirmed", "returned"]},
          "confirmed_on": {"type": ["string", "null"], "format": "date"}
        }
      },
      "Expected": {
        "type": "object", "required": ["reason", "expected_on", "amount", "lines", "payout_ref"],
        "properties": {
          "reason": {"enum": ["payout_on_its_way", "not_settled", "carried_forward", "owed_by_merchant", "reserve"]},
          "expected_on": {"type": ["string", "null"], "format": "date", "description": "not before this day; null: with the next settlement"},
          "amount": {"$ref": "#/components/schemas/Money"},
          "lines": {"type": "integer"},
          "payout_ref": {"type": ["string", "null"]}
        }
      },
      "Statement": {
        "type": "object", "required": ["currency", "opening", "closing", "line_count", "totals", "payouts", "expected", "lines"],
        "properties": {
          "currency": {"type": "string"},
          "opening": {"$ref": "#/components/schemas/Money"},
          "closing": {"$ref": "#/components/schemas/Money", "description": "opening + totals.net"},
          "line_count": {"type": "integer"},
          "totals": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Money"}},
          "payouts": {"type": "array", "items": {"$ref": "#/components/schemas/Payout"}},
          "expected": {"type": "array", "items": {"$ref": "#/components/schemas/Expected"}},
          "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}
        }
      },
      "Statements": {
        "type": "object", "required": ["merchant", "from", "to", "zone", "closed_through", "final", "statements"],
        "properties": {
          "merchant": {"type": "string"},
          "from": {"type": "string", "format": "date"},
          "to": {"type": "string", "format": "date"},
          "zone": {"type": "string", "examples": ["Asia/Shanghai"]},
          "closed_through": {"type": "string", "format": "date"},
          "final": {"type": "boolean", "description": "every date is closed: nothing will change"},
          "statements": {"type": "array", "description": "one a currency", "items": {"$ref": "#/components/schemas/Statement"}}
        }
      },
      "LimitChange": {
        "type": "object",
        "required": ["position", "id", "listed_at", "business_date", "customer", "reason", "action", "old_limit", "new_limit", "old_block", "new_block", "outstanding", "dpd", "purchase_refs"],
        "properties": {
          "position": {"type": "integer", "description": "1, 2, 3 ... without gaps"},
          "id": {"type": "string", "examples": ["lc_1f0c2ab9d3_17"]},
          "listed_at": {"type": "string", "format": "date-time"},
          "business_date": {"type": "string", "format": "date"},
          "customer": {"type": "string"},
          "reason": {"type": "string", "examples": ["L01"]},
          "action": {"enum": ["block", "cut", "close", "unblock", "restore"]},
          "old_limit": {"$ref": "#/components/schemas/Money"},
          "new_limit": {"$ref": "#/components/schemas/Money"},
          "old_block": {"enum": ["none", "until_paid", "closed"]},
          "new_block": {"enum": ["none", "until_paid", "closed"]},
          "outstanding": {"$ref": "#/components/schemas/Money"},
          "dpd": {"type": "integer"},
          "purchase_refs": {"type": "array", "items": {"type": "string"}}
        }
      },
      "LimitChanges": {
        "type": "object", "required": ["feed", "limit_changes", "next"],
        "properties": {
          "feed": {"type": "string"},
          "limit_changes": {"type": "array", "items": {"$ref": "#/components/schemas/LimitChange"}},
          "next": {"type": "string", "description": "the cursor to go on with"}
        }
      },
      "Problem": {
        "type": "object", "required": ["type", "title", "status", "code", "detail"],
        "properties": {
          "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
          "code": {"type": "string", "description": "stable; docs/errors.md"}, "detail": {"type": "string"},
          "errors": {"type": "array", "items": {"type": "object", "properties": {
            "field": {"type": "string"}, "value": {"type": "string"}, "rule": {"type": "string"}}}}
        }
      }
    },
    "responses": {
      "Problem": {"description": "RFC 9457", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    }
  },
  "paths": {
    "/v1/merchants/{ref}/statements": {
      "get": {
        "summary": "A merchant's statement over business dates",
        "security": [{"bearer": []}, {"header": []}],
        "parameters": [
          {"name": "ref", "in": "path", "required": true, "schema": {"type": "string"}},
          {"name": "from", "in": "query", "required": true, "schema": {"type": "string", "format": "date"}},
          {"name": "to", "in": "query", "required": true, "schema": {"type": "string", "format": "date"}},
          {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
        ],
        "responses": {
          "200": {
            "description": "The statement. A closed period has an ETag.",
            "content": {
              "application/json": {"schema": {"$ref": "#/components/schemas/Statements"}},
              "text/csv": {"schema": {"type": "string", "description": "the same lines, docs/exports.md; balances in the headers Fenqi-Opening, Fenqi-Net, Fenqi-Closing, Fenqi-Lines"}}
            }
          },
          "304": {"description": "What you have is still right"},
          "401": {"$ref": "#/components/responses/Problem"},
          "403": {"$ref": "#/components/responses/Problem"},
          "404": {"$ref": "#/components/responses/Problem"},
          "406": {"$ref": "#/components/responses/Problem"},
          "422": {"$ref": "#/components/responses/Problem"},
          "429": {"$ref": "#/components/responses/Problem"},
          "503": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/v1/limit-changes": {
      "get": {
        "summary": "Limit changes behind a cursor, in order",
        "description": "The last page is the one with fewer than limit changes. Needs the scope limits:read.",
        "security": [{"bearer": []}, {"header": []}],
        "parameters": [
          {"name": "after", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
          {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000}},
          {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
        ],
        "responses": {
          "200": {
            "description": "A page; a full one has an ETag. The next cursor is also in the header Fenqi-Next.",
            "content": {
              "application/json": {"schema": {"$ref": "#/components/schemas/LimitChanges"}},
              "application/x-ndjson": {"schema": {"$ref": "#/components/schemas/LimitChange"}},
              "text/csv": {"schema": {"type": "string"}}
            }
          },
          "304": {"description": "What you have is still right"},
          "401": {"$ref": "#/components/responses/Problem"},
          "403": {"$ref": "#/components/responses/Problem"},
          "406": {"$ref": "#/components/responses/Problem"},
          "422": {"$ref": "#/components/responses/Problem"},
          "429": {"$ref": "#/components/responses/Problem"},
          "503": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/healthz": {"get": {"summary": "The server runs", "responses": {"200": {"description": "It does"}}}},
    "/readyz": {"get": {"summary": "The books can be read", "responses": {"200": {"description": "They can"}, "503": {"$ref": "#/components/responses/Problem"}}}}
  }
}
)json";
}

}  // namespace api
