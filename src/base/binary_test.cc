#include "base/binary.h"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace roost {
namespace {

std::string number(std::uint64_t value) {
  BinaryWriter writer;
  writer.number(value);
  return writer.take();
}

TEST(Binary, NumbersComeBack) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t value : std::array<std::uint64_t, 7>{0, 1, 0x7f, 0x80, 0x3fff, kMax / 2 + 1, kMax}) {
    const std::string bytes = number(value);
    BinaryReader reader(bytes);
    EXPECT_EQ(reader.number(), value);
    EXPECT_TRUE(reader.at_end());
  }
  EXPECT_EQ(number(300), "\xac\x02");
  EXPECT_EQ(number(kMax).size(), BinaryWriter::kNumberBytesMax);
}

TEST(Binary, ANumberOfMoreThanSixtyFourBitsIsNone) {
  for (const std::string& bytes : {std::string(9, '\xff') + "\x02", std::string(10, '\x80') + "\x01"}) {
    BinaryReader reader(bytes);
    EXPECT_EQ(reader.number(), 0u);
    EXPECT_FALSE(reader.ok());
  }
}

TEST(Binary, TextsComeBackAndTheRestBehindThem) {
  BinaryWriter writer;
  writer.text("topic");
  writer.text("");
  writer.raw("payload");
  BinaryReader reader(writer.bytes());
  EXPECT_EQ(reader.text(), "topic");
  EXPECT_EQ(reader.text(), "");
  EXPECT_EQ(reader.rest(), "payload");
  EXPECT_TRUE(reader.at_end());
}

TEST(Binary, WhatIsCutOffIsAFailureThatStays) {
  BinaryWriter writer;
  writer.text("topic");
  writer.number(300);
  const std::string whole = writer.take();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    BinaryReader reader(std::string_view(whole).substr(0, size));
    reader.text();
    reader.number();
    EXPECT_FALSE(reader.ok()) << size;
    EXPECT_EQ(reader.text(), "") << size;
    EXPECT_FALSE(reader.at_end()) << size;
  }
}

}  // namespace
}  // namespace roost
