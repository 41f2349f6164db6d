#include "tracker/message.h"

#include <gtest/gtest.h>

namespace roost::tracker {
namespace {

using presence::Clock;
using presence::Delta;
using presence::kCounterMax;
using presence::ReplicaId;

const ReplicaId a{"a", 1}, b{"node-b", std::uint64_t{1} << 63};

/// All bytes of a literal, zeros too.
template <std::size_t N>
std::string raw(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

Delta delta() {
  Delta delta{{{a, 3}}, {{a, 9}, {b, kCounterMax}}, {}};
  auto& part = delta.parts[a];
  part.seen.insert(2);
  part.seen.insert(4, 9);
  part.values[4] = {"room:1", 7, "ann", SharedBytes::copy(R"({"phx_ref":"x"})")};
  part.values[5] = {"room:1", 8, "", SharedBytes()};
  part.values[9] = {"", std::uint64_t(-1), std::string("\0\"é", 4), SharedBytes::copy("{}")};
  delta.parts[b].seen.insert(1, kCounterMax);
  return delta;
}

std::vector<Message> messages() {
  const Clock clock{{a, 9}, {b, 0}};
  return {Heartbeat{a, std::nullopt, clock},
          Heartbeat{b, delta(), clock},
          Heartbeat{a, Delta{}, {}},
          TransferRequest{std::uint64_t(-1), a, clock},
          TransferAnswer{0, b, delta()},
          TransferAnswer{1, b, delta().parts},
          TransferAnswer{2, a, presence::Parts{}},
          Goodbye{b}};
}

TEST(TrackerMessage, ComesBackAsItWas) {
  for (const Message& message : messages()) {
    const auto decoded = decode(encode(message));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, message);
  }
}

TEST(TrackerMessage, CutShortAnywhereIsAnError) {
  for (const Message& message : messages()) {
    const std::string bytes = encode(message);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size)));
  }
}

TEST(TrackerMessage, BytesBehindTheEndAreAnError) {
  for (const Message& message : messages()) EXPECT_FALSE(decode(encode(message) + '\0'));
}

TEST(TrackerMessage, AnyChangedByteIsAnErrorOrAnotherMessage) {
  for (const Message& message : messages()) {
    const std::string bytes = encode(message);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      for (const int flip : {1, 0x40, 0x80, 0xff}) {
        std::string changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ flip);
        if (const auto decoded = decode(changed)) {
          EXPECT_NE(*decoded, message) << i;
        }
      }
  }
}

TEST(TrackerMessage, GoldenBytesOfVersion1) {
  Delta small{{{a, 1}}, {{a, 2}}, {}};
  small.parts[a].seen.insert(2);
  small.parts[a].values[2] = {"t", 3, "k", SharedBytes::copy("{}")};
  const std::string expected =
      raw("\x01\x01"  // version, heartbeat
          "\x01"
          "a"
          "\x01"  // from
          "\x01"  // with a delta
          "\x01\x01"
          "a\x01\x01"  // start: a at 1
          "\x01\x01"
          "a\x01\x02"  // end: a at 2
          "\x01\x01"
          "a\x01"         // one part, of a
          "\x01\x01\x00"  // one run: after a gap of 1, 1 long
          "\x01\x02"      // one value, dot 2
          "\x02"
          "t"
          "\x03"
          "\x01"
          "k"
          "\x02"
          "{}"
          "\x01\x01"
          "a\x01\x02");  // clock
  EXPECT_EQ(encode(Heartbeat{a, small, {{a, 2}}}), expected);
}

TEST(TrackerMessage, RefusesWhatNoEncoderWrites) {
  const auto refuses = [](std::string_view what, std::string bytes) { EXPECT_FALSE(decode(bytes)) << what; };
  refuses("nothing", "");
  refuses("another version", raw("\x02\x04\x01"
                                 "a\x01"));
  refuses("unknown type", raw("\x01\x05\x01"
                              "a\x01"));
  refuses("empty name", raw("\x01\x04\x00\x01"));
  refuses("long name", "\x01\x04\x80\x02" + std::string(256, 'a') + '\x01');
  refuses("number of more than 64 bits",
          "\x01\x04\x01"
          "a" +
              std::string(9, '\xff') + '\x02');
  refuses("number without end",
          "\x01\x04\x01"
          "a" +
              std::string(20, '\xff'));
  refuses("flag that is none", raw("\x01\x01\x01"
                                   "a\x01\x02\x00"));
  refuses("clock out of order", raw("\x01\x02\x00\x01"
                                    "a\x01\x02\x01"
                                    "b\x01\x00\x01"
                                    "a\x01\x00"));
  refuses("replica twice", raw("\x01\x02\x00\x01"
                               "a\x01\x02\x01"
                               "a\x01\x00\x01"
                               "a\x01\x00"));
  refuses("runs that touch", raw("\x01\x03\x00\x01"
                                 "a\x01\x00\x01\x01"
                                 "b\x01\x02\x00\x00\x00\x00\x00"));
  refuses("value that was not seen", raw("\x01\x03\x00\x01"
                                         "a\x01\x00\x01\x01"
                                         "b\x01\x00\x01\x01\x02"
                                         "t\x01\x00\x00"));
  refuses("first value without a topic", raw("\x01\x03\x00\x01"
                                             "a\x01\x00\x01\x01"
                                             "b\x01\x01\x00\x00\x01\x01\x00\x01\x00\x00"));
  refuses("counts beyond the bytes", raw("\x01\x02\x00\x01"
                                         "a\x01\xff\xff\xff\xff\x0f"));
}

// The refused ones of the parts, put right: it is the wrong byte that they fail for.
TEST(TrackerMessage, TakesTheSameWithoutTheMistake) {
  EXPECT_TRUE(
      decode(raw("\x01\x02\x00\x01"
                 "a\x01\x02\x01"
                 "a\x01\x00\x01"
                 "b\x01\x00")));
  EXPECT_TRUE(
      decode(raw("\x01\x03\x00\x01"
                 "a\x01\x00\x01\x01"
                 "b\x01\x02\x00\x00\x01\x00\x00")));
  EXPECT_TRUE(
      decode(raw("\x01\x03\x00\x01"
                 "a\x01\x00\x01\x01"
                 "b\x01\x01\x00\x00\x01\x01\x02"
                 "t\x01\x00\x00")));
}

TEST(TrackerMessage, ATopicOfManyIsWrittenOnce) {
  presence::Parts parts;
  for (presence::Counter dot = 1; dot <= 1000; ++dot) {
    parts[a].seen.insert(dot);
    parts[a].values[dot] = {std::string(200, 't'), dot, "k", {}};
  }
  EXPECT_LT(encode(TransferAnswer{1, a, parts}).size(), 10'000u);
}

}  // namespace
}  // namespace roost::tracker
