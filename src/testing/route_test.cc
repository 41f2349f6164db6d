// HTTP routes of an application's own, as include/roost/http.hpp describes them.
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

namespace roost::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

BOOST_DEFINE_ENUM_CLASS(Order, newest, oldest)

struct Item {
  std::string name;
  int price = 0;
};
BOOST_DESCRIBE_STRUCT(Item, (), (name, price))
struct Cart {
  std::vector<Item> items;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(Cart, (), (items, note))

/// "200 body".
std::string text(const HttpResponse& response) {
  return std::to_string(response.status) + " " + response.body;
}
std::string header(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

/// Counts the lives of a coroutine.
struct Alive {
  explicit Alive(int& count) : count_(count) { ++count_; }
  ~Alive() { --count_; }
  Alive(const Alive&) = delete;
  int& count_;
};

HttpResponse plain_function(const HttpRequest& request) {
  return HttpResponse::text("plain " + std::string(request.param("id")));
}
HttpResponse plain_body(const HttpRequest&, Item item) {
  return HttpResponse::text(item.name);
}

struct Routes : public ::testing::Test {
  std::string get(std::string target) { return text(server.get(std::move(target))); }
  std::string post(std::string target, const Payload& body) { return text(server.post(std::move(target), body)); }
  std::string ask(std::string method, std::string target) {
    return text(server.request({.method = std::move(method), .target = std::move(target)}));
  }
  /// What the start says is wrong.
  std::string refusal() {
    try {
      server.get("/");
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return "none";
  }

  Server server;
  App& app = server.app();
};

// What a handler may be

TEST_F(Routes, AHandlerIsAFunctionOrALambdaWithOrWithoutTheRequest) {
  app.get("/plain/{id}", plain_function);
  app.get("/lambda", [](const HttpRequest& request) { return HttpResponse::text(std::string(request.method)); });
  app.get("/generic", [](const auto&) { return HttpResponse::text("generic"); });
  app.get("/nothing", [] { return HttpResponse::no_content(); });
  EXPECT_EQ(get("/plain/7"), "200 plain 7");
  EXPECT_EQ(get("/lambda"), "200 GET");
  EXPECT_EQ(get("/generic"), "200 generic");
  const auto nothing = server.get("/nothing");
  EXPECT_EQ(text(nothing), "204 ");
  EXPECT_EQ(nothing.content_type, "");
}

TEST_F(Routes, AHandlerMayTakeTheBodyAsADescribedStruct) {
  app.post("/items", plain_body);
  app.put("/carts/{id}", [](const HttpRequest& request, const Cart& cart) {
    return HttpResponse::json({{"id", request.param("id")}, {"items", cart.items.size()}}, 201);
  });
  app.patch("/names", [](std::vector<std::string> names) { return HttpResponse::json(names); });
  EXPECT_EQ(post("/items", Item{"pen", 3}), "200 pen");
  const auto cart = server.request({"PUT",
                                    "/carts/a%20b",
                                    {{"Content-Type", "application/vnd.shop+json; charset=utf-8"}},
                                    R"({"items":[{"name":"pen","price":3}]})"});
  EXPECT_EQ(text(cart), R"(201 {"id":"a b","items":1})");
  EXPECT_EQ(cart.content_type, "application/json; charset=utf-8");
  EXPECT_EQ(text(server.request({"PATCH", "/names", {{"content-type", "application/json"}}, R"(["a"])"})),
            R"(200 ["a"])");
}

TEST_F(Routes, ACoroutineMayWaitAndKeepsTheRequest) {
  app.get("/slow/{id}", [](const HttpRequest& request) -> Task<HttpResponse> {
    co_await sleep_for(milliseconds(100));
    co_return HttpResponse::text(std::string(request.param("id")) + std::string(request.header("x-name")));
  });
  const auto call = server.send({.target = "/slow/7", .headers = {{"X-Name", "ann"}}});
  EXPECT_FALSE(call.answered());
  server.advance(milliseconds(99));
  EXPECT_FALSE(call.answered());
  server.advance(milliseconds(1));
  EXPECT_EQ(text(call.answer()), "200 7ann");
}

TEST_F(Routes, ACoroutineMayUseBlockingWorkAndAnAgentAndTakeTheBodyByValue) {
  const auto total = app.agent<int>("total");
  app.post("/add", [this, total](const HttpRequest&, Item item) -> Task<HttpResponse> {
    const int price = co_await app.blocking([&item] { return item.price * 2; });
    const int now = co_await total.update([price](int& sum) { return sum += price; });
    co_return HttpResponse::json({{"total", now}});
  });
  EXPECT_EQ(post("/add", Item{"pen", 3}), R"(200 {"total":6})");
  EXPECT_EQ(post("/add", Item{"ink", 4}), R"(200 {"total":14})");
}

TEST_F(Routes, ACoroutineMayAnswerWithoutWaiting) {
  app.get("/", []() -> Task<HttpResponse> { co_return HttpResponse::text("at once"); });
  EXPECT_EQ(get("/"), "200 at once");
}

TEST_F(Routes, TwoRequestsWaitSideBySide) {
  app.get("/{ms}", [](const HttpRequest& request) -> Task<HttpResponse> {
    co_await sleep_for(milliseconds(*request.param<int>("ms")));
    co_return HttpResponse::text("done");
  });
  const auto slow = server.send({.target = "/20"}), fast = server.send({.target = "/10"});
  server.advance(milliseconds(10));
  EXPECT_TRUE(fast.answered());
  EXPECT_FALSE(slow.answered());
  server.advance(milliseconds(10));
  EXPECT_TRUE(slow.answered());
}

// The client goes

TEST_F(Routes, ACoroutineIsDestroyedWhereItWaitsWhenItsClientGoes) {
  int alive = 0, past = 0;
  app.get("/", [&alive, &past]() -> Task<HttpResponse> {
    const Alive here(alive);
    co_await sleep_for(milliseconds(10));
    ++past;
    co_return HttpResponse::text("never");
  });
  auto call = server.send({});
  EXPECT_EQ(alive, 1);
  call.close();
  EXPECT_EQ(alive, 0);
  server.advance(milliseconds(20));
  EXPECT_EQ(past, 0);
}

TEST_F(Routes, AServerThatEndsDestroysWhatWaits) {
  int alive = 0;
  auto other = std::make_unique<Server>();
  other->app().get("/", [&alive]() -> Task<HttpResponse> {
    const Alive here(alive);
    co_await sleep_for(milliseconds(10));
    co_return HttpResponse::text("never");
  });
  const auto call = other->send({});
  EXPECT_EQ(alive, 1);
  other.reset();
  EXPECT_EQ(alive, 0);
}

// Params

TEST_F(Routes, ParamsAreThoseOfTheQueryBelowThoseOfThePath) {
  app.get("/rooms/{id}", [](const HttpRequest& request) { return HttpResponse::json(request.params); });
  EXPECT_EQ(get("/rooms/7?a=1&b[c]=x+y&id=8&l[]=p"), R"(200 {"a":"1","b":{"c":"x y"},"id":"7","l":["p"]})");
  EXPECT_EQ(get("/rooms/%e2%82%ac"), "200 {\"id\":\"\u20ac\"}");
}

TEST_F(Routes, ParamsAreReadAsTypes) {
  app.get("/{id}", [](const HttpRequest& request) -> HttpResponse {
    const auto id = request.param<std::uint8_t>("id");
    if (!id) return HttpResponse::invalid(id.error());
    const auto order = request.param<std::optional<Order>>("order");
    if (!order) return HttpResponse::invalid(order.error());
    const auto scale = request.param<std::optional<double>>("scale");
    if (!scale) return HttpResponse::invalid(scale.error());
    const auto dark = request.param<std::optional<bool>>("dark");
    if (!dark) return HttpResponse::invalid(dark.error());
    return HttpResponse::json({{"id", *id},
                               {"oldest", *order == Order::oldest},
                               {"scale", scale->value_or(1)},
                               {"dark", dark->value_or(false)},
                               {"name", request.param("name", "nobody")}});
  });
  EXPECT_EQ(get("/7"), R"(200 {"id":7,"oldest":false,"scale":1E0,"dark":false,"name":"nobody"})");
  EXPECT_EQ(get("/7?order=oldest&scale=2.5&dark=true&name=ann"),
            R"(200 {"id":7,"oldest":true,"scale":2.5E0,"dark":true,"name":"ann"})");
  EXPECT_EQ(get("/256"), R"(400 {"reason":"invalid parameter","path":"/id","expected":"integer from 0 to 255"})");
  EXPECT_EQ(get("/7x"), R"(400 {"reason":"invalid parameter","path":"/id","expected":"integer from 0 to 255"})");
  EXPECT_EQ(get("/7?order=other"),
            R"(400 {"reason":"invalid parameter","path":"/order","expected":"one of newest, oldest"})");
  EXPECT_EQ(get("/7?scale=x"), R"(400 {"reason":"invalid parameter","path":"/scale","expected":"number"})");
  EXPECT_EQ(get("/7?dark=1"), R"(400 {"reason":"invalid parameter","path":"/dark","expected":"one of true, false"})");
}

TEST_F(Routes, WhatIsNotUtf8IsRefusedBeforeTheHandler) {
  app.get("/{id}", [](const HttpRequest&) { return HttpResponse::text("called"); });
  EXPECT_EQ(server.get("/%ff").status, 400);
  EXPECT_EQ(server.get("/%zz").status, 400);
  EXPECT_EQ(server.get("/a?b=%ff").status, 400);
  EXPECT_EQ(server.get("/a?" + std::string(1'000'001, 'b')).status, 414);
  EXPECT_EQ(get("/a?b=1"), "200 called");
}

// Bodies

TEST_F(Routes, ABodyThatDoesNotFitIsRefusedAsAChannelDoes) {
  app.post("/carts", [](Cart) { return HttpResponse::text("called"); });
  EXPECT_EQ(post("/carts", {{"items", {{{"name", "a"}, {"price", 1}}, {{"name", "b"}, {"price", "x"}}}}}),
            R"(400 {"reason":"invalid payload","path":"/items/1/price",)"
            R"("expected":"integer from -2147483648 to 2147483647"})");
  const auto send = [this](std::string body) {
    return text(server.request({"POST", "/carts", {{"content-type", "application/json"}}, std::move(body)}));
  };
  for (const char* broken : {"", "{", "{} x", "{\"items\":[]", "\"\xff\""})
    EXPECT_EQ(send(broken), R"(400 {"reason":"invalid payload","path":"","expected":"JSON"})") << broken;
  EXPECT_EQ(send("[]"), R"(400 {"reason":"invalid payload","path":"","expected":"object"})");
  EXPECT_EQ(send(std::string(100'000, '[')), R"(400 {"reason":"invalid payload","path":"","expected":"JSON"})");
  EXPECT_EQ(send(R"({"items":[]})"), "200 called");
}

TEST_F(Routes, ATypedBodyHasToSayThatItIsJson) {
  app.post("/items", plain_body);
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "+json", "application/+json"}) {
    const auto answer = server.request({"POST", "/items", {{"content-type", type}}, R"({"name":"a","price":1})"});
    EXPECT_EQ(text(answer), R"(415 {"reason":"the body must be application/json"})") << type;
  }
  EXPECT_EQ(
      text(server.request({"POST", "/items", {{"content-type", "Application/JSON"}}, R"({"name":"a","price":1})"})),
      "200 a");
}

TEST_F(Routes, AHandlerMayReadTheBodyItself) {
  app.post("/raw", [](const HttpRequest& request) { return HttpResponse::text(std::to_string(request.body.size())); });
  app.post("/json", [](const HttpRequest& request) -> HttpResponse {
    const auto item = request.as<Item>();
    if (!item) return HttpResponse::invalid(item.error());
    return HttpResponse::json(*item);
  });
  EXPECT_EQ(post("/raw", Payload::bytes(std::string_view("\0\xff", 2))), "200 2");
  EXPECT_EQ(text(server.request({"POST", "/json", {}, R"({"name":"a","price":1})"})), R"(200 {"name":"a","price":1})");
  EXPECT_EQ(post("/json", {{"name", 7}}), R"(400 {"reason":"invalid payload","path":"/name","expected":"string"})");
}

TEST_F(Routes, ARouteMayHaveALimitOfItsOwn) {
  app.post("/small", [] { return HttpResponse::text("called"); }, {.body_bytes_max = 10});
  EXPECT_EQ(text(server.request({"POST", "/small", {}, std::string(10, 'x')})), "200 called");
  EXPECT_EQ(text(server.request({"POST", "/small", {}, std::string(11, 'x')})), R"(413 {"reason":"body too large"})");
}

// Answers

TEST_F(Routes, AnswersAreJsonBytesErrorsAndRedirects) {
  app.get("/item", [] { return HttpResponse::json(Item{"pen", 3}); });
  app.get("/bytes", [] { return HttpResponse::json(Payload::bytes("\1\2")); });
  app.get("/error", [] { return HttpResponse::error(409, "not \"now\""); });
  app.get("/old", [] { return HttpResponse::redirect("/new"); });
  const auto item = server.get("/item");
  EXPECT_EQ(text(item), R"(200 {"name":"pen","price":3})");
  EXPECT_EQ(item.content_type, "application/json; charset=utf-8");
  EXPECT_EQ(server.get("/bytes").content_type, "application/octet-stream");
  EXPECT_EQ(get("/error"), R"(409 {"reason":"not \"now\""})");
  EXPECT_EQ(server.get("/old").status, 303);
  EXPECT_EQ(header(server.get("/old"), "location"), "/new");
}

TEST_F(Routes, AThrowIs500LoggedOnceAndHurtsNobody) {
  app.get("/throws", [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("boom"); });
  app.get("/later", []() -> Task<HttpResponse> {
    co_await sleep_for(milliseconds(1));
    throw 7;
  });
  app.get("/nan", [] { return HttpResponse::json(0.0 / 0.0); });
  app.get("/odd", [] { return HttpResponse::text("", 7); });
  app.get("/fine", [] { return HttpResponse::text("fine"); });
  const std::string crashed = R"(500 {"reason":"internal server error"})";
  EXPECT_EQ(get("/throws"), crashed);
  EXPECT_THAT(server.log(), ElementsAre("error route crashed route=GET /throws error=boom"));
  const auto later = server.send({.target = "/later"});
  EXPECT_EQ(get("/fine"), "200 fine");
  server.advance(milliseconds(1));
  EXPECT_EQ(text(later.answer()), crashed);
  server.expect_logged("route=GET /later error=not a std::exception");
  EXPECT_EQ(get("/nan"), crashed);
  EXPECT_EQ(get("/odd"), crashed);
  server.expect_logged("route=GET /odd error=it answered with status 7");
  EXPECT_EQ(server.log().size(), 4u);
  EXPECT_EQ(get("/fine"), "200 fine");
}

TEST_F(Routes, WorkThatIsRefusedIs503AndNoBug) {
  app.get("/", []() -> Task<HttpResponse> {
    co_await sleep_for(milliseconds(0));
    throw WorkRefused("blocking_work");
  });
  const auto call = server.send({});
  server.advance(milliseconds(1));
  EXPECT_EQ(text(call.answer()), R"(503 {"reason":"blocking_work"})");
  EXPECT_TRUE(server.log().empty());
}

// Which one answers

TEST_F(Routes, TextWinsOverAVariableInWhateverOrderTheyWereAdded) {
  app.get("/rooms/{id}", [] { return HttpResponse::text("id"); });
  app.get("/rooms/new", [] { return HttpResponse::text("new"); });
  app.get("/{any}/new", [] { return HttpResponse::text("any"); });
  app.get("/{any}/{other}", [] { return HttpResponse::text("both"); });
  EXPECT_EQ(get("/rooms/new"), "200 new");
  EXPECT_EQ(get("/rooms/old"), "200 id");
  EXPECT_EQ(get("/x/new"), "200 any");
  EXPECT_EQ(get("/x/y"), "200 both");
}

TEST_F(Routes, ARouteOfAnotherMethodDoesNotHideOne) {
  app.get("/rooms/{id}", [] { return HttpResponse::text("get"); });
  app.post("/rooms/new", [] { return HttpResponse::text("post"); });
  EXPECT_EQ(get("/rooms/new"), "200 get");
  EXPECT_EQ(ask("POST", "/rooms/new"), "200 post");
}

TEST_F(Routes, EveryMethodHasItsRoute) {
  app.get("/x", [] { return HttpResponse::text("get"); });
  app.put("/x", [] { return HttpResponse::text("put"); });
  app.patch("/x", [] { return HttpResponse::text("patch"); });
  app.del("/x", [] { return HttpResponse::text("delete"); });
  app.route("PROPFIND", "/x", [](const HttpRequest&) { return HttpResponse::text("propfind"); });
  for (const char* method : {"GET", "PUT", "PATCH", "DELETE", "PROPFIND"}) {
    std::string lower(method);
    for (char& c : lower) c = static_cast<char>(c + 32);
    EXPECT_EQ(ask(method, "/x"), "200 " + lower);
  }
}

TEST_F(Routes, HeadIsAGetWithoutABodyUnlessItHasItsOwn) {
  app.get("/a", [](const HttpRequest& request) { return HttpResponse::json({{"method", request.method}}); });
  app.get("/b", [] { return HttpResponse::text("get"); });
  app.route("HEAD", "/b", [](const HttpRequest&) { return HttpResponse::text("", 202); });
  const auto head = server.request({.method = "HEAD", .target = "/a"});
  EXPECT_EQ(text(head), "200 ");
  EXPECT_EQ(head.content_type, "application/json; charset=utf-8");
  EXPECT_EQ(ask("HEAD", "/b"), "202 ");
}

TEST_F(Routes, AMethodThatAPathDoesNotHaveIs405WithThoseThatItHas) {
  app.get("/x/{id}", [] { return HttpResponse::text(""); });
  app.post("/x/y", [] { return HttpResponse::text(""); });
  app.del("/x/{other}", [] { return HttpResponse::text(""); });
  const auto wrong = server.request({.method = "PUT", .target = "/x/y"});
  EXPECT_EQ(text(wrong), R"(405 {"reason":"method not allowed"})");
  EXPECT_EQ(header(wrong, "allow"), "DELETE, GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(header(server.request({.method = "PUT", .target = "/x/z"}), "allow"), "DELETE, GET, HEAD, OPTIONS");
  const auto options = server.request({.method = "OPTIONS", .target = "/x/y"});
  EXPECT_EQ(text(options), "204 ");
  EXPECT_EQ(header(options, "allow"), "DELETE, GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(get("/nothing"), R"(404 {"reason":"not found"})");
}

// What the start refuses

TEST_F(Routes, TwoThatTakeTheSamePathsAreRefused) {
  app.get("/rooms/{id}", [] { return HttpResponse::text(""); });
  app.post("/rooms/{id}", [] { return HttpResponse::text(""); });
  app.get("/rooms/{name}/", [] { return HttpResponse::text(""); });
  EXPECT_EQ(refusal(), "routes GET /rooms/{id} and GET /rooms/{name}/ take the same paths");
}

TEST_F(Routes, OneThatASocketHidesIsRefused) {
  app.socket("/live/:tenant").longpoll();
  app.get("/live/{tenant}/websocket", [] { return HttpResponse::text(""); });
  EXPECT_EQ(refusal(), "route GET /live/{tenant}/websocket: the socket \"/live/:tenant\" answers there");
}

TEST_F(Routes, OneThatASocketHidesInPartIsNot) {
  app.socket("/live");
  app.get("/{any}/websocket", [] { return HttpResponse::text("any"); });
  EXPECT_EQ(get("/dead/websocket"), "200 any");
}

TEST_F(Routes, APathThatIsNoneIsRefused) {
  app.get("/rooms/:id", [] { return HttpResponse::text(""); });
  EXPECT_EQ(refusal(), "route GET /rooms/:id: a variable is written {id} here");
}

TEST_F(Routes, AMethodThatIsNoneIsRefused) {
  app.route("GET ", "/", [](const HttpRequest&) { return HttpResponse::text(""); });
  EXPECT_THAT(refusal(), HasSubstr("a method is a word"));
}

TEST_F(Routes, AFunctionThatIsNoneIsRefused) {
  app.route("GET", "/", nullptr);
  EXPECT_EQ(refusal(), "route GET /: it has no function");
}

}  // namespace
}  // namespace roost::testing
