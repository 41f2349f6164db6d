// Routes whose answer takes a while, on real connections.
#include <atomic>
#include <fstream>
#include <future>

#include "api_testing.h"

namespace roost::api_test {
namespace {

/// An App with a route that waits until it is let go.
class SlowRoutes : public ::testing::Test {
 protected:
  SlowRoutes() {
    app.get("/fast/{n}",
            [](const HttpRequest& request) { return HttpResponse::text(std::string(request.param("n"))); });
    app.get("/slow/{n}", [this](const HttpRequest& request) -> Task<HttpResponse> {
      const std::shared_ptr<void> here(nullptr, [this](void*) { gone.set_value(); });
      co_await app.blocking([this] {
        entered.set_value();
        opened.get_future().wait();
      });
      co_return HttpResponse::text("slow " + std::string(request.param("n")));
    });
    app.post("/small", [] { return HttpResponse::text(""); }, {.body_bytes_max = 10});
    app.del("/file.txt", [] { return HttpResponse::text(""); });
    app.socket("/socket");
    std::ofstream(dir.path / "file.txt") << "file";
    app.static_files("/", dir.path);
    running.emplace(app);
  }
  ~SlowRoutes() override { running.reset(); }

  const TempDir dir;
  std::promise<void> entered, opened, gone;
  App app{quiet()};
  std::optional<Running> running;
};

TEST_F(SlowRoutes, PipelinedRequestsWaitForTheOneBeforeAndOthersDoNot) {
  Http http(app.port()), other(app.port());
  http.send(
      "GET /fast/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /slow/2 HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /fast/3 HTTP/1.1\r\nHost: x\r\n\r\nGET /fast/4 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(http.read().body, "1");
  entered.get_future().wait();
  EXPECT_EQ(other.get("/fast/x").body, "x");
  opened.set_value();
  EXPECT_EQ(http.read().body, "slow 2");
  EXPECT_EQ(http.read().body, "3");
  EXPECT_EQ(http.read().body, "4");
  EXPECT_EQ(http.get("/fast/5").body, "5");
}

TEST_F(SlowRoutes, AClientThatGoesTakesTheCoroutineWithIt) {
  {
    Http http(app.port());
    http.send("GET /slow/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    entered.get_future().wait();
    http.raw().reset();
  }
  gone.get_future().wait();  // before the work that it waits for is done
  opened.set_value();
  EXPECT_EQ(Http(app.port()).get("/fast/1").status, 200);
}

TEST_F(SlowRoutes, AServerThatStopsAnswersFirst) {
  Http http(app.port());
  http.send("GET /slow/1 HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.get_future().wait();
  std::thread stopping([this] { app.stop(); });
  opened.set_value();
  const auto answer = http.read();
  EXPECT_EQ(answer.body, "slow 1");
  EXPECT_TRUE(http.raw().at_end());
  http.raw().close();
  stopping.join();
}

TEST_F(SlowRoutes, ABodyBeyondTheLimitOfARouteIs413AndCounted) {
  Http http(app.port());
  http.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
  const auto answer = http.read();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body, R"({"reason":"body too large"})");
  EXPECT_TRUE(http.raw().at_end());
  EXPECT_THAT(app.metrics(), HasSubstr("roost_limit_hits_total{limit=\"request\"} 1\n"));
}

TEST_F(SlowRoutes, SocketsComeBeforeRoutesAndRoutesBeforeFiles) {
  Http http(app.port());
  EXPECT_EQ(http.get("/socket/websocket").status, 400);  // no upgrade, but it is the socket that answers
  const auto hidden = http.get("/file.txt");             // its path has a route, if for another method
  EXPECT_EQ(hidden.status, 405);
  EXPECT_EQ(hidden.headers.at("allow"), "DELETE, OPTIONS");
}

TEST(RouteCollisions, FailTheStart) {
  App app(quiet());
  app.get("/a/{b}", [] { return HttpResponse::text(""); });
  app.get("/a/{c}", [] { return HttpResponse::text(""); });
  EXPECT_EQ(start_error(app), "routes GET /a/{b} and GET /a/{c} take the same paths");
}

}  // namespace
}  // namespace roost::api_test
