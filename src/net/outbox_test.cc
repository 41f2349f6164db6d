#include "net/outbox.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace roost::net {
namespace {

class OutboxTest : public testing::Test {
 protected:
  void push(std::string_view bytes, std::size_t offset = 0) {
    outbox_.push(SharedBytes::copy(bytes), offset, bytes.size());
  }
  std::string_view next() { return outbox_.next(scratch_); }

  std::array<char, Outbox::kGatherMax> scratch_;
  Outbox outbox_;
};

TEST_F(OutboxTest, GivesAFrameThatIsAloneAsItLies) {
  const auto frame = SharedBytes::copy("hello");
  outbox_.push(frame, 1, frame.size());
  EXPECT_EQ(next(), "ello");
  EXPECT_EQ(next().data(), frame.data() + 1);
  EXPECT_EQ(outbox_.bytes(), 4u);
}

TEST_F(OutboxTest, PutsShortFramesTogether) {
  push("one ");
  push("");
  push("two ");
  push("xthree", 1);
  EXPECT_EQ(next(), "one two three");
  outbox_.consume(13);
  EXPECT_TRUE(outbox_.empty());
  EXPECT_EQ(next(), "");
}

TEST_F(OutboxTest, CopiesWhatLiesElsewhere) {
  std::string bytes = "first ";
  outbox_.push_copy(bytes);
  bytes = "second ";
  outbox_.push_copy(bytes);
  outbox_.push_copy("");
  const std::string long_one(Outbox::kCopyMax + 1, 'L');
  bytes = long_one;
  outbox_.push_copy(bytes);
  bytes.assign(bytes.size(), 'x');
  EXPECT_EQ(next(), "first second " + long_one);
  EXPECT_EQ(outbox_.bytes(), next().size());
}

TEST_F(OutboxTest, GivesALongFrameAloneAndKeepsTheOrder) {
  push("a");
  push(std::string(Outbox::kGatherMax, 'L'));
  push("b");
  EXPECT_EQ(next(), "a");
  outbox_.consume(1);
  EXPECT_EQ(next().size(), Outbox::kGatherMax);
  outbox_.consume(Outbox::kGatherMax);
  EXPECT_EQ(next(), "b");
}

TEST_F(OutboxTest, AFrameWithNothingBehindItsOffsetIsNone) {
  push("abc", 3);
  EXPECT_TRUE(outbox_.empty());
}

TEST_F(OutboxTest, AnySizesConsumedInAnyStepsGiveTheSameBytes) {
  std::mt19937 random(42);
  for (int round = 0; round < 200; ++round) {
    std::string expected, got;
    for (int step = 0; step < 400; ++step) {
      if (random() % 3 != 0) {
        const std::size_t size = random() % 50 == 0 ? random() % 40'000 : random() % 300;
        const std::string bytes(size, static_cast<char>('a' + step % 26));
        expected += bytes;
        if (random() % 2 == 0)
          push(bytes);
        else
          outbox_.push_copy(bytes);
      } else if (const auto bytes = next(); !bytes.empty()) {
        const std::size_t taken = random() % (bytes.size() + 1);
        got += bytes.substr(0, taken);
        outbox_.consume(taken);
      }
      ASSERT_EQ(outbox_.bytes(), expected.size() - got.size());
    }
    while (!outbox_.empty()) {
      got += next();
      outbox_.consume(next().size());
    }
    ASSERT_EQ(got, expected);
  }
}

}  // namespace
}  // namespace roost::net
