#include "broker/frame.h"

#include <string>

#include <gtest/gtest.h>

namespace roost::broker {
namespace {

std::string bytes_of(const auto& frame) {
  return std::string(encode(frame).view());
}

template <typename T>
T decoded(std::string_view bytes) {
  const auto frame = decode_frame(bytes);
  EXPECT_TRUE(frame && std::holds_alternative<T>(*frame));
  return frame ? std::get<T>(*frame) : T{};
}

const std::vector<std::string>& samples() {
  static const std::string long_topic(300, 't');
  static const std::vector<std::string> all = {
      bytes_of(pubsub::Message{"room:1", "new_msg", R"({"a":1})", false, 9}),
      bytes_of(pubsub::Message{long_topic, "", std::string_view("\0\xff", 2), true, 0}),
      bytes_of(pubsub::Parcel{"roost@1", "presence", "abc"}),
      bytes_of(Fragment{0x0102030405060708, 300, 70'000, 500, "piece"}),
      bytes_of(Hello{"roost@1", 7, true}),
  };
  return all;
}

TEST(BrokerFrame, ABroadcastComesBackWithoutItsSender) {
  const auto message = decoded<pubsub::Message>(samples()[0]);
  EXPECT_EQ(message.topic, "room:1");
  EXPECT_EQ(message.event, "new_msg");
  EXPECT_EQ(message.payload, R"({"a":1})");
  EXPECT_FALSE(message.binary);
  EXPECT_EQ(message.from, 0u);
  EXPECT_TRUE(decoded<pubsub::Message>(samples()[1]).binary);
  EXPECT_EQ(decoded<pubsub::Message>(samples()[1]).payload.size(), 2u);
}

TEST(BrokerFrame, ParcelsFragmentsAndHellosComeBack) {
  const auto parcel = decoded<pubsub::Parcel>(samples()[2]);
  EXPECT_EQ(parcel.from, "roost@1");
  EXPECT_EQ(parcel.service, "presence");
  EXPECT_EQ(parcel.bytes, "abc");
  const auto fragment = decoded<Fragment>(samples()[3]);
  EXPECT_EQ(fragment.sender, 0x0102030405060708u);
  EXPECT_EQ(fragment.number, 300u);
  EXPECT_EQ(fragment.total_bytes, 70'000u);
  EXPECT_EQ(fragment.offset, 500u);
  EXPECT_EQ(fragment.piece, "piece");
  const auto hello = decoded<Hello>(samples()[4]);
  EXPECT_EQ(hello.node, "roost@1");
  EXPECT_EQ(hello.incarnation, 7u);
  EXPECT_TRUE(hello.leaving);
}

TEST(BrokerFrame, TheBytesAreThese) {
  EXPECT_EQ(bytes_of(pubsub::Message{"t", "ev", "{}", false, 0}), std::string("\1\1\0\1t\2ev{}", 10));
  EXPECT_EQ(bytes_of(Hello{"n", 1, false}), std::string("\1\4\1n\0\0\0\0\0\0\0\0\1", 13));
}

TEST(BrokerFrame, HeadsThatAreCutAreMalformed) {
  for (const std::string& sample : samples()) {
    std::size_t head = sample.size();
    while (head > 0 && decode_frame(std::string_view(sample).substr(0, head))) --head;
    for (std::size_t size = 0; size <= head; ++size)
      EXPECT_FALSE(decode_frame(std::string_view(sample).substr(0, size))) << size;
  }
}

TEST(BrokerFrame, AnotherVersionIsToldFromNonsense) {
  std::string other = samples()[0];
  other[0] = 2;
  EXPECT_EQ(decode_frame(other).error(), FrameError::other_version);
  EXPECT_EQ(decode_frame("").error(), FrameError::malformed);
  EXPECT_EQ(decode_frame("\1").error(), FrameError::malformed);
  EXPECT_EQ(decode_frame("\1\11").error(), FrameError::malformed);
  EXPECT_EQ(decode_frame(samples()[4] + "x").error(), FrameError::malformed);
}

TEST(BrokerFrame, AHelloOfAnyVersionNamesItsNode) {
  const auto later = decode_introduction("\x07\4\3new, and whatever else it says then");
  ASSERT_TRUE(later);
  EXPECT_EQ(later->version, 7u);
  EXPECT_EQ(later->node, "new");
  EXPECT_FALSE(decode_introduction(samples()[0]));
  EXPECT_FALSE(decode_introduction("\x07\4\3ne"));
}

TEST(BrokerFrame, AFragmentLiesWithinItsFrame) {
  EXPECT_FALSE(decode_frame(bytes_of(Fragment{1, 1, 4, 0, "piece"})));
  EXPECT_FALSE(decode_frame(bytes_of(Fragment{1, 1, 10, 6, "piece"})));
  EXPECT_FALSE(decode_frame(bytes_of(Fragment{1, 1, 10, ~0ull, "piece"})));
  EXPECT_FALSE(decode_frame(bytes_of(Fragment{1, 1, 10, 0, ""})));
  EXPECT_TRUE(decode_frame(bytes_of(Fragment{1, 1, 10, 5, "piece"})));
}

TEST(BrokerFrame, ANodeHasANameOfAtMost255Bytes) {
  EXPECT_FALSE(decode_frame(bytes_of(Hello{"", 1, false})));
  EXPECT_TRUE(decode_frame(bytes_of(Hello{std::string(255, 'n'), 1, false})));
  EXPECT_FALSE(decode_frame(bytes_of(Hello{std::string(256, 'n'), 1, false})));
}

}  // namespace
}  // namespace roost::broker
