#include "token/etf.h"

#include <functional>

#include <gtest/gtest.h>

#include "token/token_testing.h"

namespace roost::token {
namespace {

using testing::hex;
using testing::unhex;

const Term kHuge = Term::integer(false, std::string(256, '\x01'));

struct Row {
  const char* bytes;
  Term term;
};

// PROTOCOL §12.4, as OTP 26 writes it.
const Row kRows[] = {
    {"83 61 00", 0},
    {"83 61 ff", 255},
    {"83 62 00000100", 256},
    {"83 62 ffffffff", -1},
    {"83 62 00015180", 86'400},
    {"83 62 7fffffff", 2'147'483'647},
    {"83 62 80000000", std::int64_t{-2'147'483'648}},
    {"83 6e 04 00 00000080", std::int64_t{2'147'483'648}},
    {"83 6e 04 01 01000080", std::int64_t{-2'147'483'649}},
    {"83 6e 06 00 0068e5cf8b01", std::int64_t{1'700'000'000'000}},
    {"83 6e 08 01 0000000000000080", std::numeric_limits<std::int64_t>::min()},
    {"83 6e 08 01 0100000000000080", Term::integer(true, {"\1\0\0\0\0\0\0\x80", 8})},
    {"83 6e 09 00 000000000000000001", Term::integer(false, {"\0\0\0\0\0\0\0\0\1", 9})},
    {"83 6d 00000000", ""},
    {"83 6d 00000007 757365723a3432", "user:42"},
    {"83 6d 00000005 4a6f73c3a9", "José"},
    {"83 74 00000000", TermMap()},
    {"83 74 00000002 6d000000026964 612a 6d000000046e616d65 6d00000003626f62",
     Term::map({{"name", "bob"}, {"id", 42}})},
    {"83 74 00000001 7707757365725f6964 6101", Term::map({{Atom{"user_id"}, 1}})},
    {"83 77 03 6e696c", nullptr},
    {"83 77 04 74727565", true},
    {"83 77 05 66616c7365", false},
    {"83 77 08 696e66696e697479", Atom{"infinity"}},
    {"83 77 02 c3a9", Atom{"é"}},
    {"83 6a", Term::List()},
    {"83 6c 00000002 6101 6d0000000161 6a", Term::list({1, "a"})},
    {"83 6b 0002 0102", Term::list({1, 2})},
    {"83 6b 0003 616263", Term::list({'a', 'b', 'c'})},
    {"83 6c 00000001 6200000100 6a", Term::list({256})},
    {"83 68 00", Tuple()},
    {"83 68 02 7702 6f6b 6101", Term::tuple({Atom{"ok"}, 1})},
    {"83 46 3ff8000000000000", 1.5},
    {"83 46 8000000000000000", -0.0},
};

TEST(Etf, EveryRowBothWays) {
  for (const Row& row : kRows) {
    EXPECT_EQ(decode_term(unhex(row.bytes)), row.term) << row.bytes;
    EXPECT_EQ(hex(encode_term(row.term).value()), hex(unhex(row.bytes)));
  }
}

TEST(Etf, LongFormsBothWays) {
  const auto long_atom = [] {
    std::string name;
    for (int i = 0; i < 200; ++i) name += "é";
    return Atom{name};
  }();
  const Term terms[] = {kHuge, Term::integer(true, std::string(255, '\xff')), Tuple{Term::List(256, 0)}, long_atom,
                        Term::List(10'000, 255)};
  const char* heads[] = {"836f0000010000", "836eff01", "8369000001006100", "8376019", "836b2710ff"};
  for (std::size_t i = 0; i < std::size(terms); ++i) {
    const auto bytes = encode_term(terms[i]).value();
    EXPECT_TRUE(hex(bytes).starts_with(heads[i])) << hex(bytes).substr(0, 20);
    EXPECT_EQ(decode_term(bytes), terms[i]) << i;
  }
}

TEST(Etf, ReadsWhatOtherVersionsWrite) {
  const Row rows[] = {
      {"83 64 0004 74727565", true},  // OTP 25: Latin-1, 2-byte length
      {"83 64 0008 696e66696e697479", Atom{"infinity"}},
      {"83 64 0001 e9", Atom{"é"}},
      {"83 73 01 e9", Atom{"é"}},
      {"83 73 03 6e696c", nullptr},
      {"83 76 0002 c3a9", Atom{"é"}},
      {"83 6c 00000002 6101 6102 6a", Term::list({1, 2})},  // a list of bytes need not be 6b
      {"83 69 00000001 6101", Term::tuple({1})},
      {"83 6f 00000001 00 05", 5},
      {"83 6e 02 00 0500", 5},
      {"83 6e 00 01", 0},
      {"83 74 00000001 640007757365725f6964 6101", Term::map({{Atom{"user_id"}, 1}})},
  };
  for (const Row& row : rows) EXPECT_EQ(decode_term(unhex(row.bytes)), row.term) << row.bytes;
}

TEST(Etf, RefusesEverythingElse) {
  for (const char* bytes : {
           "",
           "83",
           "82 6101",
           "6101",
           "83 6101 00",                                                                       // something behind it
           "83 83 6101",                                                                       // version twice
           "83 58 64000d6e6f6e6f6465406e6f686f7374 00000060 00000000 00000000",                // pid
           "83 5a 0003 64000d6e6f6e6f6465406e6f686f7374 00000000 0003342b 07e80001 f9c14f9b",  // reference
           "83 71 64000d456c697869722e537472696e67 6400066c656e677468 6101",                   // function
           "83 4d 00000001 03 20",                                                             // bits that are no bytes
           "83 6c 00000001 6101 6102",                                                         // improper list
           "83 63 312e35303030303030303030303030303030303030653030 0000000000",  // float as text, OTP < R11
           "83 79 0000000000000000 6101",                                        // local
           "83 46 7ff0000000000000",                                             // infinity
           "83 46 7ff8000000000000",                                             // NaN
           "83 6e 01 02 05",                                                     // no sign
           "83 77 01 ff",                                                        // not UTF-8
           "83 74 00000002 6101 6101 6101 6102",                                 // a key twice
           "83 68 01 83 6101",                                                   // version inside
           "83 68 01 50 00000002 6101",                                          // compressed inside
       })
    EXPECT_EQ(decode_term(unhex(bytes)), std::nullopt) << bytes;
}

TEST(Etf, NoTermIsWholeBeforeItsLastByte) {
  for (const Row& row : kRows) {
    const std::string bytes = unhex(row.bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_EQ(decode_term(std::string_view(bytes).substr(0, size)), std::nullopt) << row.bytes << " " << size;
  }
}

TEST(Etf, CountsThatLieCostNothing) {
  for (const char* bytes : {"83 6c ffffffff 6101", "83 69 ffffffff 6101", "83 74 ffffffff 6101", "83 6d ffffffff 00",
                            "83 6f ffffffff 00 00", "83 6b ffff 00", "83 68 ff 6101"})
    EXPECT_EQ(decode_term(unhex(bytes)), std::nullopt) << bytes;
}

Term nested(std::size_t depth) {
  Term term = 1;
  for (std::size_t i = 1; i < depth; ++i) term = Term::tuple({term});
  return term;
}

TEST(Etf, DepthHasALimitBothWays) {
  const std::size_t deepest = EtfLimits{}.depth_max;
  EXPECT_EQ(decode_term(encode_term(nested(deepest)).value()), nested(deepest));
  EXPECT_EQ(encode_term(nested(deepest + 1)), std::nullopt);
  std::string bytes = "\x83";
  for (std::size_t i = 0; i < 100'000; ++i) bytes += "\x68\x01";
  EXPECT_EQ(decode_term(bytes + "\x6a"), std::nullopt);
}

TEST(Etf, TheNumberOfTermsHasALimitBothWays) {
  const EtfLimits limits{.depth_max = 4, .terms_max = 5, .inflated_bytes_max = 100};
  const std::vector<std::function<Term(int)>> shapes = {
      [](int n) { return Term(Term::List(static_cast<std::size_t>(n), 7)); },
      [](int n) { return Term(Term::List(static_cast<std::size_t>(n), "7")); },
      [](int n) { return Term(Tuple{Term::List(static_cast<std::size_t>(n), 7)}); },
      [](int n) {
        return n == 4 ? Term::map({{1, 1}, {2, 2}}) : Term::map({{1, 1}, {2, 2}, {3, 3}});
      },
  };
  for (const auto& shape : shapes) {
    EXPECT_EQ(decode_term(encode_term(shape(4), limits).value(), limits), shape(4));
    EXPECT_EQ(encode_term(shape(5), limits), std::nullopt);
    EXPECT_EQ(decode_term(encode_term(shape(5)).value(), limits), std::nullopt);
  }
}

TEST(Etf, CompressedTermsInflateToWhatTheySay) {
  const Term term(std::string(1'000, 'a'));
  const std::string bytes = compress_term(encode_term(term).value());
  EXPECT_LT(bytes.size(), 50u);
  EXPECT_TRUE(hex(bytes).starts_with("8350000003ed"));
  EXPECT_EQ(decode_term(bytes), term);
  EXPECT_EQ(decode_term(bytes, {.inflated_bytes_max = 1'004}), std::nullopt);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(decode_term(std::string_view(bytes).substr(0, size)), std::nullopt) << size;
  EXPECT_EQ(decode_term(bytes + '\0'), std::nullopt);
  for (const char size : {'\xec', '\xee'}) {
    std::string lies = bytes;
    lies[5] = size;
    EXPECT_EQ(decode_term(lies), std::nullopt);
  }
}

TEST(Etf, CompressesOnlyWhereThatWins) {
  EXPECT_EQ(compress_term(encode_term("short").value()), encode_term("short"));
  const auto large = encode_term(std::string(EtfLimits{}.inflated_bytes_max, 'a')).value();
  EXPECT_EQ(compress_term(large), large);
}

}  // namespace
}  // namespace roost::token
