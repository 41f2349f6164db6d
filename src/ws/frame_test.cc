#include "ws/frame.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace roost::ws {
namespace {

std::string hex(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    while (at < text.size() && text[at] == ' ') ++at;
    bytes += static_cast<char>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16));
  }
  return bytes;
}

std::string head(std::size_t payload_bytes, bool binary, FrameHead write) {
  std::string room(kFrameHeadMax, '#');
  const std::size_t size = write(room.data() + room.size(), payload_bytes, binary);
  EXPECT_EQ(room.substr(0, room.size() - size), std::string(room.size() - size, '#'));
  return room.substr(room.size() - size);
}

TEST(FrameHeader, KnowsTheMaskedHelloOfRfc6455) {
  const auto header = decode_frame_header(hex("81 85 37 fa 21 3d 7f 9f 4d 51 58")).value();
  ASSERT_TRUE(header);
  EXPECT_EQ(header->opcode, Opcode::text);
  EXPECT_TRUE(header->fin);
  EXPECT_FALSE(header->compressed);
  EXPECT_EQ(header->header_bytes, 6);
  EXPECT_EQ(header->payload_bytes, 5u);
  EXPECT_EQ(std::memcmp(&header->mask, "\x37\xfa\x21\x3d", 4), 0);
}

TEST(FrameHeader, ReadsEveryFormOfLength) {
  const std::pair<const char*, std::uint64_t> lengths[] = {{"80", 0},
                                                           {"fd", 125},
                                                           {"fe 00 7e", 126},
                                                           {"fe ff ff", 65535},
                                                           {"ff 00 00 00 00 00 01 00 00", 65536},
                                                           {"ff 7f ff ff ff ff ff ff ff", (1ull << 63) - 1},
                                                           {"fe 00 01", 1},
                                                           {"ff 00 00 00 00 00 00 00 01", 1}};
  for (const auto& [length, expected] : lengths) {
    const std::string bytes = hex("82" + std::string(length) + "0a0b0c0d");
    const auto header = decode_frame_header(bytes).value();
    ASSERT_TRUE(header) << length;
    EXPECT_EQ(header->payload_bytes, expected);
    EXPECT_EQ(header->header_bytes, bytes.size());
  }
}

TEST(FrameHeader, NeedsMoreBytesAtEveryCut) {
  for (const char* text :
       {"82 85 0a 0b 0c 0d", "82 fe 01 00 0a 0b 0c 0d", "82 ff 00 00 00 00 00 01 00 00 0a 0b 0c 0d"}) {
    const std::string bytes = hex(text);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_EQ(decode_frame_header(std::span(bytes).first(size)).value(), std::nullopt) << size;
  }
}

// All 65,536 ways in which a header can begin, against the table of RFC 6455 §5.2 and §5.5.
TEST(FrameHeader, EveryFirstTwoBytesAreJudgedByTheTable) {
  for (const bool rsv1_allowed : {false, true})
    for (int first = 0; first < 256; ++first)
      for (int second = 0; second < 256; ++second) {
        std::string bytes(kFrameHeaderMax, '\0');
        bytes[0] = static_cast<char>(first);
        bytes[1] = static_cast<char>(second);
        const int opcode = first & 15;
        const bool fin = first & 0x80, rsv1 = first & 0x40, rsv23 = first & 0x30, masked = second & 0x80;
        const bool data = opcode <= 2, control = opcode >= 8 && opcode <= 10;
        const bool rsv_legal = !rsv23 && (!rsv1 || (rsv1_allowed && (opcode == 1 || opcode == 2)));
        const bool legal = rsv_legal && masked && (data || (control && fin && (second & 0x7f) <= 125));
        const auto header = decode_frame_header(bytes, rsv1_allowed);
        ASSERT_EQ(header.has_value(), legal) << first << ' ' << second;
        if (!legal) {
          ASSERT_EQ(header.error().close_code, 1002);
        }
      }
}

TEST(FrameHeader, NoticesWhatIsWrongWithItsFirstBytesAlone) {
  for (const char* bytes : {"83", "8b", "c1", "a1", "91", "09", "08", "81 05", "89 fe", "89 ff"})
    EXPECT_EQ(decode_frame_header(hex(bytes)).error().close_code, 1002) << bytes;
}

TEST(FrameHeader, LengthOf64BitsClosesWith1002) {
  EXPECT_EQ(decode_frame_header(hex("82 ff 80 00 00 00 00 00 00 00")).error().close_code, 1002);
}

TEST(WriteHead, KnowsTheUnmaskedFramesOfRfc6455) {
  EXPECT_EQ(head(5, false, write_head), hex("81 05"));
  EXPECT_EQ(head(256, true, write_head), hex("82 7e 01 00"));
  EXPECT_EQ(head(65536, true, write_head), hex("82 7f 00 00 00 00 00 01 00 00"));
}

TEST(WriteHead, UsesTheShortestLengthAtEveryBorder) {
  EXPECT_EQ(head(0, false, write_head), hex("81 00"));
  EXPECT_EQ(head(125, false, write_head), hex("81 7d"));
  EXPECT_EQ(head(126, false, write_head), hex("81 7e 00 7e"));
  EXPECT_EQ(head(65535, false, write_head), hex("81 7e ff ff"));
  EXPECT_EQ(head(0x123456789a, true, write_head), hex("82 7f 00 00 00 12 34 56 78 9a"));
}

TEST(WriteHead, MarksCompressedMessages) {
  EXPECT_EQ(head(7, false, write_head_compressed), hex("c1 07"));  // RFC 7692 §7.2.3.1
  EXPECT_EQ(head(7, true, write_head_compressed), hex("c2 07"));
}

TEST(WriteHead, IsTheHeadOfAFrame) {
  const Frame frame = Frame::make(5, false, write_head, [](char* out) { std::memcpy(out, "Hello", 5); });
  EXPECT_EQ(frame.framed(), hex("81 05 48 65 6c 6c 6f"));
}

TEST(ControlFrame, KnowsThePingAndPongOfRfc6455) {
  EXPECT_EQ(encode_ping("Hello"), hex("89 05 48 65 6c 6c 6f"));
  EXPECT_EQ(encode_pong("Hello"), hex("8a 05 48 65 6c 6c 6f"));
  EXPECT_EQ(encode_pong(std::string(125, 'x')).size(), 127u);
}

TEST(ControlFrame, CloseHasACodeAReasonOrNeither) {
  EXPECT_EQ(encode_close(std::nullopt), hex("88 00"));
  EXPECT_EQ(encode_close(1002), hex("88 02 03 ea"));
  EXPECT_EQ(encode_close(1000, "bye"), hex("88 05 03 e8 62 79 65"));
}

TEST(ControlFrame, CloseReasonIsCutBetweenCharacters) {
  EXPECT_EQ(encode_close(1000, std::string(200, 'x')).size(), 2u + 125);
  EXPECT_EQ(encode_close(1000, std::string(122, 'x') + "\xe2\x82\xac"), hex("88 7c 03 e8") + std::string(122, 'x'));
  EXPECT_EQ(encode_close(1000, std::string(120, 'x') + "\xe2\x82\xac").size(), 2u + 125);
}

TEST(CloseAnswer, EveryCodeIsJudgedByPROTOCOLW5) {
  EXPECT_EQ(close_answer(std::nullopt), 1000);
  for (int code = 0; code <= 65535; ++code) {
    const bool legal = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) || code >= 3000;
    ASSERT_EQ(close_answer(static_cast<std::uint16_t>(code)), legal ? 1000 : 1002) << code;
  }
}

}  // namespace
}  // namespace roost::ws
