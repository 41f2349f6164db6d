#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/wire_testing.h"

namespace roost::wire {
namespace {

/// A head of three bytes.
std::size_t ws_like_head(char* payload, std::size_t payload_bytes, bool) {
  payload[-3] = 'h';
  payload[-2] = static_cast<char>(payload_bytes / 256);
  payload[-1] = static_cast<char>(payload_bytes % 256);
  return 3;
}

using testing::binary;
using testing::json;
using testing::payload;
using testing::ref_of;

testing::Decoded text(std::string_view frame) {
  return {v2_json(), false, frame};
}

TEST(V2Json, ReadsAMessage) {
  const auto message = text(R"(["1","2","room:a","new_msg",{"body":"hi"}])");
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->join_ref, ref_of("\"1\""));
  EXPECT_EQ(message->ref, ref_of("\"2\""));
  EXPECT_EQ(message->topic, "room:a");
  EXPECT_EQ(message->event, "new_msg");
  EXPECT_EQ(message->payload.bytes, R"({"body":"hi"})");
  EXPECT_FALSE(message->payload.binary);
}

TEST(V2Json, TakesRefsOfAnyType) {  // F6
  for (const char* value : {"null", "1", "1.5", "\"\"", "true", R"({"o":1})", "[1.5,true]"}) {
    const std::string frame = std::string("[") + value + "," + value + R"(,"t","e",{}])";
    const auto message = text(frame);
    ASSERT_TRUE(message.ok()) << frame;
    EXPECT_EQ(message->join_ref.text(), value);
    EXPECT_EQ(message->ref, message->join_ref);
  }
}

TEST(V2Json, PassesThePayloadThroughByteForByte) {
  for (
      const char* value :
      {"null", "true", "\"s\"", "5", "1.50", "[]", "[{}]", "{ \"w\" : [ 1 , 2 ] ,\n \"x\":{ } }",
       R"({"id":9223372036854775807,"u":18446744073709551615,"low":-9223372036854775808,"big":123456789012345678901234567890})",
       R"({"a":1,"a":2})", R"({"s":"\u00e9\/\u2028"})", R"({"n":[-0,-0.0,1E+2,4.9e-324]})"}) {
    const std::string frame = std::string(" [ \"1\" ,\t\"2\",\"t\",\"e\", ") + value + " ]\r\n";
    const auto message = text(frame);
    ASSERT_TRUE(message.ok()) << frame;
    EXPECT_EQ(message->payload.bytes, value);
  }
}

TEST(V2Json, UnescapesTopicAndEvent) {  // v2_json
  const auto message = text(R"(["q\"\\","q\n\u00e9","room:\"\\\u0001é","phx\u005fjoin",{}])");
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->topic, "room:\"\\\x01é");
  EXPECT_EQ(message->event, "phx_join");
  EXPECT_EQ(payload(v2_json().encode_reply(message->join_ref, message->ref, message->topic, "ok", {}, nullptr)),
            R"(["q\"\\","q\né","room:\"\\\u0001é","phx_reply",{"response":{},"status":"ok"}])");
}

TEST(V2Json, TheScratchIsForTheNextMessage) {
  Scratch scratch;
  for (const char* name : {"a long topic with an \\u0065scape", "\\u0062"}) {
    const std::string frame = std::string(R"([null,null,")") + name + R"(","e\u0065",{}])";
    const auto message = v2_json().decode(false, frame, Utf8::trusted, scratch);
    EXPECT_EQ(message->topic, name[0] == 'a' ? "a long topic with an escape" : "b");
    EXPECT_EQ(message->event, "ee");
  }
}

TEST(V2Json, IgnoresFurtherElementsButReadsThem) {  // v2_long_array
  EXPECT_TRUE(text(R"(["1","1","room:a","phx_join",{},6,{"x":7}])").ok());
  EXPECT_FALSE(text(R"(["1","1","room:a","phx_join",{},6,{"x":}])").ok());
  EXPECT_FALSE(text(R"(["1","1","room:a","phx_join",{},6,"\ud800"])").ok());
}

TEST(V2Json, EchoesATopicThatIsNoString) {  // v2_types
  for (const char* topic : {"5", "null", R"({"a":1})", "[\"x\"]", "false"}) {
    const std::string frame = std::string(R"(["1","2",)") + topic + R"(,"phx_join",{}])";
    const auto message = text(frame);
    ASSERT_TRUE(message.ok()) << frame;
    EXPECT_FALSE(message->topic_is_string);
    EXPECT_TRUE(message->event_is_string);
    EXPECT_EQ(message->topic, "");
    EXPECT_EQ(payload(v2_json().encode_reply(Ref(), message->ref, message->answer_topic(), "error",
                                             json(R"({"reason":"unmatched topic"})"), nullptr)),
              std::string(R"([null,"2",)") + topic +
                  R"(,"phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}])");
  }
}

