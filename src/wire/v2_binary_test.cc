#include "wire/v2_binary.h"

#include <gtest/gtest.h>

#include "wire/wire_testing.h"

namespace roost::wire {
namespace {

using namespace std::string_view_literals;
using testing::binary;
using testing::payload;
using testing::ref_of;

testing::Decoded frame(std::string_view bytes) {
  return {v2_json(), true, bytes};
}

TEST(V2Binary, ReadsAPush) {  // v2_json_serializer_test.exs
  const auto message = frame(
      "\x00\x02\x03\x05\x05"
      "12"
      "123"
      "topic"
      "event"
      "efg"sv);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->join_ref, ref_of("\"12\""));
  EXPECT_EQ(message->ref, ref_of("\"123\""));
  EXPECT_EQ(message->topic, "topic");
  EXPECT_EQ(message->event, "event");
  EXPECT_EQ(message->payload.bytes, "efg");
  EXPECT_TRUE(message->payload.binary);
  EXPECT_TRUE(message->topic_is_string && message->event_is_string);
}

TEST(V2Binary, AnAbsentRefIsAnEmptyString) {  // F12
  const auto message = frame(
      "\x00\x00\x00\x08\x0b"
      "room:bin"
      "binary_echo"
      "norefs"sv);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->join_ref, ref_of("\"\""));
  EXPECT_EQ(message->ref, ref_of("\"\""));
  EXPECT_EQ(message->payload.bytes, "norefs");
}

TEST(V2Binary, ThePayloadMayBeEmptyAndAnyBytes) {
  EXPECT_EQ(frame("\x00\x01\x01\x01\x01"
                  "12te"sv)
                ->payload.bytes,
            "");
  EXPECT_EQ(frame("\x00\x01\x01\x01\x01"
                  "12te\x00\x01\xfe\xff"sv)
                ->payload.bytes,
            "\x00\x01\xfe\xff"sv);
}

TEST(V2Binary, SizesGoUpTo255) {
  const std::string topic(255, 'x');
  const auto bytes = std::string("\x00\x01\x01\xff\x01"sv) + "56" + topic + "ey";
  const auto message = frame(bytes);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->topic, topic);
  EXPECT_EQ(payload(v2_json().encode_reply(message->join_ref, message->ref, topic, "ok", message->payload, nullptr)),
            std::string("\x01\x01\x01\xff\x02"sv) + "56" + topic + "oky");
}

TEST(V2Binary, RefusesMalformedFrames) {  // v2_malformed_bin
  for (const auto bytes : {""sv, "\x00"sv, "\x01\x01\x01\x05\x02xxabcdeok"sv,
                           "\x02\x01\x01\x01\x01"
                           "abcd"sv,
                           "\x00\x05\x01\x01\x01"
                           "a"sv,
                           "\xff"sv, R"(["1","2","room:bad","echo",{}])"sv})
    EXPECT_FALSE(frame(bytes).ok());
}

TEST(V2Binary, RefusesFieldsThatAreNoText) {
  EXPECT_FALSE(frame("\x00\x01\x01\x01\x01\xff"
                     "2te"sv)
                   .ok());
  EXPECT_FALSE(frame("\x00\x01\x01\x01\x01"
                     "1\xff"
                     "te"sv)
                   .ok());
  EXPECT_FALSE(frame("\x00\x01\x01\x01\x01"
                     "12\xc3\xa9"sv)
                   .ok());  // a character across two fields
  EXPECT_FALSE(frame("\x00\x01\x01\x01\x01"
                     "12t\xff"sv)
                   .ok());
}

TEST(V2Binary, NeedsEveryByteUpToThePayload) {
  const std::string bytes(
      "\x00\x02\x03\x05\x05"
      "12"
      "123"
      "topic"
      "event"sv);
  ASSERT_TRUE(frame(bytes).ok());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(frame(std::string(bytes, 0, size)).ok()) << size;
}

TEST(V2Binary, WritesPushRepliesAndBroadcasts) {  // v2_json_serializer_test.exs
  EXPECT_EQ(payload(v2_json().encode_push(ref_of("\"12\""), "topic", "event", binary("efg"), nullptr)),
            "\x00\x02\x05\x05"
            "12"
            "topic"
            "event"
            "efg"sv);
  EXPECT_EQ(payload(v2_json().encode_reply(ref_of("\"12\""), ref_of("\"123\""), "topic", "ok", binary("efg"), nullptr)),
            "\x01\x02\x03\x05\x02"
            "12"
            "123"
            "topic"
            "ok"
            "efg"sv);
  EXPECT_EQ(payload(v2_json().encode_broadcast("topic", "event", binary("efg"), nullptr)),
            "\x02\x05\x05"
            "topic"
            "event"
            "efg"sv);
}

