#include "ws/deflate.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace roost::ws {
namespace {

constexpr InflateLimits kLimits{.bytes_max = 8'000'000, .ratio_max = 25};
constexpr DeflateParams kAlone{.server_no_context_takeover = true, .client_no_context_takeover = true};

std::string bytes(std::initializer_list<int> values) {
  std::string result;
  for (const int value : values) result += static_cast<char>(value);
  return result;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

std::string noise(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string result(size, '\0');
  for (char& c : result) c = static_cast<char>(random());
  return result;
}

std::uint16_t refusal(Inflater& inflater, std::string_view compressed, const InflateLimits& limits = kLimits) {
  const auto message = inflater.inflate(compressed, limits);
  return message ? 0 : message.error().close_code;
}

// RFC 7692 §7.2.3, each on a new connection.
TEST(Inflater, KnowsTheExamplesOfRfc7692) {
  const std::string examples[] = {
      bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}),                                      // .1: one block
      bytes({0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}),              // .3: stored
      bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}),                                // .4: BFINAL
      bytes({0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00}),  // .5: two blocks
      // A last block and nothing behind it: not in the RFC, but sent by some.
      bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}),
  };
  for (const std::string& example : examples)
    for (const DeflateParams& params : {DeflateParams{}, kAlone}) {
      Inflater inflater(params);
      EXPECT_EQ(inflater.inflate(example, kLimits).value(), "Hello");
    }
}

TEST(Inflater, KnowsTheSharedWindowOfRfc7692) {
  Inflater inflater(DeflateParams{});
  EXPECT_EQ(inflater.inflate(bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}), kLimits).value(), "Hello");
  EXPECT_EQ(inflater.inflate(bytes({0xf2, 0x00, 0x11, 0x00, 0x00}), kLimits).value(), "Hello");
}

TEST(Inflater, KeepsTheWindowBehindALastBlock) {
  for (const auto& first :
       {bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}), bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00})}) {
    Inflater inflater(DeflateParams{});
    EXPECT_EQ(inflater.inflate(first, kLimits).value(), "Hello");
    EXPECT_EQ(inflater.inflate(bytes({0xf2, 0x00, 0x11, 0x00, 0x00}), kLimits).value(), "Hello");
  }
}

TEST(Inflater, WithoutContextTakeoverAReferenceToTheLastMessageIsAnError) {
  Inflater inflater(kAlone);
  EXPECT_EQ(inflater.inflate(bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}), kLimits).value(), "Hello");
  EXPECT_EQ(refusal(inflater, bytes({0xf2, 0x00, 0x11, 0x00, 0x00})), 1007);
}

TEST(Inflater, WithoutContextTakeoverOneConnectionCannotSeeTheOther) {
  Inflater one(kAlone), other(kAlone);
  EXPECT_EQ(one.inflate(deflate_message("secret secret"), kLimits).value(), "secret secret");
  EXPECT_EQ(refusal(other, bytes({0xf2, 0x00, 0x11, 0x00, 0x00})), 1007);
}

TEST(Inflater, EmptyMessagesAreEmpty) {
  for (const auto& empty : {bytes({0x00}), bytes({0x02, 0x00}), bytes({0x03, 0x00}), std::string()}) {
    Inflater inflater(DeflateParams{});
    EXPECT_EQ(inflater.inflate(empty, kLimits).value(), "") << empty.size();
    EXPECT_EQ(inflater.inflate(empty, kLimits).value(), "") << empty.size();
  }
}

TEST(Inflater, WhatIsNotDeflateClosesWith1007) {
  const std::string broken[] = {"\x07",
                                "\xff\xff",
                                bytes({0xf2, 0x48, 0xcd}),
                                bytes({0x00, 0x05, 0x00, 0x00, 0x00}),
                                bytes({0x00, 0x06, 0x00, 0xf9, 0xff, 0x48}),
                                noise(64)};
  for (const std::string& compressed : broken)
    for (const DeflateParams& params : {DeflateParams{}, kAlone}) {
      Inflater inflater(params);
      EXPECT_EQ(refusal(inflater, compressed), 1007) << compressed.size();
    }
}

TEST(Inflater, AMessageCutAnywhereIsAnErrorOrShorterNeverMore) {
  const std::string text = repeated("the quick brown fox ", 50) + noise(200);
  const std::string whole = deflate_message(text);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Inflater inflater(kAlone);
    const auto message = inflater.inflate(std::string_view(whole).substr(0, size), kLimits);
    if (message)
      EXPECT_TRUE(text.starts_with(*message)) << size;
    else
      EXPECT_EQ(message.error().close_code, 1007) << size;
  }
}

TEST(Inflater, HoldsNothingBeforeTheFirstMessageNorWithoutTakeover) {
  Inflater keeps((DeflateParams())), forgets(kAlone);
  EXPECT_FALSE(keeps.holds_context());
  ASSERT_TRUE(keeps.inflate(deflate_message("a"), kLimits) && forgets.inflate(deflate_message("a"), kLimits));
  EXPECT_TRUE(keeps.holds_context());
  EXPECT_FALSE(forgets.holds_context());
}

