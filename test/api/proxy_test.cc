// An App behind a proxy: whose word it takes about who connects from where.
#include "api_testing.h"

namespace roost::api_test {
namespace {

constexpr std::string_view kClaims =
    "X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: example.com\r\n";

class Proxied : public ::testing::Test {
 protected:
  void start(std::vector<std::string> trusted) {
    Options options = quiet();
    options.trusted_proxies = std::move(trusted);
    app = std::make_unique<App>(options);
    app->socket("/socket")
        .check_origin(CheckOrigin::conn())
        .connect([this](const ConnectInfo& info) {
          seen = info;
          return accept();
        })
        .longpoll();
    running = std::make_unique<Running>(*app);
  }
  int handshake(std::string_view more) {
    Http http(app->port());
    http.send(WebSocketClient::handshake("/socket/websocket?vsn=2.0.0", more));
    return http.read().status;
  }
  std::string handshake_from(std::string_view origin) {
    return std::to_string(handshake(std::string(kClaims) + "Origin: " + std::string(origin) + "\r\n"));
  }

  ConnectInfo seen;  // written on the shard before the answer that the test has read
  std::unique_ptr<App> app;
  std::unique_ptr<Running> running;
};

TEST_F(Proxied, ATrustedProxysWordIsTaken) {
  start({"127.0.0.0/8"});
  EXPECT_EQ(handshake(kClaims), 101);
  EXPECT_EQ(seen.address, "203.0.113.9");
  EXPECT_EQ(seen.port, 0);
  EXPECT_EQ(seen.uri.scheme, "https");
  EXPECT_EQ(seen.uri.host, "example.com");
  EXPECT_EQ(seen.uri.port, 443);
}

TEST_F(Proxied, NobodyElsesWordIs) {
  start({"10.0.0.0/8"});
  EXPECT_EQ(handshake(kClaims), 101);
  EXPECT_EQ(seen.address, "127.0.0.1");
  EXPECT_NE(seen.port, 0);
  EXPECT_EQ(seen.uri.scheme, "http");
  EXPECT_EQ(seen.uri.host, "localhost");
}

TEST_F(Proxied, O4_OriginsAreComparedWithWhatTheProxyWasAsked) {
  start({"127.0.0.1"});
  EXPECT_EQ(handshake_from("https://example.com"), "101");
  EXPECT_EQ(handshake_from("http://example.com"), "403");
  EXPECT_EQ(handshake_from("http://localhost"), "403");
}

TEST_F(Proxied, O4_AStrangersClaimsOpenNothing) {
  start({});
  EXPECT_EQ(handshake_from("https://example.com"), "403");
}

TEST_F(Proxied, LongPollsAreReadTheSameWay) {
  start({"127.0.0.1"});
  Http http(app->port());
  http.send("GET /socket/longpoll?vsn=2.0.0 HTTP/1.1\r\nHost: x\r\nOrigin: https://example.com\r\n" +
            std::string(kClaims) + "\r\n");
  EXPECT_THAT(http.read().body, HasSubstr("\"status\":410"));
  EXPECT_EQ(seen.transport, "longpoll");
  EXPECT_EQ(seen.address, "203.0.113.9");
}

TEST(ProxyOptions, AWrongEntryFailsTheStart) {
  Options options = quiet();
  options.trusted_proxies = {"127.0.0.1", "proxy.local"};
  App app(options);
  EXPECT_THAT(start_error(app), HasSubstr("trusted_proxies: \"proxy.local\""));
}

}  // namespace
}  // namespace roost::api_test
