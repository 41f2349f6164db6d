// An App with a serializer of its own: clients ask for it by version.
#include "api_testing.h"
#include "test/line_serializer.h"

namespace roost::api_test {
namespace {

class Room final : public Channel {
 public:
  static void events(Events<Room>& on) { on.event("say", &Room::say); }
  JoinReply join() { return ok(); }
  void say(const Payload& payload) { broadcast("said", payload); }
};

class OwnFormat : public ::testing::Test {
 protected:
  OwnFormat() {
    const auto lines = std::make_shared<testing::LineSerializer>();
    app.socket("/socket")
        .serializer("~> 3.0.0", lines)
        .serializer("~> 2.0.7", lines)
        .channel<Room>("room:*")
        .longpoll();
    running = std::make_unique<Running>(app);
  }
  int handshake(std::string_view vsn) {
    Http http(app.port());
    http.send(WebSocketClient::handshake("/socket/websocket?vsn=" + std::string(vsn)));
    return http.read().status;
  }
  App app{quiet(2)};
  std::unique_ptr<Running> running;
};

TEST_F(OwnFormat, IsSpokenBesideTheOthers) {
  WebSocketClient own(app.port(), "/socket/websocket?vsn=3.0.1"), stock(app.port());
  EXPECT_EQ(own.ask("1\t1\troom:a\tphx_join\t{}"), "reply\t1\t1\troom:a\tok\t{}");
  stock.join("room:a");
  EXPECT_EQ(own.ask("1\t2\troom:a\tsay\t{\"b\":2}"), "broadcast\tnull\tnull\troom:a\tsaid\t{\"b\":2}");
  EXPECT_EQ(stock.next(), R"([null,null,"room:a","said",{"b":2}])");
}

TEST_F(OwnFormat, X1_WhatItCannotReadCloses1011) {
  WebSocketClient own(app.port(), "/socket/websocket?vsn=3.0.0");
  EXPECT_EQ(own.ask("half a line"), "close 1011");
}

TEST_F(OwnFormat, F20_VersionsAreMatchedInTheOrderOfTheOffers) {
  EXPECT_EQ(handshake("3.1.0"), 403);
  EXPECT_EQ(handshake("1.0.0"), 101);
  WebSocketClient before(app.port(), "/socket/websocket?vsn=2.0.6"), after(app.port(), "/socket/websocket?vsn=2.0.7");
  EXPECT_THAT(before.ask(R"([null,"1","phoenix","heartbeat",{}])"), HasSubstr("phx_reply"));
  EXPECT_EQ(after.ask("null\t1\tphoenix\theartbeat\t{}"), "reply\tnull\t1\tphoenix\tok\t{}");
}

TEST_F(OwnFormat, IsSpokenOverLongPollToo) {
  Http http(app.port());
  const std::string opened = http.get("/socket/longpoll?vsn=3.0.0").body;
  const boost::json::value session = boost::json::parse(opened);
  const std::string token(session.at("token").as_string());
  const std::string line = "1\t1\troom:a\tphx_join\t{}";
  http.send("POST /socket/longpoll?vsn=3.0.0 HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: " +
            std::to_string(line.size()) + "\r\nx-phoenix-longpoll-token: " + token + "\r\n\r\n" + line);
  EXPECT_EQ(http.read().body, R"({"status":200})");
  http.send("GET /socket/longpoll?vsn=3.0.0 HTTP/1.1\r\nHost: x\r\nx-phoenix-longpoll-token: " + token + "\r\n\r\n");
  EXPECT_THAT(http.read().body, HasSubstr(R"("messages":["reply\t1\t1\troom:a\tok\t{}"])"));
}

}  // namespace
}  // namespace roost::api_test
