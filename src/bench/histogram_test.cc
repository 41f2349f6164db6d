#include "bench/histogram.h"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

namespace roost::bench {
namespace {

std::unique_ptr<Histogram> of(std::uint64_t first, std::uint64_t last) {
  auto histogram = std::make_unique<Histogram>();
  for (std::uint64_t value = first; value <= last; ++value) histogram->add(value);
  return histogram;
}

TEST(Histogram, EveryValueLiesInItsBucketAndWithinOnePercentOfItsEnd) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const std::uint64_t value : {(1ull << shift) - 1, 1ull << shift, (1ull << shift) + (1ull << shift) / 3}) {
      const std::size_t bucket = Histogram::bucket(value);
      ASSERT_LT(bucket, Histogram::kBuckets) << value;
      EXPECT_GE(Histogram::upper_bound(bucket), value);
      EXPECT_LE(Histogram::upper_bound(bucket) - value, value / 100) << value;
      EXPECT_LT(bucket == 0 ? 0 : Histogram::upper_bound(bucket - 1), std::max<std::uint64_t>(value, 1));
    }
  }
  EXPECT_EQ(Histogram::bucket(~0ull), Histogram::kBuckets - 1);
}

TEST(Histogram, BucketsAreInOrderAndLeaveNothingOut) {
  for (std::size_t i = 1; i < Histogram::kBuckets; ++i)
    ASSERT_EQ(Histogram::bucket(Histogram::upper_bound(i - 1) + 1), i);
}

TEST(Histogram, QuantilesOfSmallValuesAreExact) {
  const auto histogram = of(1, 200);
  EXPECT_EQ(histogram->quantile(0), 1u);
  EXPECT_EQ(histogram->quantile(0.5), 100u);
  EXPECT_EQ(histogram->quantile(0.99), 198u);
  EXPECT_EQ(histogram->quantile(1), 200u);
  EXPECT_DOUBLE_EQ(histogram->mean(), 100.5);
}

TEST(Histogram, QuantilesOfLargeValuesAreOffByAtMostOnePercent) {
  const auto histogram = of(1, 1'000'000);
  for (const double fraction : {0.1, 0.5, 0.9, 0.999}) {
    const double exact = fraction * 1'000'000;
    EXPECT_NEAR(static_cast<double>(histogram->quantile(fraction)), exact, exact / 100) << fraction;
  }
  EXPECT_EQ(histogram->max(), 1'000'000u);
  EXPECT_EQ(histogram->quantile(1), 1'000'000u);
}

TEST(Histogram, NothingAddedIsZeroEverywhere) {
  const auto histogram = std::make_unique<Histogram>();
  EXPECT_EQ(histogram->quantile(0.99), 0u);
  EXPECT_EQ(histogram->mean(), 0);
  EXPECT_EQ(histogram->count_up_to(~0ull), 0u);
}

TEST(Histogram, MergedIsAsIfAddedToOne) {
  const auto low = of(1, 500);
  const auto all = of(1, 1'000);
  low->merge(*of(501, 1'000));
  EXPECT_EQ(low->count(), all->count());
  EXPECT_EQ(low->max(), all->max());
  for (const double fraction : {0.01, 0.5, 0.9, 1.0}) EXPECT_EQ(low->quantile(fraction), all->quantile(fraction));
}

TEST(Histogram, CountsUpToAValue) {
  const auto histogram = of(1, 100);
  EXPECT_EQ(histogram->count_up_to(10), 10u);
  EXPECT_EQ(histogram->count_up_to(100), 100u);
}

}  // namespace
}  // namespace roost::bench
