// A small trade bill of 2026-07-10 to bend: a payment of 172.66 and a refund of 10.00.
#pragma once

#include <string>

namespace tests {

inline std::string wechat_header() {
  return "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,"
         "交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,"
         "充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,"
         "费率备注\n";
}
inline std::string wechat_paid() {
  return "`2026-07-10 09:02:03,`wx1,`1900000001,`0,`,`4200000000202607100000000001,`R1,`o1,`JSAPI,"
         "`SUCCESS,`OTHERS,`CNY,`172.66,`0.00,`0,`0,`0.00,`0.00,`,`,`goods,`,`0.52000,`0.30%,"
         "`172.66,`0.00,`\n";
}
inline std::string wechat_refunded() {
  return "`2026-07-10 10:02:03,`wx1,`1900000001,`0,`,`4200000000202607010000000009,`R9,`o1,`JSAPI,"
         "`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5030000000202607100000000001,`B1,`10.00,`0.00,`"
         "ORIGINAL,"
         "`SUCCESS,`shoes,`,`-0.03000,`0.30%,`0.00,`10.00,`\n";
}
inline std::string wechat_totals_header() {
  return "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,"
         "申请退款总金额\n";
}
inline std::string wechat_totals() { return "`2,`172.66,`10.00,`0.00,`0.49000,`172.66,`10.00\n"; }
inline std::string wechat_bill() {
  return "\xef\xbb\xbf" + wechat_header() + wechat_paid() + wechat_refunded() +
         wechat_totals_header() + wechat_totals();
}

/// The first occurrence, which has to be there.
inline void replace(std::string& text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
}

}  // namespace tests
