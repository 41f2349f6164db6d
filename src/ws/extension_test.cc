#include "ws/extension.h"

#include <gtest/gtest.h>

namespace roost::ws {
namespace {

std::string answer(std::string_view offers, const DeflateParams& ours = {}) {
  const auto agreement = negotiate_deflate(offers, ours);
  return agreement ? agreement->response : "declined";
}

TEST(NegotiateDeflate, AnswersAsPhoenixDoes) {
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits"), "permessage-deflate;client_max_window_bits=15");
  EXPECT_EQ(answer("permessage-deflate"), "permessage-deflate");
}

TEST(NegotiateDeflate, AgreesToEachOfTheFourParameters) {
  const auto agreement = negotiate_deflate(
      "permessage-deflate; client_max_window_bits=12; server_max_window_bits=10; client_no_context_takeover; "
      "server_no_context_takeover");
  ASSERT_TRUE(agreement);
  EXPECT_EQ(agreement->params, (DeflateParams{true, true, 10, 12}));
  EXPECT_EQ(agreement->response,
            "permessage-deflate;server_no_context_takeover;client_no_context_takeover;server_max_window_bits=10;"
            "client_max_window_bits=12");
}

TEST(NegotiateDeflate, WithoutParametersBothKeepFullContexts) {
  EXPECT_EQ(negotiate_deflate("permessage-deflate")->params, DeflateParams{});
}

TEST(NegotiateDeflate, OurOwnWishesAreAddedWhereTheProtocolAllows) {
  const DeflateParams small{true, true, 10, 11};
  EXPECT_EQ(answer("permessage-deflate", small),
            "permessage-deflate;server_no_context_takeover;client_no_context_takeover;server_max_window_bits=10");
  EXPECT_EQ(negotiate_deflate("permessage-deflate", small)->params.client_max_window_bits, 15);
  EXPECT_EQ(negotiate_deflate("permessage-deflate; client_max_window_bits", small)->params.client_max_window_bits, 11);
  EXPECT_EQ(negotiate_deflate("permessage-deflate; client_max_window_bits=9", small)->params.client_max_window_bits, 9);
  EXPECT_EQ(negotiate_deflate("permessage-deflate; server_max_window_bits=9", small)->params.server_max_window_bits, 9);
}

TEST(NegotiateDeflate, TakesTheFirstAcceptableOfSeveralOffers) {
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=10, permessage-deflate"),
            "permessage-deflate;server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; use_y, permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(answer("x-webkit-deflate-frame, permessage-bzip2; a=\"1,2\", permessage-deflate"), "permessage-deflate");
}

TEST(NegotiateDeflate, AServerWindowOf8BitsIsDeclinedForZlibCannotMakeIt) {
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=8"), "declined");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=8, permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=8"), "permessage-deflate;client_max_window_bits=8");
}

TEST(NegotiateDeflate, TakesQuotedValuesWhiteSpaceAndAnyCase) {
  EXPECT_EQ(answer("permessage-deflate;server_max_window_bits=\"10\""), "permessage-deflate;server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate;server_max_window_bits=\"1\\0\""),
            "permessage-deflate;server_max_window_bits=10");
  EXPECT_EQ(answer(" \tPerMessage-Deflate ;\tSERVER_max_window_bits = 10 "),
            "permessage-deflate;server_max_window_bits=10");
  EXPECT_EQ(answer(",, permessage-deflate ,"), "permessage-deflate");
}

TEST(NegotiateDeflate, DeclinesAnOfferThatIsNotLegal) {
  for (const char* parameters : {"server_no_context_takeover=1",
                                 "client_no_context_takeover=\"\"",
                                 "server_max_window_bits",
                                 "server_max_window_bits=",
                                 "server_max_window_bits=7",
                                 "server_max_window_bits=16",
                                 "server_max_window_bits=010",
                                 "server_max_window_bits=+9",
                                 "server_max_window_bits=1e1",
                                 "server_max_window_bits=\"10",
                                 "client_max_window_bits=",
                                 "client_max_window_bits=0",
                                 "client_max_window_bits=99999999999999999999",
                                 "client_max_window_bits=10 11",
                                 "server_no_context_takeover; server_no_context_takeover",
                                 "client_max_window_bits; client_max_window_bits=10",
                                 "server_max_window_bits=10; server_max_window_bits=10",
                                 "unknown",
                                 "unknown=1",
                                 "",
                                 "=10",
                                 ";",
                                 "a b",
                                 "server_no_context_takeover;"})
    EXPECT_EQ(answer("permessage-deflate; " + std::string(parameters)), "declined") << parameters;
}

TEST(NegotiateDeflate, DeclinesWhatIsNoOffer) {
  for (const char* offers : {"", " ", ",", ";", "permessage", "permessage-deflate2", "\"permessage-deflate\"",
                             "permessage-deflate=1", "x; permessage-deflate", "\"", "\\", "permessage-deflate; a=\"\\"})
    EXPECT_EQ(answer(offers), "declined") << offers;
}

}  // namespace
}  // namespace roost::ws