TEST(V2Json, TellsAnEventThatIsNoString) {  // v2_types
  const auto message = text(R"(["1","2","room:ok",7,{}])");
  ASSERT_TRUE(message.ok());
  EXPECT_FALSE(message->event_is_string);
  EXPECT_TRUE(message->topic_is_string);
  EXPECT_EQ(message->topic, "room:ok");
  EXPECT_EQ(message->event, "");
}

TEST(V2Json, RefusesMalformedFrames) {  // v2_malformed
  for (const char* frame :
       {"", "{", "garbage", "[]", R"(["1","2","room:bad","echo"])",
        R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})", R"("x")", "null", "5",
        R"(["1","2","room:bad","echo",{})", R"(["1","2","room:bad","echo",{}] x)",
        R"(["1","2","room:bad","echo",{"a":1e999}])", R"(["1","2","room:bad","echo",{"a":NaN}])",
        R"(["1","2","room:bad","echo",{"a":"\ud800"}])", R"(["1","2","room:bad","echo",{},])", R"([,"2","t","e",{}])",
        R"(["1" "2","t","e",{}])", R"(["1","2","t","e",{}}])", "[\"1\",\"2\",\"t\",\"e\",{\"a\":\"\xff\"}]"})
    EXPECT_FALSE(text(frame).ok()) << frame;
  EXPECT_TRUE(text(R"( ["1","2","room:bad","echo",{}] )").ok());
}

TEST(V2Json, SaysWhyAFrameIsRefused) {
  EXPECT_STREQ(text("[1,2,3,4]").result.error().reason, "not an array of five elements or more");
  EXPECT_STREQ(text("[1,2,3,4,").result.error().reason, "malformed JSON");
  EXPECT_STREQ(text("[1,2,\"t\",\"e\",1e999]").result.error().reason, "JSON number out of range");
  EXPECT_STREQ(text("[1,\"" + std::string(kRefBytesMax, '8') + "\",\"t\",\"e\",{}]").result.error().reason,
               "ref too long");
}

TEST(V2Json, NeedsEveryByteOfAMessage) {
  const std::string frame = R"([ "1",null,"room:\u00e9\"","a long event",{"a":[1.5,"\ud83d\ude00",true]},{"more":7}])";
  ASSERT_TRUE(text(frame).ok());
  for (std::size_t size = 0; size < frame.size(); ++size) EXPECT_FALSE(text(std::string(frame, 0, size)).ok()) << size;
}

TEST(V2Json, WritesReplies) {
  EXPECT_EQ(payload(v2_json().encode_reply(ref_of("\"1\""), ref_of("\"2\""), "room:a", "ok", {}, nullptr)),
            R"(["1","2","room:a","phx_reply",{"response":{},"status":"ok"}])");
  EXPECT_EQ(
      payload(v2_json().encode_reply(ref_of("1"), ref_of("null"), "room:a", "error", json("[1,\"a\",null]"), nullptr)),
      R"([1,null,"room:a","phx_reply",{"response":[1,"a",null],"status":"error"}])");
  EXPECT_EQ(payload(v2_json().encode_reply(Ref(), ref_of("\"10\""), "phoenix", "ok", {}, nullptr)),
            R"([null,"10","phoenix","phx_reply",{"response":{},"status":"ok"}])");
}

TEST(V2Json, WritesPushesAndBroadcasts) {
  EXPECT_EQ(payload(v2_json().encode_push(ref_of("\"1\""), "room:a", "pushed", json(R"({"a":1})"), nullptr)),
            R"(["1",null,"room:a","pushed",{"a":1}])");
  EXPECT_EQ(payload(v2_json().encode_broadcast("room:a", "new_msg", json(R"({"m":1})"), nullptr)),
            R"([null,null,"room:a","new_msg",{"m":1}])");
}

