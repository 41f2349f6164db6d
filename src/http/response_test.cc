#include "http/response.h"

#include <gmock/gmock.h>

namespace roost::http {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

TEST(Response, IsWrittenWithDateAndLength) {
  EXPECT_EQ(encode_response(text_response(200, "ok"), true, false, kDate),
            "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 2\r\n"
            "content-type: text/plain; charset=utf-8\r\n\r\nok");
}

TEST(Response, WithoutBodyHasLengthZero) {
  EXPECT_EQ(encode_response(text_response(403, ""), true, false, ""),
            "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
}

TEST(Response, ToHeadCountsTheBodyOnly) {
  EXPECT_EQ(encode_response({.status = 200, .headers = {}, .body = "hello"}, true, true, ""),
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
}

TEST(Response, SaysWhenTheConnectionCloses) {
  EXPECT_THAT(encode_head(text_response(400, "x"), false, ""), HasSubstr("\r\nconnection: close\r\n"));
  EXPECT_THAT(encode_head(text_response(400, "x"), true, ""), Not(HasSubstr("connection")));
}

TEST(Response, StatusesWithoutBodyHaveNoLength) {
  for (const int status : {101, 204, 304}) {
    const std::string bytes = encode_response({.status = status, .headers = {}, .body = "never"}, true, false, "");
    EXPECT_THAT(bytes, Not(HasSubstr("content-length"))) << status;
    EXPECT_TRUE(bytes.ends_with("\r\n\r\n")) << status;
  }
}

TEST(Response, SharedBytesAreABody) {
  const Response response{.status = 200, .headers = {}, .body = SharedBytes::copy("shared")};
  EXPECT_TRUE(encode_response(response, true, false, "").ends_with("\r\n\r\nshared"));
}

TEST(Response, HeadersCannotInjectLines) {
  using namespace std::string_literals;
  const Response response{
      .status = 200,
      .headers = {{"location", "/a\r\nset-cookie: x=1\n\0b"s}, {"bad name", "1"}, {"x\r\ny", "1"}, {"", "1"}},
      .body = {}};
  EXPECT_EQ(encode_head(response, true, ""),
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nlocation: /aset-cookie: x=1b\r\n\r\n");
}

TEST(Response, FramingHeadersAreTheEncodersAlone) {
  const Response response{
      .status = 200,
      .headers = {{"Content-Length", "9"}, {"transfer-encoding", "chunked"}, {"Connection", "x"}, {"Date", "y"}},
      .body = "ab"};
  EXPECT_EQ(encode_head(response, true, ""), "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n");
}

TEST(Response, ErrorsAreTexts) {
  EXPECT_EQ(reason_response(413, "too \"large\"").body.view(), R"({"reason":"too \"large\""})");
  EXPECT_EQ(error_response({414, "query too long"}).body.view(), "query too long");
}

TEST(Response, EveryStatusHasAPhrase) {
  EXPECT_EQ(reason_phrase(101), "Switching Protocols");
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

TEST(HttpDate, IsAnImfFixdate) {
  using std::chrono::system_clock;
  EXPECT_EQ(http_date(system_clock::from_time_t(784111777)), kDate);  // the example of RFC 9110 §5.6.7
  EXPECT_EQ(http_date(system_clock::from_time_t(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(system_clock::from_time_t(951782400)), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(http_date(system_clock::from_time_t(1767225599)), "Wed, 31 Dec 2025 23:59:59 GMT");
}

}  // namespace
}  // namespace roost::http
