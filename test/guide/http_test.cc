// The code of docs/guide/http.md, compiled and run. `./dev check` compares the page with this file.
#include <chrono>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

using namespace std::chrono_literals;

namespace library {

struct Book {
  std::int64_t id = 0;
  std::string title;
};
BOOST_DESCRIBE_STRUCT(Book, (), (id, title))

struct NewBook {
  std::string title;
};
BOOST_DESCRIBE_STRUCT(NewBook, (), (title))

struct Books {
  std::vector<Book> all;
};
BOOST_DESCRIBE_STRUCT(Books, (), (all))

class Reader : public roost::Channel {
 public:
  roost::JoinReply join() { return roost::ok(); }
};

std::string render(std::int64_t id) {
  return "page of " + std::to_string(id);
}

void set_up(roost::App& app) {
  const auto books = app.agent<Books>("books");
  app.socket("/socket").channel<Reader>("books");

  app.get("/health", [] { return roost::HttpResponse::text("ok"); });
  app.get("/metrics", [&app] { return roost::HttpResponse::text(app.metrics()); });

  app.get("/books/{id}", [books](const roost::HttpRequest& request) -> roost::Task<roost::HttpResponse> {
    const auto id = request.param<std::size_t>("id");
    if (!id) co_return roost::HttpResponse::invalid(id.error());
    const auto find = [id = *id](const Books& now) {
      return id < now.all.size() ? std::optional(now.all[id]) : std::nullopt;
    };
    const std::optional<Book> book = co_await books.get(find);
    if (!book) co_return roost::HttpResponse::error(404, "no such book");
    co_return roost::HttpResponse::json(*book);
  });

  app.post("/books", [books, &app](NewBook wanted) -> roost::Task<roost::HttpResponse> {
    const auto add = [wanted, &app](Books& now) {
      const Book book{static_cast<std::int64_t>(now.all.size()), wanted.title};
      now.all.push_back(book);
      app.broadcast("books", "added", book);
      return book;
    };
    const Book book = co_await books.update(add);
    co_return roost::HttpResponse::json(book, 201);
  });

  app.get("/search", [](const roost::HttpRequest& request) {
    const auto page = request.param<std::optional<int>>("page");  // ?q=anna&page=2
    if (!page) return roost::HttpResponse::invalid(page.error());
    return roost::HttpResponse::json({{"q", request.param("q")}, {"page", page->value_or(1)}});
  });

  app.get("/books/{id}/cover", [&app](const roost::HttpRequest& request) -> roost::Task<roost::HttpResponse> {
    const auto draw = [id = request.param<std::int64_t>("id").value_or(0)] { return render(id); };
    const std::string page = co_await app.blocking(draw);
    co_return roost::HttpResponse{.body = page, .headers = {{"cache-control", "max-age=60"}}};
  });

  app.post("/import",
           [](std::vector<NewBook> more) {
             return roost::HttpResponse::json({{"count", more.size()}});
           },
           {.body_bytes_max = 1'000'000});
}

}  // namespace library

namespace {

class HttpGuide : public ::testing::Test {
 protected:
  HttpGuide() { library::set_up(server.app()); }
  roost::testing::Server server;
};

TEST_F(HttpGuide, ABookIsAddedShownAndTold) {
  auto reader = server.connect().join("books");
  EXPECT_EQ(server.post("/books", {{"title", "Ulysses"}}).status, 201);
  reader.expect_broadcast("added", {{"id", 0}, {"title", "Ulysses"}});
  EXPECT_EQ(server.get("/books/0").body, R"({"id":0,"title":"Ulysses"})");
  EXPECT_EQ(server.get("/books/1").status, 404);
}

TEST_F(HttpGuide, WhatDoesNotFitIsAnswered) {
  EXPECT_EQ(server.post("/books", {{"name", 7}}).body,
            R"({"reason":"invalid payload","path":"/title","expected":"string"})");
  EXPECT_EQ(server.get("/search?q=anna&page=two").body,
            R"({"reason":"invalid parameter","path":"/page","expected":"integer from -2147483648 to 2147483647"})");
  EXPECT_EQ(server.get("/search?q=anna").body, R"({"q":"anna","page":1})");
}

TEST_F(HttpGuide, TheRest) {
  EXPECT_EQ(server.get("/health").body, "ok");
  EXPECT_TRUE(server.get("/metrics").body.contains("roost_limit_hits_total"));
  EXPECT_EQ(server.get("/books/7/cover").body, "page of 7");
  EXPECT_EQ(server.post("/import", std::vector<library::NewBook>{{"a"}, {"b"}}).body, R"({"count":2})");
  EXPECT_EQ(server.get("/nowhere").status, 404);
  EXPECT_EQ(server.request({.method = "PUT", .target = "/health"}).status, 405);
}

}  // namespace
