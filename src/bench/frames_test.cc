#include "bench/frames.h"

#include <gtest/gtest.h>

#include "ws/decoder.h"

namespace roost::bench {
namespace {

using namespace std::string_view_literals;

const char* error_of(std::string_view bytes) {
  const auto head = decode_server_head(bytes, false);
  return head ? "none" : head.error();
}

TEST(ServerHead, HasThreeLengths) {
  const auto size_of = [](std::string_view bytes) { return (*decode_server_head(bytes, false))->payload_bytes; };
  EXPECT_EQ(size_of("\x81\x05"sv), 5u);
  EXPECT_EQ(size_of("\x82\x7e\x01\x00"sv), 256u);
  EXPECT_EQ(size_of("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv), 65'536u);
}

TEST(ServerHead, NeedsMoreBytesAtEveryCut) {
  for (const auto whole : {"\x81\x05"sv, "\x82\x7e\x01\x00"sv, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv}) {
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_FALSE(decode_server_head(whole.substr(0, size), false)->has_value()) << size;
    EXPECT_EQ((*decode_server_head(whole, false))->head_bytes, whole.size());
  }
}

TEST(ServerHead, RefusesWhatAServerMayNotSend) {
  EXPECT_STREQ(error_of("\x91\x00"sv), "a reserved bit or opcode");
  EXPECT_STREQ(error_of("\x83\x00"sv), "a reserved bit or opcode");
  EXPECT_STREQ(error_of("\xc1\x00"sv), "RSV1 unasked for");
  EXPECT_STREQ(error_of("\x81\x80"sv), "a masked frame");
  EXPECT_STREQ(error_of("\x89\x7e"sv), "a long or cut control frame");
  EXPECT_STREQ(error_of("\x09\x00"sv), "a long or cut control frame");
}

TEST(ServerHead, TakesCompressedMessagesWhenTheyWereNegotiated) {
  const auto head = decode_server_head("\xc1\x05"sv, true);
  ASSERT_TRUE(head && *head);
  EXPECT_TRUE((*head)->compressed);
  EXPECT_FALSE(decode_server_head("\xc9\x00"sv, true));
}

TEST(ClientFrame, IsWhatTheServersDecoderReads) {
  for (const std::size_t size : {0u, 5u, 125u, 126u, 65'535u, 65'536u}) {
    std::string bytes;
    append_frame(bytes, ws::Opcode::text, std::string(size, 'x'));
    const ws::DecoderOptions options;
    ws::Decoder decoder(options);
    std::span<char> input(bytes);
    const auto event = decoder.next(input);
    ASSERT_TRUE(event && *event) << size;
    EXPECT_EQ((*event)->payload, std::string(size, 'x'));
    EXPECT_TRUE(input.empty());
  }
}

}  // namespace
}  // namespace roost::bench
