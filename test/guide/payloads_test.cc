// The code of docs/guide/payloads.md, compiled and run. `./dev check` compares the page with this file.
#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

namespace shop {

enum class Size { small, large };
BOOST_DESCRIBE_ENUM(Size, small, large)

struct Item {
  std::string name;
  double price;
  std::optional<Size> size;
};
BOOST_DESCRIBE_STRUCT(Item, (), (name, price, size))

struct Order {
  std::int64_t number;
  std::vector<Item> items;
  std::map<std::string, std::string> notes;
};
BOOST_DESCRIBE_STRUCT(Order, (), (number, items, notes))

class Shop : public roost::Channel {
 public:
  static void events(roost::Events<Shop>& on) {
    on.event("order", &Shop::order).event("free_form", &Shop::free_form).event("forward", &Shop::forward);
    on.event("upload", &Shop::upload);
  }
  roost::JoinReply join() { return roost::ok(); }

  roost::Reply order(Order order) {
    double sum = 0;
    for (const Item& item : order.items) sum += item.price;
    return roost::ok({{"number", order.number}, {"sum", sum}});
  }

  roost::Reply free_form(const roost::Payload& payload) {
    const boost::json::value value = payload.json();
    return roost::ok({{"is_list", value.is_array()}});
  }

  void forward(const roost::Payload& payload) { broadcast("forwarded", payload); }

  roost::Reply upload(roost::Bytes file) { return roost::ok(roost::Bytes{file.data + "!"}); }
};

}  // namespace shop

namespace {

class PayloadsGuide : public ::testing::Test {
 protected:
  roost::testing::ClientChannel join() {
    server.app().socket("/socket").channel<shop::Shop>("shop");
    return server.connect("/socket").join("shop");
  }
  roost::testing::Server server;
  roost::testing::ClientChannel client = join();
};

TEST_F(PayloadsGuide, Types) {
  const roost::Payload order = roost::Payload::json_text(
      R"({"number":9007199254740993,"items":[{"name":"tea","price":2.5,"size":"large"},{"name":"milk","price":1}],"notes":{}})");
  EXPECT_EQ(client.call("order", order).view(), R"({"number":9007199254740993,"sum":3.5E0})");
}

TEST_F(PayloadsGuide, Misfits) {
  const auto ref = client.push(
      "order", {{"number", 1}, {"notes", boost::json::object()}, {"items", {{{"name", "tea"}, {"price", "cheap"}}}}});
  client.expect_reply(
      ref, "error",
      roost::Payload::json_text(R"({"reason":"invalid payload","path":"/items/0/price","expected":"number"})"));
}

TEST_F(PayloadsGuide, RawOnes) {
  EXPECT_EQ(client.call("free_form", std::vector<int>{1}).view(), R"({"is_list":true})");
  client.push("forward", roost::Payload::json_text(R"({"as": "it came"})"));
  EXPECT_EQ(client.expect_broadcast("forwarded").view(), R"({"as": "it came"})");
}

TEST_F(PayloadsGuide, Bytes) {
  const roost::Payload answer = client.call("upload", roost::Payload::bytes("abc"));
  EXPECT_TRUE(answer.is_binary());
  EXPECT_EQ(answer.view(), "abc!");
  EXPECT_EQ(client.call("upload", "YWJj").view(), "abc!");
}

TEST(PayloadsGuideAlone, FromJson) {
  const auto order = roost::from_json<shop::Order>(boost::json::parse(R"({"number":1,"items":[],"notes":{}})"));
  if (!order) throw std::runtime_error(order.error().path + ": expected " + order.error().expected);
  EXPECT_EQ(boost::json::serialize(roost::to_json(*order)), R"({"number":1,"items":[],"notes":{}})");
}

}  // namespace
