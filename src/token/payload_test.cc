#include "token/payload.h"

#include <gtest/gtest.h>

#include "token/etf.h"

namespace roost::token {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds kSigned = 1'700'000'000'000ms;
constexpr auto kYoung = std::nullopt;

// PROTOCOL K1
TEST(TokenAge, FollowsTheTableOfPhoenix) {
  struct Row {
    TokenAge max_age;
    Milliseconds since;  // from the signing until now
    std::optional<TokenError> error;
  };
  const Row rows[] = {
      {kTokenForever, 0ms, kYoung},
      {kTokenForever, 1'000'000h, kYoung},
      {kTokenForever, -1h, kYoung},  // infinity wins over the future
      {0s, 0ms, TokenError::expired},
      {-1s, 0ms, TokenError::expired},
      {-1s, -1h, TokenError::expired},  // and this over the future
      {-kTokenForever, 0ms, TokenError::expired},
      {24h, -1ms, TokenError::invalid},
      {24h, 0ms, kYoung},
      {24h, 24h, kYoung},
      {24h, 24h + 1ms, TokenError::expired},
      {1.5s, 1'500ms, kYoung},
      {1.5s, 1'501ms, TokenError::expired},
      {1.5009s, 1'500ms, kYoung},
      {1.5009s, 1'501ms, TokenError::expired},  // truncated to milliseconds
      {0.0001s, 0ms, kYoung},
      {0.0001s, 1ms, TokenError::expired},
      {TokenAge(1e300), 1'000'000h, kYoung},
      {TokenAge(std::numeric_limits<double>::quiet_NaN()), 0ms, TokenError::expired},
  };
  for (const Row& row : rows)
    EXPECT_EQ(check_age(kSigned, row.max_age, kSigned + row.since, 0ms), row.error)
        << row.max_age.count() << " " << row.since.count();
}

TEST(TokenAge, LeewayForgivesClocksThatDiffer) {
  EXPECT_EQ(check_age(kSigned, 10s, kSigned - 2s, 2s), kYoung);
  EXPECT_EQ(check_age(kSigned, 10s, kSigned - 2'001ms, 2s), TokenError::invalid);
  EXPECT_EQ(check_age(kSigned, 10s, kSigned + 12s, 2s), kYoung);
  EXPECT_EQ(check_age(kSigned, 10s, kSigned + 12'001ms, 2s), TokenError::expired);
  EXPECT_EQ(check_age(kSigned, 0s, kSigned, 2s), TokenError::expired);
}

TEST(TokenAge, TimesAtTheEndOfAllNumbersDoNotOverflow) {
  EXPECT_EQ(check_age(Milliseconds::max(), 24h, kSigned, 0ms), TokenError::invalid);
  EXPECT_EQ(check_age(Milliseconds::min(), 24h, kSigned, 0ms), TokenError::expired);
}

std::string bytes(const Term& term) {
  return encode_term(term).value();
}

TEST(TokenPayload, ReadsTheFormsOfAllVersions) {
  const std::int64_t at = kSigned.count();
  const Term three = Term::tuple({"x", at, 60}), two = Term::tuple({"x", at});
  const Term map = Term::map({{Atom{"data"}, "x"}, {Atom{"signed"}, at}});
  const Term more = Term::map({{Atom{"data"}, "x"}, {Atom{"signed"}, at}, {Atom{"else"}, 1}});
  EXPECT_EQ(decode_payload(bytes(three))->max_age, 60s);
  for (const Term& term : {two, map, more}) {
    const auto read = decode_payload(bytes(term));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->data, Term("x"));
    EXPECT_EQ(read->signed_at, kSigned);
    EXPECT_EQ(read->max_age, 24h);
  }
}

TEST(TokenPayload, RefusesOtherTerms) {
  const Term terms[] = {"x",
                        Term::tuple({}),
                        Term::tuple({"x"}),
                        Term::tuple({"x", 1, 2, 3}),
                        Term::tuple({"x", "1", 60}),
                        Term::tuple({"x", 1.0, 60}),
                        Term::tuple({"x", 1, nullptr}),
                        Term::tuple({"x", 1, "60"}),
                        Term::tuple({"x", 1, Atom{"forever"}}),
                        Term::map({{"data", "x"}, {"signed", 1}}),
                        Term::map({{Atom{"data"}, "x"}}),
                        Term::list({"x", 1, 60})};
  for (const Term& term : terms) EXPECT_FALSE(decode_payload(bytes(term)));
  EXPECT_FALSE(decode_payload(""));
}

TEST(TokenPayload, AgesComeBackAsTheyWere) {
  for (const TokenAge age :
       {TokenAge(0), TokenAge(-5), TokenAge(86'400), TokenAge(1.5), TokenAge(1e300), kTokenForever})
    EXPECT_EQ(decode_payload(encode_payload({"x", kSigned, age}, false).value())->max_age, age) << age.count();
  const Term whole = Term::tuple({"x", kSigned.count(), 90});
  EXPECT_EQ(encode_payload({"x", kSigned, 90s}, false), bytes(whole));
}

}  // namespace
}  // namespace roost::token
