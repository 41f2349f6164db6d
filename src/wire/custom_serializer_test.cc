#include "wire/custom_serializer.h"

#include <functional>

#include <gmock/gmock.h>

#include "test/line_serializer.h"
#include "wire/wire_testing.h"

namespace roost::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A serializer whose methods a test writes in place.
struct Scripted final : roost::Serializer {
  std::string_view name() const override { return "scripted"; }
  std::expected<ClientMessage, std::string> decode(std::string_view bytes, bool) const override {
    return on_decode(bytes);
  }
  std::expected<EncodedMessage, std::string> encode(const ServerMessage& message) const override {
    return on_encode(message);
  }
  std::function<std::expected<ClientMessage, std::string>(std::string_view)> on_decode;
  std::function<std::expected<EncodedMessage, std::string>(const ServerMessage&)> on_encode;
};

const CustomSerializer& lines() {
  static const CustomSerializer serializer(std::make_shared<roost::testing::LineSerializer>());
  return serializer;
}

/// What becomes of a message that an application's decode gave: its event, or why it is refused.
std::string taken(ClientMessage message) {
  auto scripted = std::make_shared<Scripted>();
  scripted->on_decode = [&message](std::string_view) { return message; };
  const CustomSerializer serializer(scripted);
  const testing::Decoded decoded(serializer, false, "any");
  return decoded.ok() ? std::string(decoded->event) : decoded.result.error().text();
}

std::string encoded_by(std::function<std::expected<EncodedMessage, std::string>(const ServerMessage&)> encode) {
  auto scripted = std::make_shared<Scripted>();
  scripted->on_encode = std::move(encode);
  const auto frame = CustomSerializer(scripted).encode_push(Ref(), "t", "e", testing::json("{}"), nullptr);
  return frame ? std::string(frame->payload()) : frame.error().text();
}

Payload unchecked(std::string_view json) {
  return Payload::trusted(SharedBytes::copy(json), false);
}

TEST(CustomSerializer, HandsOutWhatTheApplicationRead) {
  const testing::Decoded decoded(lines(), false, "\"1\"\t7\troom:a\tsay\t {\"a\": 1} ");
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->join_ref.text(), "\"1\"");
  EXPECT_EQ(decoded->ref.text(), "7");
  EXPECT_EQ(decoded->topic, "room:a");
  EXPECT_EQ(decoded->event, "say");
  EXPECT_EQ(decoded->payload.bytes, "{\"a\": 1}");
  EXPECT_FALSE(decoded->payload.binary);
}

TEST(CustomSerializer, TakesBytes) {
  const testing::Decoded decoded(lines(), true, std::string_view("null\tnull\tt\te\t\0\xff", 16));
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(decoded->payload.binary);
  EXPECT_EQ(decoded->payload.bytes, std::string_view("\0\xff", 2));
  const testing::Decoded empty(lines(), true, "null\tnull\tt\te\t");
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(empty->payload.bytes, "");
}

TEST(CustomSerializer, EveryPrefixIsAMessageOrAnError) {
  const std::string_view whole = "\"1\"\t\"2\"\troom:a\tsay\t{\"a\":1}";
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(testing::Decoded(lines(), false, whole.substr(0, size)).ok()) << size;
  EXPECT_TRUE(testing::Decoded(lines(), false, whole).ok());
}

TEST(CustomSerializer, LetsNothingThroughThatWouldBreakOthers) {
  EXPECT_EQ(taken({.event = "fine"}), "fine");
  EXPECT_THAT(taken({.join_ref = "1,2"}), HasSubstr("a join_ref that is not JSON"));
  EXPECT_THAT(taken({.join_ref = ""}), HasSubstr("a join_ref that is not JSON"));
  EXPECT_THAT(taken({.ref = "\"open"}), HasSubstr("a ref that is not JSON"));
  EXPECT_THAT(taken({.ref = std::string(kRefBytesMax + 1, '1')}), HasSubstr("or too long"));
  EXPECT_THAT(taken({.topic = "\xff"}), HasSubstr("a topic that is not UTF-8"));
  EXPECT_THAT(taken({.event = "\xff"}), HasSubstr("an event that is not UTF-8"));
  for (const char* text : {"", "{", "{}{}", "nope", "\"\xff\"", "\"\\ud800\""})
    EXPECT_THAT(taken({.payload = unchecked(text)}), HasSubstr("a payload that is not JSON")) << text;
}

