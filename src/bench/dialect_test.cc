#include "bench/dialect.h"

#include <gtest/gtest.h>

#include "wire/serializer.h"

namespace roost::bench {
namespace {

using namespace std::string_view_literals;

std::string describe(const Dialect& dialect, std::string_view bytes, bool binary = false) {
  const auto message = dialect.decode(binary, bytes);
  if (!message) return message.error();
  return message->event + " ref=" + message->ref + " topic=" + message->topic + " status=" + message->status + " " +
         std::string(message->payload);
}

TEST(PhoenixDialect, ReadsWhatServersSend) {
  const Dialect& phoenix = phoenix_dialect();
  EXPECT_EQ(describe(phoenix, R"([null,null,"room:a","msg",{"n":1}])"), R"(msg ref= topic=room:a status= {"n":1})");
  EXPECT_EQ(describe(phoenix, R"(["1","2","room:a","phx_reply",{"status":"ok","response":{"a":[1]}}])"),
            R"(phx_reply ref=2 topic=room:a status=ok {"a":[1]})");
  EXPECT_EQ(describe(phoenix, "\x02\x01\x03tmsgbytes"sv, true), "msg ref= topic=t status= bytes");
  EXPECT_EQ(describe(phoenix, "\x01\x01\x01\x01\x02jrtokbytes"sv, true), "phx_reply ref=r topic=t status=ok bytes");
  EXPECT_EQ(describe(phoenix, "\x00\x01\x01\x03jtmsgbytes"sv, true), "msg ref= topic=t status= bytes");
}

TEST(PhoenixDialect, RefusesWhatIsNoMessage) {
  const Dialect& phoenix = phoenix_dialect();
  for (const std::string_view text : {"", "{}", "[1]", R"([null,null,"t","e"])", R"([null,null,"t","e",{}] x)",
                                      R"([null,null,"t","e",{"a":}])", R"(["1","1","t","phx_reply",{}])"})
    EXPECT_FALSE(phoenix.decode(false, text)) << text;
  const auto binary = "\x02\x01\x03tmsg"sv;
  for (std::size_t size = 0; size < binary.size(); ++size)
    EXPECT_FALSE(phoenix.decode(true, binary.substr(0, size))) << size;
  EXPECT_FALSE(phoenix.decode(true, "\x03\x00\x00"sv));
}

TEST(PhoenixDialect, WritesWhatServersRead) {
  wire::Scratch scratch;
  const std::string text = phoenix_dialect().push("7", "room:\"a\"", "new_msg", R"({"n":1})");
  const auto push = wire::v2_json().decode(false, text, wire::Utf8::check, scratch);
  ASSERT_TRUE(push);
  EXPECT_EQ(push->topic, "room:\"a\"");
  EXPECT_EQ(push->ref.text(), "\"7\"");
  EXPECT_EQ(push->payload.bytes, R"({"n":1})");
  const std::string bytes = phoenix_dialect().push_binary("7", "room:a", "blob", "\x01\x02");
  const auto blob = wire::v2_json().decode(true, bytes, wire::Utf8::check, scratch);
  ASSERT_TRUE(blob);
  EXPECT_EQ(blob->event, "blob");
  EXPECT_EQ(blob->payload.bytes, "\x01\x02");
}

TEST(SocketIoDialect, AnswersTheTransportAndWaitsForItsTurn) {
  const Dialect& socketio = socketio_dialect();
  EXPECT_EQ(socketio.answer(R"(0{"sid":"a"})"), "40");
  EXPECT_EQ(socketio.answer("2"), "3");
  EXPECT_EQ(socketio.answer(R"(42["msg",1])"), std::nullopt);
  EXPECT_TRUE(socketio.is_greeting(R"(40{"sid":"a"})"));
  EXPECT_FALSE(socketio.is_greeting(R"(42["msg",1])"));
}

TEST(SocketIoDialect, ReadsEventsAndAnswers) {
  const Dialect& socketio = socketio_dialect();
  EXPECT_EQ(describe(socketio, R"(42["msg",{"n":1}])"), R"(msg ref= topic= status= {"n":1})");
  EXPECT_EQ(describe(socketio, R"(431000[{"n":1}])"), R"(phx_reply ref=1000 topic= status=ok {"n":1})");
  for (const std::string_view text : {"", "4", "42", "42[", R"(42["msg",{"n":1})", R"(42[1])", R"(42["a",1]x)", "41"})
    EXPECT_FALSE(socketio.decode(false, text)) << text;
}

TEST(SocketIoDialect, WritesEventsWithTheirRef) {
  EXPECT_EQ(socketio_dialect().push("12", "room", "echo", "{}"), R"(4212["echo","room",{}])");
  EXPECT_EQ(socketio_dialect().request_path("/", ""), "/socket.io/?EIO=4&transport=websocket");
}

}  // namespace
}  // namespace roost::bench
