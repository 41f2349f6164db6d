#include "http/chunked_body.h"

#include <string>

#include <gtest/gtest.h>

namespace roost::http {
namespace {

/// What comes of `bytes` in pieces of this size: "BODY|rest", "BODY..." while more must come, or the error's status.
std::string decode(std::string_view bytes, std::size_t piece_bytes, std::size_t bytes_max = 1'000) {
  ChunkedBody chunks;
  std::string body;
  while (!bytes.empty()) {
    std::string_view input = bytes.substr(0, piece_bytes);
    const std::size_t size = input.size();
    const auto complete = chunks.take(input, body, bytes_max);
    if (!complete) return std::to_string(complete.error().status);
    bytes.remove_prefix(size - input.size());
    if (*complete) return body + '|' + std::string(bytes);
    EXPECT_TRUE(input.empty());
  }
  return body + "...";
}

/// Decodes at every size of pieces, which must not matter.
std::string decode(std::string_view bytes) {
  const std::string whole = decode(bytes, bytes.size());
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) EXPECT_EQ(decode(bytes, piece), whole) << piece;
  return whole;
}

TEST(ChunkedBody, JoinsTheChunks) {
  EXPECT_EQ(decode("5\r\nhello\r\nA\r\n, 89012345\r\n0\r\n\r\n"), "hello, 89012345|");
  EXPECT_EQ(decode("1\r\n\r\r\n1\r\n\n\r\n0\r\n\r\nGET"), "\r\n|GET");
  EXPECT_EQ(decode("0\r\n\r\n"), "|");
  EXPECT_EQ(decode("0000000000000001\r\nx\r\n00\r\n\r\n"), "x|");
  EXPECT_EQ(decode("aB\r\n" + std::string(0xab, 'x') + "\r\n0\r\n\r\n"), std::string(0xab, 'x') + "|");
}

TEST(ChunkedBody, WaitsForItsEnd) {
  for (const char* bytes : {"5\r\nhe", "5\r", "2\r\nab\r\n0\r\n", "0\r\n\r", "0\r\nX: 1\r\n"})
    EXPECT_TRUE(decode(bytes).ends_with("...")) << bytes;
}

TEST(ChunkedBody, ReadsOverExtensionsAndTrailers) {
  EXPECT_EQ(decode("1;a=b;c=\"d e\"\r\nx\r\n0;y\r\nX: 1\r\nContent-Length: 3\r\n\r\nrest"), "x|rest");
  EXPECT_EQ(decode("1;a=\"open\r\nx\r\n0\r\n\r\n\""), "x|\"") << "a quote ends with its line";
}

TEST(ChunkedBody, RefusesWhatIsNotItsGrammar) {
  for (const char* bytes : {"x",
                            "\r\n",
                            ";a\r\n",
                            "-1\r\n",
                            "+1\r\n",
                            " 1\r\n",
                            "1 \r\n",
                            "0x1\r\n",
                            "1\nx",
                            "1\r\nxy\r\n",
                            "1\r\nx\ny",
                            "1\r\nx\r\ry",
                            "1\r\rx",
                            "1;a\nb\r\n",
                            "1;\x01\r\n",
                            "0\r\nX: 1\n\r\n",
                            "0\r\n\r\r",
                            "0\r\n\n",
                            "00000000000000001\r\nx",
                            "1\r\nx1\r\n"})
    EXPECT_EQ(decode(bytes), "400") << bytes;
}

TEST(ChunkedBody, SizesAreCheckedBeforeTheDataComes) {
  EXPECT_EQ(decode("a\r\n0123456789\r\n0\r\n\r\n", 100, 10), "0123456789|");
  EXPECT_EQ(decode("b", 100, 10), "413");
  EXPECT_EQ(decode("5\r\n01234\r\n6", 100, 10), "413");
  EXPECT_EQ(decode("ffffffffffffffff\r\n"), "413");
  EXPECT_EQ(decode("1", 100, 0), "413");
  EXPECT_EQ(decode("0\r\n\r\n", 100, 0), "|");
}

TEST(ChunkedBody, ExtensionsAndTrailersHaveOneLimit) {
  const std::string half(kChunkExtraBytesMax / 2, 'x');
  EXPECT_EQ(decode("1;" + half + "\r\na\r\n0\r\n" + half + "\r\n\r\n", 1'000'000), "a|");
  EXPECT_EQ(decode("1;" + half + "\r\na\r\n0\r\nx" + half + "\r\n\r\n", 1'000'000), "400");
  EXPECT_EQ(decode("1;" + half + half + "x", 1'000'000), "400");
}

}  // namespace
}  // namespace roost::http