TEST(V2Binary, IsMarkedAsSuch) {
  EXPECT_TRUE(v2_json().encode_broadcast("t", "e", binary(""), nullptr)->binary());
  EXPECT_FALSE(v2_json().encode_broadcast("t", "e", {}, nullptr)->binary());
}

TEST(V2Binary, WritesNullAsNothingAndNumbersAsDigits) {  // F12, v2_binary_sizes
  EXPECT_EQ(payload(v2_json().encode_reply(ref_of("1"), Ref(), "room:bi", "ok", binary("x"), nullptr)),
            "\x01\x01\x00\x07\x02"
            "1"
            "room:bi"
            "ok"
            "x"sv);
  EXPECT_EQ(payload(v2_json().encode_push(ref_of("\"q\\n\""), "t", "e", binary(""), nullptr)),
            "\x00\x02\x01\x01q\nte"sv);
}

TEST(V2Binary, NamesTheFieldThatIsTooLong) {  // F11
  using Field = EncodeError::Field;
  const std::string longer(256, 'y');
  const Ref long_ref = Ref::from_binary(longer);
  const auto& v2 = v2_json();
  const auto expect = [](const Serializer::Encoded& encoded, Field field, const char* text) {
    ASSERT_FALSE(encoded.has_value());
    EXPECT_EQ(encoded.error().field, field);
    EXPECT_STREQ(encoded.error().reason, text);
  };
  expect(v2.encode_push(long_ref, "t", "e", binary(""), nullptr), Field::join_ref,
         "unable to convert join_ref to binary");
  expect(v2.encode_push(Ref(), longer, "e", binary(""), nullptr), Field::topic, "unable to convert topic to binary");
  expect(v2.encode_push(Ref(), "t", longer, binary(""), nullptr), Field::event, "unable to convert event to binary");
  expect(v2.encode_reply(long_ref, Ref(), "t", "ok", binary(""), nullptr), Field::join_ref,
         "unable to convert join_ref to binary");
  expect(v2.encode_reply(Ref(), long_ref, "t", "ok", binary(""), nullptr), Field::ref,
         "unable to convert ref to binary");
  expect(v2.encode_reply(Ref(), Ref(), longer, "ok", binary(""), nullptr), Field::topic,
         "unable to convert topic to binary");
  expect(v2.encode_reply(Ref(), Ref(), "t", longer, binary(""), nullptr), Field::status,
         "unable to convert status to binary");
  expect(v2.encode_broadcast(longer, "e", binary(""), nullptr), Field::topic, "unable to convert topic to binary");
  expect(v2.encode_broadcast("t", longer, binary(""), nullptr), Field::event, "unable to convert event to binary");
}

TEST(V2Binary, TextFramesKnowNoSuchLimit) {
  const std::string longer(256, 'y');
  EXPECT_TRUE(v2_json()
                  .encode_reply(Ref::from_binary(longer), Ref::from_binary(longer), longer, longer, {}, nullptr)
                  .has_value());
  EXPECT_TRUE(v2_json().encode_broadcast(longer, longer, {}, nullptr).has_value());
}

TEST(V2Binary, RefusesRefsAndTopicsThatHaveNoBytes) {
  using Field = EncodeError::Field;
  const auto& v2 = v2_json();
  EXPECT_EQ(v2.encode_push(ref_of("[1]"), "t", "e", binary(""), nullptr).error().field, Field::join_ref);
  EXPECT_EQ(v2.encode_reply(ref_of("{}"), Ref(), "t", "ok", binary(""), nullptr).error().field, Field::join_ref);
  EXPECT_EQ(v2.encode_reply(Ref(), ref_of("{}"), "t", "ok", binary(""), nullptr).error().field, Field::ref);
  EXPECT_EQ(v2.encode_reply(Ref(), Ref(), TopicText::json("5"), "ok", binary(""), nullptr).error().field, Field::topic);
}

}  // namespace
}  // namespace roost::wire
