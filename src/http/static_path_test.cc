#include "http/static_path.h"

#include <gmock/gmock.h>

#include "http/mime.h"

namespace roost::http {
namespace {

std::string resolve(std::string_view path) {
  const auto resolved = resolve_static_path(path);
  return resolved ? *resolved : std::to_string(resolved.error().status);
}

TEST(StaticPath, IsDecodedOnceAndNormalized) {
  EXPECT_EQ(resolve("/"), "");
  EXPECT_EQ(resolve(""), "");
  EXPECT_EQ(resolve("//a///b.txt"), "a/b.txt");
  EXPECT_EQ(resolve("/a%20b/%C3%A9.txt"), "a b/é.txt");
  EXPECT_EQ(resolve("/a+b"), "a+b");
  EXPECT_EQ(resolve("/%2541"), "%41");
  EXPECT_EQ(resolve("/a/"), "a");
  EXPECT_EQ(resolve("/..a/"), "404");
  EXPECT_EQ(resolve("/a..b"), "a..b");
}

TEST(StaticPath, NothingClimbsOutOfTheRoot) {
  for (const char* path : {"/..",        "/../etc/passwd",
                           "/a/../b",    "/%2e%2e/x",
                           "/%2E./x",    "/.%2e",
                           "/.",         "/a/./b",
                           "/..%2fetc",  "/a%2fb",
                           "/a%5cb",     "/..\\x",
                           "/a\\b",      "/%00",
                           "/a%00.html", "/a%0ab",
                           "/a\x7f",     "/%",
                           "/%4",        "/%zz",
                           "/a%2",       "/%2e%2e%2fetc%2fpasswd"})
    EXPECT_EQ(resolve(path), "400") << path;
}

TEST(StaticPath, HiddenFilesAreNotFound) {
  for (const char* path : {"/.env", "/.git/config", "/a/.htpasswd", "/%2eenv"}) EXPECT_EQ(resolve(path), "404") << path;
  EXPECT_EQ(resolve("/.well-known/acme"), ".well-known/acme");
}

TEST(StaticPath, EncodesBackIntoAUrl) {
  EXPECT_EQ(encode_url_path("a b/é?#%.txt"), "a%20b/%C3%A9%3F%23%25.txt");
}

TEST(StaticPath, HashedAssetsAreKnownByTheirNames) {
  for (const char* path :
       {"assets/index-BRsgnR5k.js", "assets/index-DiwrgTda.css", "assets/logo-a1b2c3d4.svg",
        "assets/index-BRsgnR5k.js.map", "assets/vendor-react-D_9b-xyz.js", "assets/img/x.min-Ab12_-cd.png"})
    EXPECT_TRUE(is_hashed_asset(path)) << path;
  for (const char* path :
       {"index-BRsgnR5k.js", "assets/index.js", "assets/my-homepage.css", "assets/a-short1.js", "assets/-BRsgnR5k.js",
        "assets/indexBRsgnR5k.js", "other/assets/index-BRsgnR5k.js", "assets/x-with spce.js", "assets/"})
    EXPECT_FALSE(is_hashed_asset(path)) << path;
}

TEST(ContentType, GoesByExtension) {
  EXPECT_EQ(content_type("a/index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type("A.JS"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type("x.js.map"), "application/json; charset=utf-8");
  EXPECT_EQ(content_type("x.wasm"), "application/wasm");
  EXPECT_EQ(content_type("x.woff2"), "font/woff2");
  EXPECT_EQ(content_type("x.webmanifest"), "application/manifest+json; charset=utf-8");
  EXPECT_EQ(content_type("x.svg"), "image/svg+xml; charset=utf-8");
  EXPECT_EQ(content_type("dir.html/none"), "application/octet-stream");
  EXPECT_EQ(content_type("x."), "application/octet-stream");
}

}  // namespace
}  // namespace roost::http
