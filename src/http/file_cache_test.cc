#include "http/file_cache.h"

#include <gmock/gmock.h>

namespace roost::http {
namespace {

CachedFile file(std::int64_t modified, std::string_view text) {
  return {.stamp = {.modified = modified, .size = text.size()}, .bytes = SharedBytes::copy(text), .etag = "\"x\""};
}

TEST(FileCache, FindsAFileOnlyAsItWas) {
  FileCache cache(10'000);
  cache.put("/a", file(1, "hello"));
  ASSERT_NE(cache.find("/a", {1, 5}), nullptr);
  EXPECT_EQ(cache.find("/a", {1, 5})->bytes.view(), "hello");
  EXPECT_EQ(cache.find("/b", {1, 5}), nullptr);
  EXPECT_EQ(cache.find("/a", {2, 5}), nullptr);
  EXPECT_EQ(cache.bytes(), 0u) << "what changed is let go";
}

TEST(FileCache, LetsTheLongestUnusedGo) {
  FileCache cache(3'000);
  const std::string text(700, 'x');
  for (const char* path : {"/a", "/b", "/c"}) cache.put(path, file(1, text));
  ASSERT_NE(cache.find("/a", {1, 700}), nullptr);
  cache.put("/d", file(1, text));
  EXPECT_NE(cache.find("/a", {1, 700}), nullptr);
  EXPECT_EQ(cache.find("/b", {1, 700}), nullptr);
  EXPECT_LE(cache.bytes(), 3'000u);
}

TEST(FileCache, PutReplaces) {
  FileCache cache(10'000);
  cache.put("/a", file(1, "one"));
  const std::size_t bytes = cache.bytes();
  cache.put("/a", file(2, "two"));
  EXPECT_EQ(cache.bytes(), bytes);
  EXPECT_EQ(cache.find("/a", {2, 3})->bytes.view(), "two");
}

TEST(FileCache, DoesNotKeepWhatIsLargerThanItself) {
  FileCache cache(1'000);
  cache.put("/small", file(1, "x"));
  cache.put("/large", file(1, std::string(1'000, 'x')));
  EXPECT_EQ(cache.find("/large", {1, 1'000}), nullptr);
  EXPECT_NE(cache.find("/small", {1, 1}), nullptr);
}

TEST(FileCache, EmptyFilesCountToo) {
  FileCache cache(10'000);
  for (int i = 0; i < 1'000; ++i) cache.put("/" + std::to_string(i), file(1, ""));
  EXPECT_LE(cache.bytes(), 10'000u);
}

}  // namespace
}  // namespace roost::http
