#include "http/request.h"

#include <gmock/gmock.h>

#include "http/response.h"

namespace roost::http {
namespace {

using testing::ElementsAre;

const ParserLimits kDefaults;

struct Outcome {
  std::vector<Request> requests;
  std::optional<ParseError> error;
  std::string rest;
};

/// Feeds `bytes` in pieces that end at `cuts`, and stops at an error or after `requests_max` requests.
Outcome parse(std::string_view bytes, const ParserLimits& limits, std::vector<std::size_t> cuts,
              std::size_t requests_max) {
  RequestParser parser(limits);
  Outcome outcome;
  cuts.push_back(bytes.size());
  std::size_t from = 0;
  for (const std::size_t to : cuts) {
    std::string piece(bytes.substr(from, to - from));  // its own allocation, so that sanitizers see a view that is kept
    std::string_view input = piece;
    from = to;
    while (outcome.requests.size() < requests_max) {
      auto request = parser.next(input);
      if (!request) return outcome.error = request.error(), outcome;
      if (!*request) break;
      outcome.requests.push_back(std::move(**request));
    }
    outcome.rest += input;
  }
  return outcome;
}

Outcome parse(std::string_view bytes, const ParserLimits& limits = kDefaults, std::size_t requests_max = 100) {
  return parse(bytes, limits, {}, requests_max);
}

/// The one request that `bytes` are, or an empty one and a failure.
Request one(std::string_view bytes) {
  Outcome outcome = parse(bytes);
  EXPECT_FALSE(outcome.error) << outcome.error->reason;
  EXPECT_EQ(outcome.requests.size(), 1u);
  return outcome.requests.empty() ? Request() : outcome.requests.front();
}

int status_of(std::string_view bytes, const ParserLimits& limits = kDefaults) {
  return parse(bytes, limits).error.value_or(ParseError{0, ""}).status;
}

std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string post(std::string_view fields, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

std::string describe(const Outcome& outcome) {
  std::string text;
  for (const Request& request : outcome.requests) {
    text += request.method + ' ' + request.target + " v" + std::to_string(request.version_minor) +
            (request.keep_alive ? " keep" : "");
    for (const Header& header : request.headers) text += " [" + header.name + '=' + header.value + ']';
    text += " {" + request.body + "}\n";
  }
  if (outcome.error) text += std::to_string(outcome.error->status) + ' ' + outcome.error->reason;
  return text + "|" + (outcome.error ? "" : outcome.rest);
}

void expect_same_at_every_split(std::string_view bytes, const ParserLimits& limits = kDefaults,
                                std::size_t requests_max = 100) {
  const std::string whole = describe(parse(bytes, limits, requests_max));
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
    ASSERT_EQ(describe(parse(bytes, limits, {cut}, requests_max)), whole) << "cut at " << cut;
  std::vector<std::size_t> every(bytes.size());
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = i;
  ASSERT_EQ(describe(parse(bytes, limits, every, requests_max)), whole) << "byte by byte";
}

TEST(RequestParser, ReadsMethodTargetVersionAndHeaders) {
  const Request request =
      one("GET /socket/websocket?vsn=2.0.0&a=?b HTTP/1.1\r\nHost: localhost:4000\r\nX-One:  1 \r\nx-one: 2\r\n\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/socket/websocket?vsn=2.0.0&a=?b");
  EXPECT_EQ(request.path, "/socket/websocket");
  EXPECT_EQ(request.query, "vsn=2.0.0&a=?b");
  EXPECT_EQ(request.version_minor, 1);
  EXPECT_TRUE(request.keep_alive);
  EXPECT_EQ(request.headers[1], (Header{"X-One", "1"}));
  EXPECT_EQ(request.header("HOST"), "localhost:4000");
  EXPECT_EQ(request.header("X-ONE"), "1");
  EXPECT_THAT(request.headers_all("X-one"), ElementsAre("1", "2"));
  EXPECT_EQ(request.header("absent"), std::nullopt);
}

TEST(RequestParser, ReadsBodiesByLengthAndByChunks) {
  EXPECT_EQ(one(post("Content-Length: 5\r\n", "hello")).body, "hello");
  EXPECT_EQ(one(post("Content-Length: 0\r\n", "")).body, "");
  EXPECT_EQ(one(post("Transfer-Encoding: Chunked\r\n", "5\r\nhello\r\nA;x=1\r\n, 89012345\r\n0\r\n\r\n")).body,
            "hello, 89012345");
  EXPECT_EQ(one(post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n")).body, "");
}

TEST(RequestParser, ReadsOverTrailers) {
  const Request request = one(
      post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\nOrigin: http://evil.com\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(request.body, "x");
  EXPECT_EQ(request.header("origin"), std::nullopt);
  EXPECT_TRUE(request.keep_alive);
}

TEST(RequestParser, GivesTheSameAtEverySplit) {
  expect_same_at_every_split("GET /a?b=c HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n");
  expect_same_at_every_split("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n\r\n");
  expect_same_at_every_split(post("Content-Length: 5\r\n", "helloGET / HTTP/1.1\r\nHost: b\r\n\r\n"));
  expect_same_at_every_split(
      post("Transfer-Encoding: chunked\r\n", "3;a=b;c=\"d\"\r\nabc\r\n000b\r\n0123456789\n\r\n00\r\nT: 1\r\n\r\n") +
      get("X: 1\r\n"));
  expect_same_at_every_split(
      post("Transfer-Encoding: chunked\r\n", "1\r\na\r\n1\r\nb\r\n0\r\n\r\nPUT /x HTTP/1.0\r\n\r\nrest"));
}

TEST(RequestParser, RefusesTheSameAtEverySplit) {
  for (const std::string bytes :
       {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "\x16\x03\x01\x02",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nab",
        "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    EXPECT_NE(status_of(bytes), 0) << bytes;
    expect_same_at_every_split(bytes);
  }
}

TEST(RequestParser, LimitsHoldAtEverySplit) {
  ParserLimits limits;
  limits.target_bytes_max = 20;
  limits.field_bytes_max = 60;
  limits.field_count_max = 3;
  limits.body_bytes_max = 10;
  for (const auto& [bytes, status] : std::vector<std::pair<std::string, int>>{
           {get("X: 1\r\nY: 2\r\n"), 0},
           {get("X: 1\r\nY: 2\r\nZ: 3\r\n"), 431},
           {get("X: " + std::string(41, 'x') + "\r\n"), 0},  // "Host: a", "X: ..." and the empty line: 60 bytes in all
           {get("X: " + std::string(46, 'x') + "\r\n"), 431},
           {"GET /" + std::string(19, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 0},
           {"GET /" + std::string(20, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
           {"GET /" + std::string(200, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
           {post("Content-Length: 10\r\n", "0123456789"), 0},
           {post("Content-Length: 11\r\n", ""), 413},
           {post("Content-Length: 99999999999999999999\r\n", ""), 400},
           {post("Transfer-Encoding: chunked\r\n", "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"), 0},
           {post("Transfer-Encoding: chunked\r\n", "5\r\n01234\r\n6\r\n56789x\r\n0\r\n\r\n"), 413}}) {
    EXPECT_EQ(status_of(bytes, limits), status) << bytes;
    expect_same_at_every_split(bytes, limits);
  }
}

TEST(RequestParser, DefaultLimitsLetTheLongestQueryPass) {
  const std::string query(1'000'001, 'x');  // decode_query answers this one
  EXPECT_EQ(one("GET /socket/websocket?" + query + " HTTP/1.1\r\nHost: a\r\n\r\n").query, query);
  EXPECT_EQ(status_of("GET /" + std::string(kTargetBytesMax, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
  EXPECT_EQ(status_of("GET /" + std::string(2 * kTargetBytesMax, 'x')), 414) << "before the line is complete";
  EXPECT_EQ(status_of(get("X: " + std::string(kFieldBytesMax, 'x') + "\r\n")), 431);
  EXPECT_EQ(status_of(post("Content-Length: 8000001\r\n", "")), 413);
}

TEST(RequestParser, BodyLimitMayDependOnTheHead) {
  ParserLimits limits;
  limits.body_limit_for = [](const Request& head) { return BodyLimit{head.path == "/longpoll" ? 5u : 1u}; };
  EXPECT_EQ(status_of("POST /longpoll?x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345", limits), 0);
  EXPECT_EQ(status_of("POST /longpoll?x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n", limits), 413);
  EXPECT_EQ(status_of("POST /other HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", limits), 413);
  EXPECT_EQ(status_of("POST /other HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n", limits), 413);
}

TEST(RequestParser, WhatIsTooLargeForSomeRequestsHasItsOwnAnswer) {
  const Response answer{400, {}, {}};
  ParserLimits limits;
  limits.body_limit_for = [&answer](const Request&) { return BodyLimit{1, &answer}; };
  RequestParser parser(limits);
  std::string_view input = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(parser.next(input).error().status, 413);
  EXPECT_EQ(parser.too_large_answer(), &answer);
}

TEST(RequestParser, RefusesWhatRequestSmugglingNeeds) {
  for (const char* fields : {
           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
           "Content-Length: 3\r\nContent-Length: 3\r\n",
           "Content-Length: 3\r\nContent-Length: 4\r\n",
           "Content-Length: 3, 3\r\n",
           "Content-Length: +3\r\n",
           "Content-Length: -1\r\n",
           "Content-Length: 0x3\r\n",
           "Content-Length: 3 3\r\n",
           "Content-Length:\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
           "Transfer-Encoding : chunked\r\n",
           "Content-Length\t: 3\r\n",
           " X: folded\r\n",
           "X: 1\r\n folded\r\n",
           "X: 1\r\n\tContent-Length: 3\r\n",
           "X: a\rb\r\n",
           "X: a\nContent-Length: 3\r\n",
           "X: 1\r\n\n",
           "Host: b\r\n",
           "no colon\r\n",
           ": no name\r\n",
           "X\x01: 1\r\n",
           "X: \x01\r\n",
           "X(: 1\r\n",
       })
    EXPECT_EQ(status_of(post(fields, "abc")), 400) << fields;
  using namespace std::string_literals;
  EXPECT_EQ(status_of(get("X: a\0b\r\n"s)), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(RequestParser, ThePortOfTheHostIsANumberOfSixteenBits) {
  for (const auto& [host, status] : std::vector<std::pair<std::string, int>>{{"a:65535", 0},
                                                                             {"a:", 0},
                                                                             {"[::1]", 0},
                                                                             {"[::1]:80", 0},
                                                                             {"a:65536", 400},
                                                                             {"a:b", 400},
                                                                             {"a:8 0", 400},
                                                                             {"a:-1", 400},
                                                                             {"[::1]:http", 400}})
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"), status) << host;
}

TEST(RequestParser, UnknownCodingsAreNotImplemented) {
  EXPECT_EQ(status_of(post("Transfer-Encoding: gzip\r\n", "")), 501);
  EXPECT_EQ(status_of(post("Transfer-Encoding: gzip, chunked\r\n", "")), 501);
  EXPECT_EQ(status_of(post("Transfer-Encoding: chunked, chunked\r\n", "")), 501);
  EXPECT_EQ(status_of(post("Transfer-Encoding: xchunked\r\n", "")), 501);
  EXPECT_EQ(status_of("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), 501);
}

TEST(RequestParser, RefusesBrokenRequestLines) {
  for (const auto& [line, status] : std::vector<std::pair<std::string, int>>{{"GET /", 400},
                                                                             {"GET  / HTTP/1.1", 400},
                                                                             {"GET / HTTP/1.1 ", 400},
                                                                             {"GET / HTTP/1", 400},
                                                                             {"GET / http/1.1", 400},
                                                                             {"GET / FTP/1.1", 400},
                                                                             {"GET /a b HTTP/1.1", 400},
                                                                             {"G(T / HTTP/1.1", 400},
                                                                             {" GET / HTTP/1.1", 400},
                                                                             {"GET socket HTTP/1.1", 400},
                                                                             {"GET * HTTP/1.1", 400},
                                                                             {"GET /a#b HTTP/1.1", 400},
                                                                             {"GET ftp://a/b HTTP/1.1", 400},
                                                                             {"GET http:///b HTTP/1.1", 400},
                                                                             {"GET http://a b/ HTTP/1.1", 400},
                                                                             {"GET http://user@a/ HTTP/1.1", 400},
                                                                             {"GET / HTTP/0.9", 505},
                                                                             {"GET / HTTP/1.2", 505},
                                                                             {"PRI * HTTP/2.0", 505},
                                                                             {"GET / HTTP/3.0", 505}})
    EXPECT_EQ(status_of(line + "\r\nHost: a\r\n\r\n"), status) << line;
}

TEST(RequestParser, WantsOneHost) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: \r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: [::1]:4000\r\n\r\n"), 0);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(RequestParser, AuthorityOfAnAbsoluteTargetReplacesTheHost) {
  const Request request = one("GET http://example.com:81?x=1 HTTP/1.1\r\nHost: other\r\n\r\n");
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.query, "x=1");
  EXPECT_EQ(request.header("host"), "example.com:81");
  EXPECT_EQ(one("GET HTTPS://example.com/a/b?c HTTP/1.1\r\nHost: o\r\n\r\n").path, "/a/b");
  EXPECT_EQ(one("GET http://example.com/ HTTP/1.0\r\n\r\n").header("host"), "example.com");
}

TEST(RequestParser, OptionsMayAskAboutTheServer) {
  EXPECT_EQ(one("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").path, "*");
}

TEST(RequestParser, TakesMethodsItDoesNotKnow) {
  EXPECT_EQ(one("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n").method, "BREW");
}

TEST(RequestParser, ConnectionHeaderAndVersionDecideKeepAlive) {
  EXPECT_FALSE(one(get("Connection: close\r\n")).keep_alive);
  EXPECT_FALSE(one(get("Connection: Foo, CLOSE\r\n")).keep_alive);
  EXPECT_TRUE(one(get("Connection: Upgrade\r\n")).keep_alive);
  EXPECT_FALSE(one("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_FALSE(one("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(RequestParser, PipelinedRequestsComeOneByOne) {
  RequestParser parser(kDefaults);
  const std::string bytes = get("") + post("Content-Length: 2\r\n", "hi") + get("X: 1\r\n");
  std::string_view input = bytes;
  EXPECT_EQ(parser.next(input).value()->method, "GET");
  EXPECT_TRUE(input.starts_with("POST"));
  EXPECT_EQ(parser.next(input).value()->body, "hi");
  EXPECT_TRUE(input.starts_with("GET"));
  EXPECT_EQ(parser.next(input).value()->header("x"), "1");
  EXPECT_TRUE(input.empty());
  EXPECT_EQ(parser.next(input).value(), std::nullopt);
}

TEST(RequestParser, BytesBehindAnUpgradeStayInTheInput) {
  using namespace std::string_literals;
  const std::string frame = "\x81\x80\x01\x02\x03\x04"s;
  const std::string head = get("Upgrade: websocket\r\nConnection: Upgrade\r\n");
  EXPECT_EQ(parse(head + frame, kDefaults, 1).rest, frame);
  expect_same_at_every_split(head + frame, kDefaults, 1);
}

TEST(RequestParser, HoldsNothingBetweenRequests) {
  static_assert(sizeof(RequestParser) <= 2 * sizeof(void*));
  RequestParser parser(kDefaults);
  EXPECT_FALSE(parser.has_partial());
  const std::string bytes = get("");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string_view input = std::string_view(bytes).substr(i, 1);
    ASSERT_TRUE(parser.next(input));
    EXPECT_EQ(parser.has_partial(), i + 1 < bytes.size());
  }
  for (const std::string_view empty_lines : {"\r\n", "\r\n\r\n", "\r", "\n\r", "\n"}) {
    std::string_view input = empty_lines;
    ASSERT_TRUE(parser.next(input));
    EXPECT_EQ(parser.has_partial(), empty_lines.ends_with('\r'));
  }
}

TEST(RequestParser, AsksForContinueOnceAndOnlyWhenTheBodyIsAwaited) {
  RequestParser parser(kDefaults);
  const std::string head = post("Content-Length: 2\r\nExpect: 100-Continue\r\n", "");
  std::string_view input = head;
  ASSERT_EQ(parser.next(input).value(), std::nullopt);
  EXPECT_TRUE(parser.take_expect_continue());
  EXPECT_FALSE(parser.take_expect_continue());
  input = "hi";
  EXPECT_EQ(parser.next(input).value()->body, "hi");
  EXPECT_FALSE(parser.take_expect_continue());

  const std::string early = head + "h";
  input = early;
  ASSERT_EQ(parser.next(input).value(), std::nullopt);
  EXPECT_FALSE(parser.take_expect_continue()) << "the body is on its way";
}

TEST(RequestParser, OtherExpectationsFail) {
  EXPECT_EQ(status_of(get("Expect: magic\r\n")), 417);
}

TEST(RequestParser, BodyTooLargeIsRefusedBeforeItIsSent) {
  EXPECT_EQ(status_of(post("Content-Length: 8000001\r\nExpect: 100-continue\r\n", "")), 413);
}

}  // namespace
}  // namespace roost::http
