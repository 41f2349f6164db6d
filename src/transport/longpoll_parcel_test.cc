#include "transport/longpoll_parcel.h"

#include <gtest/gtest.h>

namespace roost::transport::parcel {
namespace {

const LongPollId kSession{3, 7, 0xfffefdfcfbfaf9f8, 1'700'000'000'000, 9};
const std::string kSecret(32, 's');

std::vector<Parcel> samples() {
  const Place to{3, 9}, from{0, 0x0102030405060708};
  return {{to, from, Ask{}},
          {to, from, Key{kSecret}},
          {to, from, Ping{}},
          {to, from, Pong{}},
          {to, from, Bye{77}},
          {to, from, Poll{300, kSession}},
          {to, from, Post{301, kSession, {{false, "[null]"}, {true, std::string_view("\0\xff", 2)}}}},
          {to, from, Forget{302}},
          {to, from, Answer{303, 200, {"[1]", "[2]"}}},
          {to, from, Confirm{304, Delivery::failed}}};
}

TEST(LongPollParcel, IsReadAsItWasWritten) {
  for (const Parcel& parcel : samples()) {
    const std::string bytes = encode(parcel);
    const auto read = decode(bytes);
    ASSERT_TRUE(read) << parcel.message.index();
    EXPECT_EQ(read->to, parcel.to);
    EXPECT_EQ(read->from, parcel.from);
    EXPECT_EQ(read->message.index(), parcel.message.index());
    EXPECT_EQ(encode(*read), bytes);
    EXPECT_EQ(shard_of(bytes), 3u);
  }
}

TEST(LongPollParcel, CarriesBinaryLinesAndTheSessionOfItsPlace) {
  const std::string bytes = encode(samples()[6]);
  const auto read = decode(bytes);
  ASSERT_TRUE(read);
  const auto& post = std::get<Post>(read->message);
  EXPECT_EQ(post.session, kSession);
  ASSERT_EQ(post.lines.size(), 2u);
  EXPECT_FALSE(post.lines[0].binary);
  EXPECT_TRUE(post.lines[1].binary);
  EXPECT_EQ(post.lines[1].bytes, std::string_view("\0\xff", 2));
}

// A post or an answer that is cut between two of its lines has fewer of them; the frame around a parcel has its length.
TEST(LongPollParcel, CutShortItIsNoneOrHasFewerLines) {
  for (const Parcel& parcel : samples()) {
    const std::string bytes = encode(parcel);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::string cut = bytes.substr(0, size);
      const auto read = decode(cut);
      if (!read) continue;
      EXPECT_TRUE(std::holds_alternative<Post>(read->message) || std::holds_alternative<Answer>(read->message));
      EXPECT_EQ(encode(*read), cut);
    }
  }
}

TEST(LongPollParcel, OfAnUnknownKindOrWithSomethingBehindItIsNone) {
  EXPECT_FALSE(decode(std::string("\0\0\0\0\x0a", 5)));
  EXPECT_TRUE(decode(std::string("\0\0\0\0\0", 5)));
  EXPECT_FALSE(decode(std::string("\0\0\0\0\0x", 6)));
  EXPECT_FALSE(decode(std::string("\0\0\0\0\x09\x01\x03", 7))) << "a delivery that there is not";
  EXPECT_FALSE(shard_of("\xff\xff\xff\xff\x7f")) << "a shard of more than 32 bits";
}

}  // namespace
}  // namespace roost::transport::parcel
