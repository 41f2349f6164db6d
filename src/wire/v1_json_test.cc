#include <gtest/gtest.h>

#include "wire/wire_testing.h"

namespace roost::wire {
namespace {

using testing::binary;
using testing::json;
using testing::payload;
using testing::ref_of;

testing::Decoded text(std::string_view frame) {
  return {v1_json(), false, frame};
}

TEST(V1Json, ReadsAMessage) {
  const auto message = text(R"({"topic":"room:a","event":"new_msg","payload":{"body":"hi"},"ref":"2"})");
  ASSERT_TRUE(message.ok());
  EXPECT_TRUE(message->join_ref.is_null());
  EXPECT_EQ(message->ref, ref_of("\"2\""));
  EXPECT_EQ(message->topic, "room:a");
  EXPECT_EQ(message->event, "new_msg");
  EXPECT_EQ(message->payload.bytes, R"({"body":"hi"})");
}

TEST(V1Json, KeysComeInAnyOrderAndSpelling) {
  const auto message = text(
      " { \"payload\" : [ 1 ] , "
      "\"r\\u0065f\":2,\"x\":{\"ref\":3},\"join_ref\":\"1\",\"\\u0065vent\":\"e\",\"topic\":\"t\" } ");
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->join_ref, ref_of("\"1\""));
  EXPECT_EQ(message->ref, ref_of("2"));
  EXPECT_EQ(message->topic, "t");
  EXPECT_EQ(message->event, "e");
  EXPECT_EQ(message->payload.bytes, "[ 1 ]");
}

TEST(V1Json, TheFirstOfEqualKeysWins) {  // F17
  const auto message = text(R"({"topic":"a","topic":"b","event":"e","ref":1,"ref":2,"payload":{},"payload":[]})");
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->topic, "a");
  EXPECT_EQ(message->ref, ref_of("1"));
  EXPECT_EQ(message->payload.bytes, "{}");
}

TEST(V1Json, NullsArePresent) {  // F1
  const auto message = text(R"({"topic":null,"event":null,"payload":null,"ref":null,"join_ref":null})");
  ASSERT_TRUE(message.ok());
  EXPECT_FALSE(message->topic_is_string);
  EXPECT_FALSE(message->event_is_string);
  EXPECT_TRUE(message->ref.is_null());
  EXPECT_EQ(message->payload.bytes, "null");
  EXPECT_EQ(
      payload(v1_json().encode_reply(Ref(), message->ref, message->answer_topic(), "error",
                                     json(R"({"reason":"unmatched topic"})"), nullptr)),
      R"({"event":"phx_reply","payload":{"response":{"reason":"unmatched topic"},"status":"error"},"ref":null,"topic":null})");
}

TEST(V1Json, TheOpcodeMakesNoDifference) {  // F2
  const auto* const frame = R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})";
  EXPECT_TRUE(testing::Decoded(v1_json(), true, frame).ok());
}

TEST(V1Json, ChecksTheTextOfABinaryFrameItself) {
  Scratch scratch;
  const auto* const frame = "{\"topic\":\"\xff\",\"event\":\"e\",\"payload\":{},\"ref\":\"1\"}";
  EXPECT_FALSE(v1_json().decode(true, frame, Utf8::trusted, scratch).has_value());
}

