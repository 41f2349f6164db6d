#include "ws/decoder.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ws/client_frames.h"

namespace roost::ws {
namespace {

using client::FrameForm;
using client::Log;

constexpr FrameForm kMore{.fin = false};
constexpr FrameForm kCompressed{.rsv1 = true};
constexpr FrameForm kCompressedMore{.fin = false, .rsv1 = true};
constexpr DecoderOptions kDefaults;

std::string text(std::string_view payload, FrameForm form = {}) {
  return client::frame(Opcode::text, payload, form);
}
std::string binary(std::string_view payload, FrameForm form = {}) {
  return client::frame(Opcode::binary, payload, form);
}
std::string more(std::string_view payload, FrameForm form = {}) {
  return client::frame(Opcode::continuation, payload, form);
}
std::string ping(std::string_view payload) {
  return client::frame(Opcode::ping, payload);
}
std::string pong(std::string_view payload) {
  return client::frame(Opcode::pong, payload);
}

// A connection, plain or with permessage-deflate, and what it made of its input.
struct Connection {
  explicit Connection(const DecoderOptions& options = kDefaults, std::optional<DeflateParams> deflate = std::nullopt)
      : decoder(options, deflate) {}
  Connection& feed(std::string_view bytes) {
    client::feed(decoder, bytes, log);
    return *this;
  }
  Decoder decoder;
  Log log;
};

Log run(std::string_view bytes, const DecoderOptions& options = kDefaults) {
  return Connection(options).feed(bytes).log;
}
Log run_deflate(std::string_view bytes, const DecoderOptions& options = kDefaults) {
  return Connection(options, DeflateParams{}).feed(bytes).log;
}

TEST(Decoder, KnowsTheClientFramesOfRfc6455) {
  EXPECT_EQ(run("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Log{"text:Hello"});
  EXPECT_EQ(run("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Log{"pong:Hello"});
  EXPECT_EQ(run(text("Hel", kMore) + more("lo")), Log{"text:Hello"});
  EXPECT_EQ(run(binary(std::string(256, 'b')) + binary(std::string(65536, 'c'))),
            (Log{"binary:" + std::string(256, 'b'), "binary:" + std::string(65536, 'c')}));
}

TEST(Decoder, KnowsTheCompressedFramesOfRfc7692) {
  const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
  const std::string again("\xf2\x00\x11\x00\x00", 5);
  EXPECT_EQ(run_deflate(text(hello, kCompressed)), Log{"text:Hello"});
  EXPECT_EQ(run_deflate(text(hello.substr(0, 3), kCompressedMore) + more(hello.substr(3))), Log{"text:Hello"});
  EXPECT_EQ(run_deflate(text(hello, kCompressed) + text("plain") + text(again, kCompressed)),
            (Log{"text:Hello", "text:plain", "text:Hello"}));
}

// Scripts and what they come to, for the tests below: whole, and cut everywhere.
struct Script {
  const char* name;
  std::string bytes;
  Log expected;
  bool deflate = false;
};

std::vector<Script> scripts() {
  const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
  const std::string again("\xf2\x00\x11\x00\x00", 5);
  const std::string euro = "\xe2\x82\xac", face = "\xf0\x9f\x98\x80";
  const std::string long_text(130, 'a');
  return {
      {"empty messages", text("") + binary("") + ping("") + pong(""), {"text:", "binary:", "ping:", "pong:"}},
      {"messages", text("Hello") + binary("\xff\xfe") + text(euro), {"text:Hello", "binary:\xff\xfe", "text:" + euro}},
      {"16 bits of length", text(long_text) + text("b"), {"text:" + long_text, "text:b"}},
      {"fragments", text("a", kMore) + more("b", kMore) + more("c") + text("d"), {"text:abc", "text:d"}},
      {"empty fragments",
       text("", kMore) + more("", kMore) + more("x", kMore) + more("", kMore) + more(""),
       {"text:x"}},
      {"all fragments empty", binary("", kMore) + more(""), {"binary:"}},
      {"a character over fragments",
       text(face.substr(0, 1), kMore) + more(face.substr(1, 2), kMore) + more(face.substr(3)),
       {"text:" + face}},
      {"control frames between fragments",
       text("a", kMore) + ping("1") + more("b", kMore) + pong("") + ping("2") + more("c"),
       {"ping:1", "pong:", "ping:2", "text:abc"}},
      {"close inside a message", text("a", kMore) + client::close(1001, "bye"), {"close(1001):bye"}},
      {"close without code", text("a") + client::frame(Opcode::close, "") + text("ignored"), {"text:a", "close(0):"}},
      {"garbage behind close", client::close(1000) + "\xff\xff\xff", {"close(1000):"}},
      {"stray continuation", text("a") + more("b"), {"text:a", "error(1002)"}},
      {"text inside a message", text("a", kMore) + text("b"), {"error(1002)"}},
      {"bad UTF-8", text("abc\xff") + text("d"), {"error(1007)"}},
      {"a character cut by the end", text("abc" + euro.substr(0, 2)), {"error(1007)"}},
      {"a character cut by the last fragment",
       text(euro.substr(0, 1), kMore) + more(euro.substr(1, 1)),
       {"error(1007)"}},
      {"binary needs no UTF-8", binary("\xff", kMore) + more("\xc0"), {"binary:\xff\xc0"}},
      {"compressed", text(hello, kCompressed) + text(again, kCompressed), {"text:Hello", "text:Hello"}, true},
      {"compressed and plain",
       text("a") + binary(hello, kCompressed) + text("", kMore) + more("b") + text(again, kCompressed),
       {"text:a", "binary:Hello", "text:b", "text:Hello"},
       true},
      {"compressed fragments",
       text(hello.substr(0, 1), kCompressedMore) + ping("p") + more("", kMore) + more(hello.substr(1, 4), kMore) +
           more(hello.substr(5)) + text(again.substr(0, 4), kCompressedMore) + more(again.substr(4)),
       {"ping:p", "text:Hello", "text:Hello"},
       true},
      {"compressed and empty",
       text(std::string(1, '\0'), kCompressed) + text("", kCompressed),
       {"text:", "text:"},
       true},
      {"compressed, not UTF-8", text(deflate_message("ab\xff"), kCompressed), {"error(1007)"}, true},
      {"compressed, not text", binary(deflate_message("ab\xff"), kCompressed), {"binary:ab\xff"}, true},
      {"compressed garbage", text("\xff\xff", kCompressed), {"error(1007)"}, true},
      {"RSV1 on a continuation",
       text(hello.substr(0, 3), kCompressedMore) + more(hello.substr(3), kCompressed),
       {"error(1002)"},
       true},
      {"a compressed ping", client::frame(Opcode::ping, hello, kCompressed), {"error(1002)"}, true},
      {"RSV1 without agreement", text(hello, kCompressed), {"error(1002)"}},
  };
}

Connection connection_for(const Script& script) {
  return Connection(kDefaults, script.deflate ? std::optional(DeflateParams{}) : std::nullopt);
}

TEST(Decoder, EveryScriptFedWhole) {
  for (const Script& script : scripts())
    EXPECT_EQ(connection_for(script).feed(script.bytes).log, script.expected) << script.name;
}

TEST(Decoder, EveryScriptFedByteByByte) {
  for (const Script& script : scripts()) {
    Connection connection = connection_for(script);
    for (const char byte : script.bytes) connection.feed({&byte, 1});
    EXPECT_EQ(connection.log, script.expected) << script.name;
  }
}

TEST(Decoder, EveryScriptCutInThreeEverywhere) {
  for (const Script& script : scripts())
    for (std::size_t a = 0; a <= script.bytes.size(); ++a)
      for (std::size_t b = a; b <= script.bytes.size(); ++b) {
        Connection connection = connection_for(script);
        const std::string_view bytes = script.bytes;
        connection.feed(bytes.substr(0, a)).feed(bytes.substr(a, b - a)).feed(bytes.substr(b));
        ASSERT_EQ(connection.log, script.expected) << script.name << ' ' << a << ' ' << b;
      }
}

TEST(Decoder, TextOfEverySizeIsTheSameWholeAndInPieces) {
  std::vector<std::size_t> sizes{255, 256, 1'000, 65'535, 65'536};
  for (std::size_t size = 0; size <= 130; ++size) sizes.push_back(size);
  for (const std::size_t size : sizes)
    for (const std::string_view end : {"", "\xc3\xa9", "\xc3", "\xff"}) {
      const std::string payload = std::string(size, 'x').append(end);
      const std::string bytes = text(payload);
      Connection pieces;
      for (std::size_t at = 0; at < bytes.size(); at += 100) pieces.feed(bytes.substr(at, 100));
      const bool utf8 = end.empty() || end == "\xc3\xa9";
      const Log expected{utf8 ? "text:" + payload : "error(1007)"};
      EXPECT_EQ(run(bytes), expected) << size;
      EXPECT_EQ(pieces.log, expected) << size;
      EXPECT_EQ(run(bytes + text("next")), utf8 ? (Log{expected[0], "text:next"}) : expected) << size;
    }
}

TEST(Decoder, AWholeMessageIsAViewOfTheInput) {
  std::string bytes = text("first") + text("second");
  Decoder decoder(kDefaults);
  std::span<char> input(bytes);
  const Event first = decoder.next(input)->value();
  EXPECT_EQ(first.payload.data(), bytes.data() + 6);
  const Event second = decoder.next(input)->value();
  EXPECT_EQ(second.payload.data(), bytes.data() + 17);
  EXPECT_EQ(first.payload, "first");
  EXPECT_TRUE(decoder.idle());
}

TEST(Decoder, IsSmallAndOwnsNothingBetweenMessages) {
  EXPECT_LE(sizeof(Decoder), 64u);
  Connection connection;
  for (const std::string& bytes : {text("a"), text("a", kMore) + ping("") + more("b"), ping("p"), binary("")}) {
    for (const char byte : bytes) connection.feed({&byte, 1});
    EXPECT_TRUE(connection.decoder.idle());
  }
  Connection deflate(kDefaults, DeflateParams{});
  EXPECT_TRUE(deflate.feed(text(deflate_message("a"), kCompressed)).decoder.idle());
}

TEST(Decoder, IsNotIdleInsideAHeaderAFrameOrAMessage) {
  for (const std::string& bytes :
       {std::string("\x81"), text("ab").substr(0, 7), text("a", kMore), text("a", kMore) + ping("p")})
    EXPECT_FALSE(Connection().feed(bytes).decoder.idle());
}

TEST(Decoder, AControlFrameKeepsTheMessageItInterrupts) {
  Connection connection;
  connection.feed(text("abc", kMore) + ping("12345").substr(0, 8));
  connection.feed(ping("12345").substr(8) + more("def").substr(0, 7)).feed(more("def").substr(7));
  EXPECT_EQ(connection.log, (Log{"ping:12345", "text:abcdef"}));
}

TEST(Decoder, EveryCloseCodeIsTakenOrRefused) {
  for (int code = 0; code <= 5000; ++code) {
    const bool legal = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) || code >= 3000;
    const std::string expected = legal ? "close(" + std::to_string(code) + "):why" : "error(1002)";
    ASSERT_EQ(run(client::close(static_cast<std::uint16_t>(code), "why")), Log{expected});
  }
}

TEST(Decoder, BadClosePayloads) {
  EXPECT_EQ(run(client::frame(Opcode::close, "\x03")), Log{"error(1002)"});
  EXPECT_EQ(run(client::close(1000, "\xff")), Log{"error(1007)"});
  EXPECT_EQ(run(client::close(1000, "\xe2\x82")), Log{"error(1007)"});
  EXPECT_EQ(run(client::close(1000, std::string(123, 'x'))), Log{"close(1000):" + std::string(123, 'x')});
  EXPECT_EQ(run(client::close(1000, std::string(124, 'x'))), Log{"error(1002)"});
}

TEST(Decoder, BadUtf8IsNoticedInsideAFrame) {
  // Autobahn 6.4: the byte that cannot be is noticed before the frame, or even the character, is whole.
  const std::string bytes = text("\xce\xba\xe1\xbd\xb9\xf4\x90\x80\x80 and more");
  Connection connection;
  EXPECT_EQ(connection.feed(bytes.substr(0, 6 + 6)).log, Log{});
  EXPECT_EQ(connection.feed(bytes.substr(6 + 6, 1)).log, Log{"error(1007)"});
}

TEST(Decoder, BadUtf8IsNoticedInAFragmentThatIsNotTheLast) {
  EXPECT_EQ(run(text("ok", kMore) + more("\xf4\x90", kMore)), Log{"error(1007)"});
  EXPECT_EQ(run(text("\xf4", kMore) + more("\x90", kMore)), Log{"error(1007)"});
}

TEST(Decoder, NothingIsTakenAfterAnError) {
  Connection connection;
  connection.feed(more("a")).feed(text("b")).feed(client::close(1000));
  EXPECT_EQ(connection.log, Log{"error(1002)"});
}

TEST(Decoder, AFrameIsHeldToItsLimitHeaderIncluded) {
  const DecoderOptions options{.frame_bytes_max = 1000};
  EXPECT_EQ(run(text(std::string(1000 - 8, 'x')), options).front().substr(0, 6), "text:x");
  EXPECT_EQ(run(text(std::string(1001 - 8, 'x')), options), Log{"error(1009)"});
  const std::string two_of_600 = text(std::string(600, 'x'), kMore) + more(std::string(600, 'x'));
  EXPECT_EQ(run(two_of_600, options), Log{"text:" + std::string(1200, 'x')});
  EXPECT_EQ(run(text("x"), {.frame_bytes_max = 3}), Log{"error(1009)"});
}

TEST(Decoder, TheHeaderAloneDecides) {
  const std::string big("\x82\xff\x00\x00\x00\x00\x00\x98\x96\x80\x01\x02\x03\x04", 14);  // 10,000,000 bytes
  EXPECT_EQ(run(big), Log{"error(1009)"});
  EXPECT_EQ(run("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04"), Log{"error(1009)"});
  EXPECT_EQ(run("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04"), Log{"error(1002)"});
}

TEST(Decoder, FragmentsAreHeldToTheMessageLimit) {
  const DecoderOptions options{.message_bytes_max = 10};
  EXPECT_EQ(run(text("12345", kMore) + more("67890", kMore) + more(""), options), Log{"text:1234567890"});
  EXPECT_EQ(run(text("12345", kMore) + more("678901").substr(0, 6), options), Log{"error(1009)"});
  EXPECT_EQ(run(text("12345678901", kMore).substr(0, 6), options), Log{"error(1009)"});
  EXPECT_EQ(run(text("12345678901"), options), Log{"text:12345678901"});  // the frame's limit alone holds for it
}

TEST(Decoder, InflatedMessagesAreHeldToTheMessageLimitAndTheRatio) {
  const DecoderOptions options{.message_bytes_max = 100'000};
  const auto compressed = [](std::size_t size) { return binary(deflate_message(std::string(size, 'x')), kCompressed); };
  EXPECT_EQ(run_deflate(compressed(60'000), options).front().substr(0, 8), "binary:x");
  EXPECT_EQ(run_deflate(compressed(100'001), options), Log{"error(1009)"});
  EXPECT_EQ(run_deflate(compressed(1'000'000)), Log{"error(1009)"});
  EXPECT_EQ(run_deflate(compressed(1'000'000), {.inflate_ratio_max = 2000}).front().substr(0, 8), "binary:x");
}

TEST(Decoder, AHugeAnnouncementAllocatesNothing) {
  const DecoderOptions options{.frame_bytes_max = 1ull << 40, .message_bytes_max = 1ull << 40};
  // 256 GiB in each of two frames: if it were allocated, the test would not come to its end.
  const std::string announced("\x02\xff\x00\x00\x00\x40\x00\x00\x00\x00\x01\x02\x03\x04....", 18);
  EXPECT_EQ(run(announced, options), Log{});
  EXPECT_EQ(run(text("a", kMore) + announced, options), Log{"error(1002)"});
}

// Autobahn 9: 16 MiB in one frame and in fragments of 64 bytes, arriving in pieces as a socket gives them.
TEST(Decoder, MessagesOf16MiBArriveInPieces) {
  const DecoderOptions options{.frame_bytes_max = 20'000'000, .message_bytes_max = 20'000'000};
  const std::string payload(16 * 1024 * 1024, 'x');
  std::string fragments = binary("", kMore);
  for (std::size_t at = 0; at < payload.size(); at += 64)
    fragments += more(std::string_view(payload).substr(at, 64), kMore);
  for (const std::string& bytes : {binary(payload), fragments + more("")}) {
    Connection connection(options);
    for (std::size_t at = 0; at < bytes.size(); at += 65'537)
      connection.feed(std::string_view(bytes).substr(at, 65'537));
    ASSERT_EQ(connection.log.size(), 1u);
    EXPECT_TRUE(connection.log[0] == "binary:" + payload);
  }
}

TEST(Decoder, SeventyThousandFragmentsMakeOneMessage) {
  std::string bytes = text("", kMore), expected = "text:";
  for (int i = 0; i < 70'000; ++i) {
    bytes += more("abc", kMore);
    expected += "abc";
  }
  const Log log = run(bytes + more(""));
  ASSERT_EQ(log.size(), 1u);
  EXPECT_TRUE(log[0] == expected);
}

TEST(Decoder, MovesWithItsState) {
  Connection connection;
  connection.feed(text("a", kMore));
  Decoder moved = std::move(connection.decoder);
  client::feed(moved, more("b"), connection.log);
  EXPECT_EQ(connection.log, Log{"text:ab"});
}

}  // namespace
}  // namespace roost::ws
