// The code of docs/guide/agents.md, compiled and run. `./dev check` compares the page with this file.
#include <chrono>
#include <future>
#include <map>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

using namespace std::chrono_literals;

namespace cafe {

struct Stock {
  std::map<std::string, std::int64_t> items;
  std::int64_t sold = 0;
};
BOOST_DESCRIBE_STRUCT(Stock, (), (items, sold))

struct Order {
  std::string item;
  std::int64_t count = 1;
};
BOOST_DESCRIBE_STRUCT(Order, (), (item, count))

class Shop : public roost::Channel {
 public:
  Shop(roost::App& app, roost::Agent<Stock> stock) : app_(app), stock_(std::move(stock)) {}
  static void events(roost::Events<Shop>& on) {
    on.event("buy", &Shop::buy).event("sold", &Shop::sold).event("order", &Shop::order);
  }

  roost::Task<roost::JoinReply> join() {
    co_return roost::ok(co_await stock_.get([](const Stock& stock) { return stock; }));
  }

  roost::Task<roost::Reply> buy(Order order) {
    const auto take = [order](Stock& stock) {
      std::int64_t& count = stock.items.at(order.item);
      if (count < order.count) throw std::runtime_error("sold out");
      stock.sold += order.count;
      return count -= order.count;
    };
    const auto left = co_await stock_.update(take);
    co_return roost::ok({{"left", left}});
  }

  roost::Task<roost::Reply> sold() {
    const auto sold = co_await stock_.get([](const Stock& stock) { return stock.sold; });
    co_return roost::ok({{"sold", sold}});
  }

  roost::Task<roost::Reply> order(Order order) {
    const auto take = [order, &app = app_](Stock& stock) {
      std::int64_t& count = stock.items[order.item];
      if (count < order.count) return false;
      count -= order.count;
      app.broadcast("shop", "stock", {{"item", order.item}, {"left", count}});
      return true;
    };
    const bool bought = co_await stock_.update(take);
    if (!bought) co_return roost::error({{"reason", "sold out"}});
    co_return roost::ok();
  }

 private:
  roost::App& app_;
  roost::Agent<Stock> stock_;
};

roost::Agent<Stock> set_up(roost::App& app) {
  const auto stock = app.agent<Stock>("stock", {.items = {{"tea", 3}, {"cake", 1}}});
  app.socket("/socket").channel<Shop>("shop", std::ref(app), stock);
  return stock;
}

}  // namespace cafe

namespace {

class AgentsGuide : public ::testing::Test {
 protected:
  roost::testing::Server server;
  roost::Agent<cafe::Stock> stock = cafe::set_up(server.app());
};

TEST_F(AgentsGuide, GetAndUpdate) {
  auto shop = server.connect().start_join("shop");
  shop.expect_joined({{"items", {{"tea", 3}, {"cake", 1}}}, {"sold", 0}});
  EXPECT_EQ(shop.call("buy", {{"item", "tea"}, {"count", 2}}).view(), R"({"left":1})");
  EXPECT_EQ(shop.call("sold").view(), R"({"sold":2})");
}

TEST_F(AgentsGuide, AThrowLeavesTheState) {
  auto client = server.connect();
  auto shop = client.join("shop");
  shop.push("buy", {{"item", "cake"}, {"count", 2}});
  shop.expect_crashed();
  EXPECT_EQ(client.join("shop").call("sold").view(), R"({"sold":0})");
}

TEST_F(AgentsGuide, BroadcastsInTheOrderOfTheChanges) {
  auto shop = server.connect().join("shop");
  shop.call("order", {{"item", "tea"}, {"count", 2}});
  shop.expect_broadcast("stock", {{"item", "tea"}, {"left", 1}});
  shop.expect_reply(shop.push("order", {{"item", "tea"}, {"count", 2}}), "error", {{"reason", "sold out"}});
}

TEST_F(AgentsGuide, AnyThreadMayCast) {
  auto shop = server.connect().join("shop");
  std::thread delivery([stock = stock] { stock.cast([](auto& now) { now.items["tea"] += 100; }); });
  delivery.join();
  EXPECT_EQ(shop.call("buy", {{"item", "tea"}, {"count", 1}}).view(), R"({"left":102})");
}

}  // namespace