TEST(V1Json, RefusesMalformedFrames) {  // v1_malformed
  for (const char* frame :
       {"", "{", "[]", "{}", R"(["1","1","room:a","phx_join",{}])",
        R"({"topic":"phoenix","event":"heartbeat","payload":{}})",
        R"({"topic":"phoenix","event":"heartbeat","ref":"1"})", R"({"event":"heartbeat","payload":{},"ref":"1"})",
        R"({"topic":"phoenix","payload":{},"ref":"1"})", R"({"topic":"t","event":"e","payload":{},"ref":"1"}x)",
        R"({"topic":"t","event":"e","payload":{},"ref":"1",})",
        R"({"topic":"t","event":"e","payload":1e999,"ref":"1"})",
        R"({"topic":"t","event":"e","payload":{},"ref":"1","x":01})",
        R"({"topic":"t","event":"e","payload":{},"ref" "1"})"})
    EXPECT_FALSE(text(frame).ok()) << frame;
  using namespace std::string_view_literals;
  EXPECT_FALSE(testing::Decoded(v1_json(), true,
                                "\x00\x01\x01\x06\x0b"
                                "12room:abinary_echox"sv)
                   .ok());
  EXPECT_TRUE(text(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1","extra":1})").ok());
}

TEST(V1Json, NeedsEveryByteOfAMessage) {
  const std::string frame = R"({"topic":"r\u00e9","event":"phx_join","payload":{"a":[1.5]},"ref":"1","x":[{}]})";
  ASSERT_TRUE(text(frame).ok());
  for (std::size_t size = 0; size < frame.size(); ++size) EXPECT_FALSE(text(std::string(frame, 0, size)).ok()) << size;
}

TEST(V1Json, WritesRepliesWithoutAJoinRef) {
  EXPECT_EQ(payload(v1_json().encode_reply(ref_of("\"9\""), ref_of("2"), "room:b", "ok", json(R"({"x":1})"), nullptr)),
            R"({"event":"phx_reply","payload":{"response":{"x":1},"status":"ok"},"ref":2,"topic":"room:b"})");
}

TEST(V1Json, WritesPushesAndBroadcastsAlike) {
  const auto* const expected = R"({"event":"pushed","payload":{"a":1},"ref":null,"topic":"room:v1"})";
  EXPECT_EQ(payload(v1_json().encode_push(ref_of("\"1\""), "room:v1", "pushed", json(R"({"a":1})"), nullptr)),
            expected);
  EXPECT_EQ(payload(v1_json().encode_broadcast("room:v1", "pushed", json(R"({"a":1})"), nullptr)), expected);
}

TEST(V1Json, PushesMayBeAnyJson) {  // v1_nonmap
  EXPECT_EQ(payload(v1_json().encode_push(Ref(), "room:v1n", "pushed", json("[1]"), nullptr)),
            R"({"event":"pushed","payload":[1],"ref":null,"topic":"room:v1n"})");
}

TEST(V1Json, KnowsNoBinaryPayloads) {  // F4
  using Field = EncodeError::Field;
  EXPECT_EQ(v1_json().encode_reply(Ref(), Ref(), "t", "ok", binary("x"), nullptr).error().field, Field::payload);
  EXPECT_EQ(v1_json().encode_push(Ref(), "t", "e", binary("x"), nullptr).error().field, Field::payload);
  EXPECT_EQ(v1_json().encode_broadcast("t", "e", binary("x"), nullptr).error().field, Field::payload);
}

TEST(V1Json, WritesTheEndOfAChannelWithTheJoinRefAsRef) {
  EXPECT_EQ(v1_json().encode_close(Ref(), "room:l", nullptr).payload(),
            R"({"event":"phx_close","payload":{},"ref":null,"topic":"room:l"})");
  EXPECT_EQ(v1_json().encode_close(ref_of("\"40\""), "room:l", nullptr).payload(),
            R"({"event":"phx_close","payload":{},"ref":"40","topic":"room:l"})");
  EXPECT_EQ(v1_json().encode_error(Ref(), "room:l", nullptr).payload(),
            R"({"event":"phx_error","payload":{"reason":"channel_crash"},"ref":null,"topic":"room:l"})");
}

TEST(V1Json, EscapesTopicAndEvent) {
  EXPECT_EQ(payload(v1_json().encode_broadcast("t\"\n", "e\\", {}, nullptr)),
            R"({"event":"e\\","payload":{},"ref":null,"topic":"t\"\n"})");
}

}  // namespace
}  // namespace roost::wire