TEST(ShortReply, IsTheReplyWrittenElsewhere) {
  for (const Serializer* serializer : {&v1_json(), &v2_json()})
    for (const std::size_t size : {0, 1, 15, 64, 200}) {
      const std::string response = "\"" + std::string(size, 'r') + "\"";
      const TopicText topic(std::string_view("room:\"\n"));
      const auto frame =
          serializer->encode_reply(ref_of("1"), ref_of("\"2\""), topic, "ok", json(response), &ws_like_head);
      // On the heap and of that very size, so that what is written behind the end is seen.
      for (std::size_t room_bytes = 0; room_bytes < 500; ++room_bytes) {
        std::vector<char> room(room_bytes);
        const auto view = serializer->encode_short_reply(ref_of("1"), ref_of("\"2\""), topic, "ok", json(response),
                                                         &ws_like_head, room);
        if (view) {
          EXPECT_EQ(view->framed, frame->framed());
          EXPECT_EQ(Frame::copy(*view).framed(), frame->framed());
          EXPECT_EQ(Frame::copy(*view).payload(), frame->payload());
        }
        EXPECT_TRUE(view || room_bytes < frame->framed().size() + 100);
      }
    }
}

TEST(ShortReply, IsNeverOneOfBytes) {
  std::array<char, 500> room;
  for (const Serializer* serializer : {&v1_json(), &v2_json()})
    EXPECT_FALSE(serializer->encode_short_reply(Ref(), Ref(), "t", "ok", binary("x"), nullptr, room).has_value());
}

TEST(V2Json, WritesTheEndOfAChannelWithItsJoinRefTwice) {
  EXPECT_EQ(v2_json().encode_close(ref_of("\"1\""), "room:a", nullptr).payload(),
            R"(["1","1","room:a","phx_close",{}])");
  EXPECT_EQ(v2_json().encode_close(Ref(), "room:a", nullptr).payload(), R"([null,null,"room:a","phx_close",{}])");
  EXPECT_EQ(v2_json().encode_error(ref_of("7"), "room:a", nullptr).payload(),
            R"([7,7,"room:a","phx_error",{"reason":"channel_crash"}])");
  EXPECT_EQ(v2_json().encode_error(ref_of("7"), "room:a", nullptr, R"({"reason":"slow"})").payload(),
            R"([7,7,"room:a","phx_error",{"reason":"slow"}])");
}

TEST(V2Json, RefusesPushesThatAreNoObject) {  // F8
  for (const char* value : {"[1,2]", "\"s\"", "null", "5", "true"}) {
    EXPECT_EQ(v2_json().encode_push(Ref(), "t", "e", json(value), nullptr).error().field, EncodeError::Field::payload);
    EXPECT_EQ(v2_json().encode_broadcast("t", "e", json(value), nullptr).error().field, EncodeError::Field::payload);
    EXPECT_TRUE(v2_json().encode_reply(Ref(), Ref(), "t", "ok", json(value), nullptr).has_value());
  }
  EXPECT_TRUE(v2_json().encode_push(Ref(), "t", "e", json(" \n{}"), nullptr).has_value());
}

TEST(V2Json, PutsTheHeadRightBeforeTheMessage) {
  const FrameHead head = [](char* out, std::size_t bytes, bool is_binary) -> std::size_t {
    out[-1] = static_cast<char>(bytes);
    out[-2] = is_binary ? 'B' : 'T';
    return 2;
  };
  EXPECT_EQ(v2_json().encode_broadcast("t", "e", {}, head)->framed(), "T\x16[null,null,\"t\",\"e\",{}]");
  EXPECT_EQ(v2_json().encode_broadcast("t", "e", binary("x"), head)->framed(), "B\x06\x02\x01\x01tex");
}

TEST(V2Json, WhatItWritesItReads) {
  const auto frame = v2_json().encode_push(ref_of("[1]"), "to\"pic\n", "\\event", json(R"({"a":[]})"), nullptr);
  const auto message = text(frame->payload());
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->join_ref, ref_of("[1]"));
  EXPECT_TRUE(message->ref.is_null());
  EXPECT_EQ(message->topic, "to\"pic\n");
  EXPECT_EQ(message->event, "\\event");
  EXPECT_EQ(message->payload.bytes, R"({"a":[]})");
}

}  // namespace
}  // namespace roost::wire
