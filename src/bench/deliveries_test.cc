#include "bench/deliveries.h"

#include <gtest/gtest.h>

namespace roost::bench {
namespace {

constexpr std::uint64_t n(std::uint64_t index) {
  return kFirstNumber + index;
}

/// One subscriber who saw these of the numbers 0 … sent - 1.
Faults faults_of(std::initializer_list<std::uint64_t> seen, std::uint64_t sent) {
  Deliveries deliveries(1);
  for (const std::uint64_t index : seen) deliveries.saw(0, n(index));
  return deliveries.faults(n(sent));
}

TEST(Deliveries, AllInOrderIsNoFault) {
  const Faults faults = faults_of({0, 1, 2, 3}, 4);
  EXPECT_TRUE(faults.none());
  EXPECT_EQ(faults.text(), "none");
}

TEST(Deliveries, AGapIsCountedAsWideAsItIs) {
  const Faults faults = faults_of({0, 3}, 4);
  EXPECT_EQ(faults.missing, 2u);
  EXPECT_EQ(faults.text(), "2 missing");
}

TEST(Deliveries, WhatNeverCameAtTheEndIsMissing) {
  EXPECT_EQ(faults_of({0, 1}, 5).missing, 3u);
  EXPECT_EQ(faults_of({}, 5).missing, 5u);
}

TEST(Deliveries, TheSameNumberAgainIsADuplicate) {
  const Faults faults = faults_of({0, 0, 1, 0}, 2);
  EXPECT_EQ(faults.duplicates, 2u);
  EXPECT_EQ(faults.missing, 0u);
}

TEST(Deliveries, ANumberThatComesLateIsOutOfOrderAndNotMissing) {
  const Faults faults = faults_of({0, 2, 1, 3}, 4);
  EXPECT_EQ(faults.out_of_order, 1u);
  EXPECT_EQ(faults.missing, 0u);
  EXPECT_EQ(faults.duplicates, 0u);
}

TEST(Deliveries, ALateNumberThatComesTwiceIsBoth) {
  const Faults faults = faults_of({1, 0, 0}, 2);
  EXPECT_EQ(faults.out_of_order, 1u);
  EXPECT_EQ(faults.duplicates, 1u);
}

TEST(Deliveries, EachSubscriberHasNumbersOfItsOwn) {
  Deliveries deliveries(2);
  deliveries.as_expected(0);
  deliveries.saw(1, n(0));
  deliveries.saw(1, n(1));
  deliveries.garbled();
  EXPECT_EQ(deliveries.expected(0), n(1));
  EXPECT_EQ(deliveries.expected(1), n(2));
  EXPECT_EQ(deliveries.count(), 3u);
  EXPECT_EQ(deliveries.faults(n(2)).text(), "1 missing, 1 garbled");
}

}  // namespace
}  // namespace roost::bench
