#include "http/origin.h"

#include <tuple>

#include <gmock/gmock.h>

namespace roost::http {
namespace {

const RequestOrigin kAnywhere = {.scheme = "http", .host = "localhost", .port = 4000};

struct Row {
  const char* origin;
  bool allowed;
};

void expect_table(const OriginPolicy& policy, std::initializer_list<Row> rows,
                  const RequestOrigin& request = kAnywhere) {
  EXPECT_TRUE(policy.allows(std::nullopt, request)) << "O1";
  for (const Row& row : rows) EXPECT_EQ(policy.allows(row.origin, request), row.allowed) << '"' << row.origin << '"';
}

OriginUri uri(std::optional<std::string> scheme, std::optional<std::string> host, std::optional<std::uint32_t> port) {
  return {.scheme = std::move(scheme), .host = std::move(host), .port = port};
}

constexpr auto kNone = std::nullopt;

// What Elixir's URI.parse/1 gives for these texts.
TEST(OriginUri, IsReadAsElixirReadsIt) {
  for (const auto& [text, expected] : std::vector<std::pair<const char*, OriginUri>>{
           {"http://a.com", uri("http", "a.com", 80)},
           {"HTTPS://A.com", uri("https", "A.com", 443)},
           {"ws://a.com", uri("ws", "a.com", 80)},
           {"wss://a.com:1/x?y#z", uri("wss", "a.com", 1)},
           {"//a.com", uri(kNone, "a.com", kNone)},
           {"//a.com:81", uri(kNone, "a.com", 81)},
           {"//localhost/", uri(kNone, "localhost", kNone)},
           {"http://a.com:", uri("http", "a.com", 80)},
           {"http://a.com:80x", uri("http", "a.com", 80)},
           {"http://a.com:99999999999999999999", uri("http", "a.com", 4294967295)},
           {"http://u:p@a.com:81", uri("http", "a.com", 81)},
           {"http://u@v@a.com", uri("http", "a.com", 80)},
           {"http://[::1]:4000", uri("http", "::1", 4000)},
           {"http://[::1]", uri("http", "::1", 80)},
           {"http://a.com?x", uri("http", "a.com", 80)},
           {"http://a.com#x", uri("http", "a.com", 80)},
           {"http://:80", uri("http", kNone, 80)},
           {"file://", uri("file", "", kNone)},
           {"file:///a", uri("file", "", kNone)},
           {"//", uri(kNone, "", kNone)},
           {"null", uri(kNone, kNone, kNone)},
           {"", uri(kNone, kNone, kNone)},
           {"localhost", uri(kNone, kNone, kNone)},
           {"localhost:4000", uri("localhost", kNone, kNone)},
           {"127.0.0.1:4000", uri(kNone, kNone, kNone)},
           {"chrome-extension://abcdef", uri("chrome-extension", "abcdef", kNone)},
           {"*.a.com", uri(kNone, kNone, kNone)}})
    EXPECT_EQ(parse_origin(text), expected) << text;
}

TEST(OriginPolicy, OffAllowsEverything) {
  expect_table(OriginPolicy::off(), {{"https://evil.com", true}, {"null", true}, {"garbage", true}, {"", true}});
}

TEST(OriginPolicy, ListComparesSchemeHostAndPortAsWritten) {
  const auto policy =
      OriginPolicy::list({"https://example.com", "//other.org", "//port.org:8080", "http://plain.net", "//*.wild.net"});
  expect_table(policy.value(), {{"https://example.com", true},
                                {"https://example.com:443", true},
                                {"http://example.com", false},
                                {"https://example.com:444", false},
                                {"https://www.example.com", false},
                                {"https://example.com.evil.com", false},
                                {"https://evil-example.com", false},
                                {"http://other.org", true},
                                {"https://other.org:8443", true},
                                {"ws://other.org", true},
                                {"https://sub.other.org", false},
                                {"http://port.org:8080", true},
                                {"https://port.org:8080", true},
                                {"http://port.org", false},
                                {"http://port.org:8081", false},
                                {"http://plain.net", true},
                                {"http://plain.net:80", true},
                                {"http://plain.net:8080", false},
                                {"https://plain.net", false},
                                {"https://wild.net", true},
                                {"http://a.wild.net", true},
                                {"http://a.b.c.wild.net:99", true},
                                {"http://notwild.net", false},
                                {"http://wild.net.evil.com", false},
                                {"null", false},
                                {"file://", false},
                                {"", false},
                                {"garbage", false},
                                {"HTTPS://example.com", true},
                                {"https://EXAMPLE.com", false}});
}

TEST(OriginPolicy, StarEntriesMayHaveASchemeAndDepth) {
  expect_table(OriginPolicy::list({"https://*.ex.com", "http://*.foo.example.com"}).value(),
               {{"https://org1.ex.com", true},
                {"https://ex.com", true},
                {"http://org1.ex.com", false},
                {"https://org1.prefix-ex.com", false},
                {"http://foo.example.com", true},
                {"http://org1.foo.example.com", true},
                {"http://bad.example.com", false},
                {"http://org1.bar.example.com", false}});
}

TEST(OriginPolicy, ListNamesTheEntryWithoutHost) {
  for (const char* entry : {"example.com", "localhost:4000", "", "null", "file://", "*.a.com"}) {
    const auto policy = OriginPolicy::list({"//good.com", entry});
    ASSERT_FALSE(policy) << entry;
    EXPECT_THAT(policy.error().message, testing::HasSubstr('"' + std::string(entry) + '"'));
  }
  EXPECT_FALSE(OriginPolicy::list({}).value().allows("http://a.com", kAnywhere));
}

TEST(OriginPolicy, HostIgnoresSchemeAndPort) {
  expect_table(OriginPolicy::host("localhost"), {{"http://localhost", true},
                                                 {"https://localhost", true},
                                                 {"http://localhost:1234", true},
                                                 {"//localhost", true},
                                                 {"http://LOCALHOST", false},
                                                 {"localhost", false},
                                                 {"http://127.0.0.1", false},
                                                 {"http://localhost.evil.com", false},
                                                 {"http://example.com", false},
                                                 {"file://", false},
                                                 {"null", false},
                                                 {"", false}});
  expect_table(OriginPolicy::host(std::nullopt), {{"http://any.com", true}, {"null", false}});
}

TEST(OriginPolicy, ConnComparesWithTheRequest) {
  const RequestOrigin plain = {.scheme = "http", .host = "example.com", .port = 80};
  expect_table(OriginPolicy::conn(),
               {{"http://example.com", true},
                {"http://example.com:80", true},
                {"https://example.com", false},
                {"ws://example.com", false},
                {"wss://example.com", false},
                {"http://www.example.com", false},
                {"//example.com", false},
                {"null", false}},
               plain);
  const RequestOrigin tls = {.scheme = "https", .host = "example.com", .port = 443};
  expect_table(OriginPolicy::conn(),
               {{"https://example.com", true}, {"http://example.com", false}, {"https://example.com:4000", false}},
               tls);
  expect_table(OriginPolicy::conn(), {{"http://", false}}, {.scheme = "http", .host = "", .port = 80});
}

TEST(OriginPolicy, CallbackDecidesAlsoWithoutHost) {
  const auto policy =
      OriginPolicy::callback([](const OriginUri& origin) { return !origin.host || origin.host->empty(); });
  expect_table(policy, {{"null", true}, {"file://", true}, {"", true}, {"http://a.com", false}});
}

TEST(RequestOrigin, ComesFromTheHostHeader) {
  for (const auto& [host, tls, expected_host, port] :
       std::vector<std::tuple<const char*, bool, const char*, std::uint32_t>>{{"my.site:8080", false, "my.site", 8080},
                                                                              {"my.site", false, "my.site", 80},
                                                                              {"my.site", true, "my.site", 443},
                                                                              {"my.site:", true, "my.site", 443},
                                                                              {"[::1]:4000", false, "::1", 4000},
                                                                              {"[::1]", true, "::1", 443},
                                                                              {"127.0.0.1:1", false, "127.0.0.1", 1},
                                                                              {"", false, "", 80}}) {
    Request request;
    request.headers.push_back({"Host", host});
    const RequestOrigin origin = request_origin(request, tls);
    EXPECT_EQ(origin.scheme, tls ? "https" : "http");
    EXPECT_EQ(origin.host, expected_host) << host;
    EXPECT_EQ(origin.port, port) << host;
  }
  EXPECT_EQ(request_origin(Request(), false).host, "");
}

}  // namespace
}  // namespace roost::http
