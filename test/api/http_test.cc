// HTTP/1.1 as a client sees it, and the WebSocket handshake (PROTOCOL §4.1).
#include <fstream>
#include <stdexcept>

#include "api_testing.h"

namespace roost::api_test {
namespace {

class Served : public ::testing::Test {
 protected:
  Served() {
    app.get("/hello", [](const HttpRequest& request) {
      return HttpResponse::text("hello " + std::string(request.query) + std::string(request.header("X-Name")));
    });
    app.get("/large", [](const HttpRequest&) { return HttpResponse::text(std::string(1'000'000, 'x')); });
    app.get("/throws", [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("boom"); });
    app.get("/throws/7", [](const HttpRequest&) -> HttpResponse { throw 7; });
    app.post("/echo", [](const HttpRequest& request) { return HttpResponse::text(std::string(request.body), 201); });
    std::ofstream(dir.path / "index.html") << "<p>index";
    std::ofstream(dir.path / "app.js") << "let a";
    app.static_files("/", dir.path);
    app.socket("/socket")
        .connect([](const ConnectInfo& info) -> ConnectResult {
          if (info.param("throw") == "int") throw 7;
          if (info.param("throw") == "yes") throw std::runtime_error("boom");
          if (info.param("reject") == "yes") return reject();
          if (info.param("reject") == "why") return reject("too many");
          if (info.param("reject") == "bad") return reject("bad");
          return accept();
        })
        .error_handler([](const std::string& reason) -> HttpResponse {
          if (reason == "bad") throw std::runtime_error("in the error handler");
          return HttpResponse::text(reason, 429);
        });
    running = std::make_unique<Running>(app);
  }
  int handshake(std::string_view target, std::string_view more = "") {
    Http http(app.port());
    http.send(WebSocketClient::handshake(target, more));
    return http.read().status;
  }
  const TempDir dir;
  App app{quiet()};
  std::unique_ptr<Running> running;
};

TEST_F(Served, RoutesAnswer) {
  Http http(app.port());
  http.send("GET /hello?q=1 HTTP/1.1\r\nHost: x\r\nx-name: n\r\n\r\n");
  const auto answer = http.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello q=1n");
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(answer.headers.contains("date"));
}

TEST_F(Served, AConnectionServesManyRequests) {
  Http http(app.port());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(http.get("/hello").status, 200);
}

TEST_F(Served, PipelinedRequestsAreAnsweredInOrder) {
  Http http(app.port());
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += "GET /hello?" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  http.send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(http.read().body, "hello " + std::to_string(i));
}

TEST_F(Served, APipelineOfLargeAnswersIsNotHeldInMemoryForever) {
  Http http(app.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
  http.send(requests);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(http.read().body.size(), 1'000'000u) << i;
  EXPECT_EQ(http.get("/hello").status, 200);
}

TEST_F(Served, ARequestInPiecesIsOneRequest) {
  Http http(app.port());
  for (const char byte : std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"))
    http.send(std::string(1, byte));
  const auto answer = http.read();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "abc");
}

TEST_F(Served, AClientThatSendsNoMoreStillGetsItsAnswer) {
  Http http(app.port());
  http.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  http.raw().end_sending();
  EXPECT_EQ(http.read().status, 200);
  EXPECT_TRUE(http.raw().at_end());
}

TEST_F(Served, ConnectionCloseIsObeyed) {
  Http http(app.port());
  http.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = http.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(http.raw().at_end());
}

TEST_F(Served, AClientThatExpectsContinueIsTold) {
  Http http(app.port());
  http.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(http.read().status, 100);
  http.send("abc");
  EXPECT_EQ(http.read().body, "abc");
}

TEST_F(Served, HeadIsAGetWithoutABody) {
  Http http(app.port());
  http.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = http.read(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-length"), "6");
  EXPECT_EQ(http.get("/hello").status, 200);
}

TEST_F(Served, ErrorsHaveTheirStatus) {
  Http http(app.port());
  EXPECT_EQ(http.get("/nothing").status, 404);
  EXPECT_EQ(http.get("/throws").status, 500);
  EXPECT_EQ(http.get("/throws/7").status, 500);
  http.send("DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = http.read();
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD, OPTIONS");
  http.send("nonsense\r\n\r\n");
  EXPECT_EQ(http.read().status, 400);
  EXPECT_TRUE(http.raw().at_end());
}

TEST_F(Served, FilesAreServedBehindRoutes) {
  Http http(app.port());
  EXPECT_EQ(http.get("/").body, "<p>index");
  const auto script = http.get("/app.js");
  EXPECT_EQ(script.body, "let a");
  EXPECT_THAT(script.headers.at("content-type"), HasSubstr("javascript"));
  http.send("GET /app.js HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + script.headers.at("etag") + "\r\n\r\n");
  EXPECT_EQ(http.read().status, 304);
  EXPECT_EQ(http.get("/../app.js").status / 100, 4);
}

TEST_F(Served, ADirectoryThatIsNotThereFailsTheStart) {
  App other(quiet());
  other.static_files("/", "/no/such/directory");
  EXPECT_THAT(start_error(other), HasSubstr("/no/such/directory"));
}

TEST_F(Served, OfTwoPrefixesTheLongerOneIsAsked) {
  const TempDir vendor;
  std::ofstream(vendor.path / "app.js") << "let vendor";
  App other(quiet());
  other.static_files("/", dir.path);
  other.static_files("/vendor", vendor.path);
  const Running also(other);
  Http http(other.port());
  EXPECT_EQ(http.get("/app.js").body, "let a");
  EXPECT_EQ(http.get("/vendor/app.js").body, "let vendor");
  EXPECT_EQ(http.get("/vendor/index.html").status, 404);
}

// PROTOCOL §4.1, in its order

TEST_F(Served, Handshake1_OnlyGetIsUpgraded) {
  Http http(app.port());
  http.send("POST /socket/websocket HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  const auto answer = http.read();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "");
}

TEST_F(Served, Handshake2_QueriesThatAreNotUtf8AreRefused) {
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0&a=%ff"), 400);
}

TEST_F(Served, Handshake3_OriginsAreChecked) {
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0", "Origin: http://localhost:1234\r\n"), 101);
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0", "Origin: http://evil.example\r\n"), 403);
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0", "Origin: null\r\n"), 403);
}

TEST_F(Served, Handshake6_TheApplicationDecides) {
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0&reject=yes"), 403);
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0&reject=why"), 429);
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0&throw=yes"), 500);
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0&throw=int"), 500);
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0&reject=bad"), 500);
  EXPECT_EQ(handshake("/socket/websocket?vsn=2.0.0"), 101);
}

TEST_F(Served, Handshake6_F20_UnknownVersionsAreRefused) {
  for (const char* vsn : {"vsn=3.0.0", "vsn=2.0", "vsn=", "vsn[]=2.0.0"})
    EXPECT_EQ(handshake("/socket/websocket?" + std::string(vsn)), 403) << vsn;
  EXPECT_EQ(handshake("/socket/websocket"), 101);  // 1.0.0
}

TEST_F(Served, Handshake7_APlainGetHearsWhatIsMissing) {
  Http http(app.port());
  const auto answer = http.get("/socket/websocket");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("'connection' header must contain 'upgrade'"));
}

TEST_F(Served, Handshake8_FramesRightBehindTheHandshakeCount) {
  Http http(app.port());
  http.send(WebSocketClient::handshake("/socket/websocket?vsn=2.0.0") +
            WebSocketClient::frame(R"([null,"1","phoenix","heartbeat",{}])"));
  EXPECT_EQ(http.read().headers.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_THAT(http.raw().read(2 + 62), HasSubstr("phx_reply"));
}

TEST_F(Served, AnUpgradeBehindOtherRequestsOfOneSendWorks) {
  Http http(app.port());
  http.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n" + WebSocketClient::handshake("/socket/websocket?vsn=2.0.0"));
  EXPECT_EQ(http.read().status, 200);
  EXPECT_EQ(http.read().status, 101);
}

TEST_F(Served, X1_AnUndecodableMessageCloses1011) {
  WebSocketClient client(app.port());
  EXPECT_EQ(client.ask("nonsense"), "close 1011");
}

TEST_F(Served, W4_PingsAreAnswered) {
  WebSocketClient client(app.port());
  client.http().send(WebSocketClient::frame("data", 9));
  EXPECT_EQ(client.next(), "data");
}

TEST_F(Served, W5_ACloseIsAnswered) {
  WebSocketClient client(app.port());
  client.http().send(WebSocketClient::frame("\x03\xe9", 8));  // 1001
  EXPECT_EQ(client.next(), "close 1000");
  EXPECT_EQ(client.next(), "end");
}

TEST(Silence, AnswersAHalfRequestWith408AndClosesAnIdleConnection) {
  App app(quiet());
  app.http_limits({.request_timeout = std::chrono::milliseconds(50)});
  const Running running(app);
  Http half(app.port()), idle(app.port());
  half.send("GET /hello HTTP/1.1\r\nHo");
  EXPECT_EQ(half.read().status, 408);
  EXPECT_TRUE(half.raw().at_end());
  EXPECT_TRUE(idle.raw().at_end());
}

TEST(Silence, W3_ClosesAWebSocketWith1002) {
  App app(quiet());
  app.socket("/socket").websocket({.timeout = std::chrono::milliseconds(50)});
  const Running running(app);
  WebSocketClient client(app.port());
  EXPECT_EQ(client.next(), "close 1002");
}

}  // namespace
}  // namespace roost::api_test
