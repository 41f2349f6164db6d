#include "bench/numbered.h"

#include <gtest/gtest.h>

namespace roost::bench {
namespace {

TEST(Numbered, PayloadsHaveTheSizeThatWasAskedFor) {
  for (const std::size_t bytes : {64u, 100u, 1'000u}) {
    EXPECT_EQ(numbered_payload(kFirstNumber, bytes).size(), bytes);
    EXPECT_EQ(numbered_payload(kFirstNumber + 123, bytes).size(), bytes);
    EXPECT_EQ(numbered_bytes(kFirstNumber, bytes).size(), bytes);
  }
  EXPECT_EQ(numbered_payload(kFirstNumber, 1), R"({"n":1000000000,"p":""})");
}

TEST(Numbered, TheNumberComesBack) {
  EXPECT_EQ(number_of(false, numbered_payload(kFirstNumber + 7, 64), 64), kFirstNumber + 7);
  EXPECT_EQ(number_of(true, numbered_bytes(kFirstNumber + 7, 64), 64), kFirstNumber + 7);
  EXPECT_EQ(number_of(false, R"( { "p" : "xx" , "n" : 1000000001 } )", 25), kFirstNumber + 1);
}

TEST(Numbered, WhatWasChangedOnTheWayHasNoNumber) {
  const std::string good = numbered_payload(kFirstNumber, 64);
  EXPECT_EQ(number_of(false, good, 65), std::nullopt);
  for (std::string_view bad : {"", "{}", R"({"n":1000000000})", R"({"n":"a","p":""})", R"([1000000000])"})
    EXPECT_EQ(number_of(false, bad, 23), std::nullopt) << bad;
  std::string changed = good;
  changed[40] = 'y';
  EXPECT_EQ(number_of(false, changed, 64), std::nullopt);
  std::string bytes = numbered_bytes(kFirstNumber, 20);
  bytes[15] = 'y';
  EXPECT_EQ(number_of(true, bytes, 20), std::nullopt);
}

TEST(NumberedText, ChangesEveryPlaceWithTheNumber) {
  NumberedText text(R"(["1","1000000000",{"n":1000000000}])", kFirstNumber);
  EXPECT_EQ(text.with(kFirstNumber), R"(["1","1000000000",{"n":1000000000}])");
  EXPECT_EQ(text.with(kFirstNumber + 42), R"(["1","1000000042",{"n":1000000042}])");
  EXPECT_EQ(text.with(kFirstNumber), R"(["1","1000000000",{"n":1000000000}])");
}

}  // namespace
}  // namespace roost::bench
