// Handlers that take their payload as a type, and what a client hears of one that does not fit.
#include "channel/behaviour_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

struct Point {
  int x = 0;
  std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x, name))

class Typed final : public Channel {
 public:
  static void events(Events<Typed>& on) {
    on.event("move", &Typed::move)
        .event("list", &Typed::list)
        .event("nothing", &Typed::nothing)
        .event("raw", &Typed::raw)
        .event("later", &Typed::later)
        .event("void_later", &Typed::void_later)
        .intercept("seen", &Typed::seen);
  }
  JoinReply join() { return ok(); }

 private:
  Reply move(Point to) { return ok(to); }
  Response list(const std::vector<int>& numbers) { return ok({{"count", numbers.size()}}); }
  void nothing() {}
  Reply raw(const Payload& payload) { return ok(payload); }
  Task<Reply> later(Point to) {
    co_await sleep_for(milliseconds(5));
    co_return ok(to);
  }
  Task<void> void_later() {
    co_await sleep_for(milliseconds(5));
    push("waited");
  }
  void seen(const Point& point) { push("seen", point); }
};

class TypedHandlers : public ::testing::Test {
 protected:
  roost::testing::ClientChannel join() {
    server.app().socket("/socket").channel<Typed>("typed:*");
    return server.connect().join("typed:a");
  }
  void expect_misfit(std::string_view event, const Payload& payload, std::string_view path, std::string_view expected) {
    typed.expect_reply(typed.push(event, payload), "error",
                       {{"reason", "invalid payload"}, {"path", path}, {"expected", expected}});
  }
  static constexpr const char* kInteger = "integer from -2147483648 to 2147483647";
  roost::testing::Server server;
  roost::testing::ClientChannel typed = join();
};

TEST_F(TypedHandlers, GetTheirPayloadParsed) {
  EXPECT_EQ(typed.call("move", {{"x", 3}, {"name", "a"}, {"more", {}}}).view(), R"({"x":3,"name":"a"})");
  EXPECT_EQ(typed.call("list", {1, 2, 3}).view(), R"({"count":3})");
  EXPECT_EQ(typed.call("raw", {1, 2}).view(), "[1,2]");
}

TEST_F(TypedHandlers, WithoutAnArgumentTakeAnyPayload) {
  typed.push("nothing", 7);
  typed.expect_nothing();
}

TEST_F(TypedHandlers, AnswerWhatDoesNotFitWithItsPath) {
  expect_misfit("move", {{"x", "3"}}, "/x", kInteger);
  expect_misfit("move", {}, "/x", kInteger);
  expect_misfit("move", boost::json::array(), "", "object");
  expect_misfit("list", {1, nullptr}, "/1", kInteger);
  typed.call("move", {{"x", 3}});  // and the channel lives
}

TEST_F(TypedHandlers, AnswerBytesAsInvalid) {
  expect_misfit("move", Payload::bytes("\x01"), "", "JSON, not bytes");
}

TEST_F(TypedHandlers, MayBeCoroutines) {
  const auto later = typed.push("later", {{"x", 3}});
  typed.expect_nothing();
  server.advance(milliseconds(5));
  typed.expect_reply(later, "ok", {{"x", 3}});
  expect_misfit("later", boost::json::array(), "", "object");
  typed.push("void_later");
  typed.expect_nothing();
  server.advance(milliseconds(5));
  typed.expect_push("waited");
}

TEST_F(TypedHandlers, InterceptsAreTypedToo) {
  server.app().broadcast("typed:a", "seen", {{"x", 1}});
  typed.expect_push("seen", {{"x", 1}});
  server.app().broadcast("typed:a", "seen", {{"x", boost::json::array()}});
  typed.expect_crashed();
  server.expect_logged("payload does not fit at /x: expected integer");
}

}  // namespace
}  // namespace roost::channel::testing