TEST(Inflater, OutputIsHeldToTheLimitToTheByte) {
  const std::string text = noise(20'000);
  const std::string compressed = deflate_message(text);
  for (const std::size_t bytes_max : {19'999u, 20'000u}) {
    Inflater inflater(kAlone);
    EXPECT_EQ(refusal(inflater, compressed, {bytes_max, 25}), bytes_max < text.size() ? 1009 : 0);
  }
}

TEST(Inflater, ABombClosesWith1009) {
  const std::string bomb = deflate_message(std::string(100'000'000, ' '));
  EXPECT_LT(bomb.size(), 100'000u);
  for (const InflateLimits& limits : {kLimits, InflateLimits{8'000'000, 100'000}}) {
    Inflater inflater(kAlone);
    EXPECT_EQ(refusal(inflater, bomb, limits), 1009);
  }
}

TEST(Inflater, TheRatioCountsOnlyAboveTheFloor) {
  Inflater inflater(kAlone);
  EXPECT_EQ(refusal(inflater, deflate_message(std::string(kInflateFloorBytes, 'x'))), 0);
  EXPECT_EQ(refusal(inflater, deflate_message(std::string(kInflateFloorBytes + 1, 'x'))), 1009);
}

TEST(Inflater, ARatioUnderTheLimitPassesWhereverItsBurstsAre) {
  const std::string text = std::string(500'000, 'x') + noise(30'000);  // 17 to 1
  for (const std::string& message : {text, std::string(text.rbegin(), text.rend())}) {
    Inflater inflater(kAlone);
    EXPECT_EQ(inflater.inflate(deflate_message(message), kLimits).value(), message);
  }
}

TEST(Inflater, MillionsOfLastBlocksAreQuickAndEmpty) {
  Inflater inflater(DeflateParams{});
  EXPECT_EQ(inflater.inflate(repeated(bytes({0x03, 0x00}), 1'000'000), kLimits).value(), "");
}

TEST(Deflater, KnowsTheExamplesOfRfc7692) {
  Deflater deflater(DeflateParams{});
  EXPECT_EQ(deflater.deflate("Hello"), bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}));
  EXPECT_EQ(deflater.deflate("Hello"), bytes({0xf2, 0x00, 0x11, 0x00, 0x00}));
  EXPECT_EQ(deflater.deflate(""), bytes({0x00}));
  EXPECT_EQ(deflater.deflate(""), bytes({0x00}));
}

TEST(Deflater, StandaloneMessagesAreTheSameEveryTime) {
  Deflater deflater(kAlone);
  const std::string hello = bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(deflater.deflate("Hello"), hello);
    EXPECT_EQ(deflate_message("Hello"), hello);
    EXPECT_EQ(deflate_message(""), bytes({0x00}));
  }
  EXPECT_FALSE(deflater.holds_context());
}

TEST(Deflater, EveryWindowRoundTripsWithAndWithoutContext) {
  std::mt19937 random(7);
  for (std::uint8_t bits = 9; bits <= 15; ++bits)
    for (const bool alone : {false, true}) {
      const DeflateParams server{alone, alone, bits, bits};
      Deflater deflater(server);
      Inflater inflater(server);  // the client's window has just the agreed size
      for (int i = 0; i < 40; ++i) {
        const std::string message =
            repeated(noise(1 + random() % 50, i % 5), random() % 400) + noise(random() % 3000, i % 3);
        ASSERT_EQ(inflater.inflate(deflater.deflate(message), {1 << 30, 2000}).value(), message)
            << int{bits} << ' ' << i;
      }
    }
}

TEST(Deflater, AfterForgettingASharedMessageMayStandBetween) {
  Deflater deflater(DeflateParams{});
  Inflater client(DeflateParams{});
  const std::string a = noise(1000, 1), shared = noise(20'000, 2), b = noise(500, 1);
  EXPECT_EQ(client.inflate(deflater.deflate(a), kLimits).value(), a);
  EXPECT_EQ(client.inflate(deflate_message(shared), kLimits).value(), shared);
  deflater.forget();
  EXPECT_EQ(client.inflate(deflater.deflate(b), kLimits).value(), b);
  EXPECT_EQ(client.inflate(deflater.deflate(a + b), kLimits).value(), a + b);
}

TEST(Deflater, MessagesOfEveryOddSizeRoundTrip) {
  Deflater deflater(DeflateParams{});
  Inflater inflater(DeflateParams{});
  for (const std::size_t size : {0u, 1u, 2u, 31u, 4095u, 16'383u, 16'384u, 16'385u, 65'535u, 65'536u, 1'000'003u})
    for (const std::string& message : {noise(size), std::string(size, 'x')})
      ASSERT_EQ(inflater.inflate(deflater.deflate(message), {2'000'000, 2000}).value(), message) << size;
}

}  // namespace
}  // namespace roost::ws