TEST(CustomSerializer, GivesRefsOneSpelling) {
  const testing::Decoded decoded(lines(), false, " \"\\u0061\" \t[1, 2]\tt\te\t{}");
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->join_ref.text(), "\"a\"");
  EXPECT_EQ(decoded->ref.text(), "[1,2]");
}

TEST(CustomSerializer, TextIsUtf8BeforeTheApplicationSeesIt) {
  auto scripted = std::make_shared<Scripted>();
  scripted->on_decode = [](std::string_view) -> std::expected<ClientMessage, std::string> {
    ADD_FAILURE() << "it was called";
    return ClientMessage{};
  };
  EXPECT_FALSE(testing::Decoded(CustomSerializer(scripted), false, "\xff").ok());
}

TEST(CustomSerializer, ErrorsAndThrowsOfDecodeAreSaid) {
  const testing::Decoded refused(lines(), false, "half a line");
  EXPECT_EQ(refused.result.error().text(), "refused by its serializer: a line has five fields");
  auto scripted = std::make_shared<Scripted>();
  scripted->on_decode = [](std::string_view) -> std::expected<ClientMessage, std::string> {
    throw std::runtime_error("boom");
  };
  EXPECT_EQ(testing::Decoded(CustomSerializer(scripted), false, "").result.error().text(),
            "refused by its serializer: boom");
  scripted->on_decode = [](std::string_view) -> std::expected<ClientMessage, std::string> { throw 7; };
  EXPECT_THAT(testing::Decoded(CustomSerializer(scripted), false, "").result.error().text(), HasSubstr("threw"));
}

TEST(CustomSerializer, EveryKindOfMessageIsTold) {
  const Ref one = testing::ref_of("\"1\""), two = testing::ref_of("2");
  EXPECT_EQ(testing::payload(lines().encode_reply(one, two, "t", "ok", testing::json("[]"), nullptr)),
            "reply\t\"1\"\t2\tt\tok\t[]");
  EXPECT_EQ(testing::payload(lines().encode_push(one, "t", "e", testing::json("{}"), nullptr)),
            "push\t\"1\"\tnull\tt\te\t{}");
  EXPECT_EQ(testing::payload(lines().encode_broadcast("t", "e", testing::json("{}"), nullptr)),
            "broadcast\tnull\tnull\tt\te\t{}");
  EXPECT_EQ(lines().encode_close(one, "t", nullptr).payload(), "close\t\"1\"\t\"1\"\tt\tphx_close\t{}");
  EXPECT_EQ(lines().encode_error(one, "t", nullptr).payload(),
            "error\t\"1\"\t\"1\"\tt\tphx_error\t{\"reason\":\"channel_crash\"}");
}

TEST(CustomSerializer, FramesAreAsBinaryAsTheApplicationSays) {
  EXPECT_FALSE(lines().encode_push(Ref(), "t", "e", testing::json("{}"), nullptr)->binary());
  const auto bytes = lines().encode_push(Ref(), "t", "e", testing::binary("\xff"), nullptr);
  EXPECT_TRUE(bytes->binary());
  EXPECT_EQ(bytes->payload(), "push\tnull\tnull\tt\te\t\xff");
  EXPECT_EQ(encoded_by([](const ServerMessage&) { return EncodedMessage{}; }), "");
}

TEST(CustomSerializer, ErrorsAndThrowsOfEncodeAreSaid) {
  EXPECT_EQ(lines().encode_broadcast("t\t", "e", testing::json("{}"), nullptr).error().text(),
            "refused by its serializer: a field with a tab");
  EXPECT_TRUE(lines().encode_close(Ref(), "t\t", nullptr).empty());
  EXPECT_EQ(encoded_by([](const ServerMessage&) -> std::expected<EncodedMessage, std::string> {
              throw std::runtime_error("boom");
            }),
            "refused by its serializer: boom");
  EXPECT_THAT(encoded_by([](const ServerMessage&) {
                return EncodedMessage{"\xff", false};
              }),
              StartsWith("its serializer made a text message that is not UTF-8"));
}

}  // namespace
}  // namespace roost::wire
