#include "http/static_files.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <unistd.h>

namespace roost::http {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A folder of this test, gone with it.
class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    std::string name = (fs::temp_directory_path() / "roost-static-XXXXXX").string();
    base_ = ::mkdtemp(name.data());
    write("web/index.html", "<h1>home</h1>");
    write("web/app.js", "alert(1)");
    write("web/assets/index-BRsgnR5k.js", "hashed");
    write("web/docs/index.html", "docs");
    write("web/empty/file.txt", "");
    write("web/.env", "SECRET=1");
    write("web/a b.txt", "space");
    write("secret.txt", "outside");
  }
  ~StaticFilesTest() override { fs::remove_all(base_); }

  void write(const std::string& path, std::string_view text) {
    fs::create_directories((base_ / path).parent_path());
    std::ofstream(base_ / path, std::ios::binary) << text;
  }

  StaticFiles files(StaticOptions options = {}) {
    return std::move(*StaticFiles::open(base_ / "web", std::move(options)));
  }

  static Request request(std::string path, std::vector<Header> headers = {}) {
    Request made;
    made.method = "GET";
    made.path = std::move(path);
    made.headers = std::move(headers);
    return made;
  }

  static std::string header(const Response& response, std::string_view name) {
    for (const Header& header : response.headers)
      if (header.name == name) return header.value;
    return "";
  }

  Response get(const std::string& path) { return files().serve(request(path)); }

  fs::path base_;
};

TEST_F(StaticFilesTest, ServesAFileWithItsHeaders) {
  const Response response = get("/app.js");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body.view(), "alert(1)");
  EXPECT_EQ(header(response, "content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(response, "cache-control"), "no-cache");
  EXPECT_EQ(header(response, "accept-ranges"), "none");
  EXPECT_EQ(header(response, "x-content-type-options"), "nosniff");
  EXPECT_EQ(get("/a%20b.txt").body.view(), "space");
  EXPECT_EQ(get("/empty/file.txt").status, 200);
}

TEST_F(StaticFilesTest, HashedAssetsMayBeKept) {
  EXPECT_EQ(header(get("/assets/index-BRsgnR5k.js"), "cache-control"), "public, max-age=31536000, immutable");
}

TEST_F(StaticFilesTest, FoldersShowTheirIndex) {
  EXPECT_EQ(get("/").body.view(), "<h1>home</h1>");
  EXPECT_EQ(get("/docs/").body.view(), "docs");
  EXPECT_EQ(header(get("/docs/"), "content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(get("/empty/").status, 404);
}

TEST_F(StaticFilesTest, AFolderWithoutItsSlashIsRedirectedOnlyIfItHasAnIndex) {
  Request docs = request("/docs");
  docs.query = "a=1";
  const Response response = files().serve(docs);
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(header(response, "location"), "/docs/?a=1");
  EXPECT_EQ(get("/empty").status, 404);
  EXPECT_EQ(header(get("//docs"), "location"), "/docs/") << "never to another host";
}

TEST_F(StaticFilesTest, WhatIsNotThereIsNotFound) {
  for (const char* path : {"/nope", "/nope/", "/app.js/", "/app.js/x", "/.env", "*"})
    EXPECT_EQ(get(path).status, 404) << path;
}

TEST_F(StaticFilesTest, NothingOutsideOfTheRootIsServed) {
  fs::create_symlink(base_ / "secret.txt", base_ / "web/link.txt");
  fs::create_directory_symlink(base_, base_ / "web/up");
  fs::create_symlink(base_ / "web/app.js", base_ / "web/inside.js");
  EXPECT_EQ(get("/link.txt").status, 404);
  EXPECT_EQ(get("/up/secret.txt").status, 404);
  EXPECT_EQ(get("/../secret.txt").status, 400);
  EXPECT_EQ(get("/%2e%2e/secret.txt").status, 400);
  EXPECT_EQ(get("/inside.js").status, 200);
}

TEST_F(StaticFilesTest, AnUnchangedFileIsA304) {
  StaticFiles site = files();
  const std::string etag = header(site.serve(request("/app.js")), "etag");
  ASSERT_TRUE(etag.starts_with('"') && etag.ends_with('"'));
  for (const std::string& value : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
    const Response response = site.serve(request("/app.js", {{"If-None-Match", value}}));
    EXPECT_EQ(response.status, 304) << value;
    EXPECT_EQ(header(response, "etag"), etag);
    EXPECT_TRUE(response.body.empty());
  }
  EXPECT_EQ(site.serve(request("/app.js", {{"If-None-Match", "\"x\""}})).status, 200);
}

TEST_F(StaticFilesTest, AChangedFileIsReadAgain) {
  StaticFiles site = files();
  const std::string before = header(site.serve(request("/app.js")), "etag");
  write("web/app.js", "alert(12)");
  const Response response = site.serve(request("/app.js", {{"If-None-Match", before}}));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body.view(), "alert(12)");
}

TEST_F(StaticFilesTest, TwoRequestsShareTheBytes) {
  StaticFiles site = files();
  const Response first = site.serve(request("/app.js"));
  EXPECT_EQ(first.body.view().data(), site.serve(request("/app.js")).body.view().data());
}

TEST_F(StaticFilesTest, OtherMethodsAreNotAllowed) {
  StaticFiles site = files();
  Request post = request("/app.js");
  post.method = "POST";
  const Response response = site.serve(post);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header(response, "allow"), "GET, HEAD");
  post.method = "HEAD";
  EXPECT_EQ(site.serve(post).status, 200);
}

TEST_F(StaticFilesTest, AFileOverTheLimitIsAnErrorWithAReason) {
  std::string reason;
  StaticFiles site = files({.file_bytes_max = 5, .on_error = [&reason](std::string_view text) { reason = text; }});
  EXPECT_EQ(site.serve(request("/app.js")).status, 500);
  EXPECT_THAT(reason, HasSubstr("8 bytes are more than the limit of 5"));
  EXPECT_THAT(reason, HasSubstr("app.js"));
}

TEST_F(StaticFilesTest, MayStandBelowAPrefix) {
  StaticFiles site = files({.prefix = "/site/"});
  EXPECT_EQ(site.serve(request("/site/app.js")).status, 200);
  EXPECT_EQ(site.serve(request("/site/")).body.view(), "<h1>home</h1>");
  EXPECT_EQ(header(site.serve(request("/site")), "location"), "/site/");
  EXPECT_EQ(header(site.serve(request("/site/docs")), "location"), "/site/docs/");
  EXPECT_EQ(site.serve(request("/sitemap")).status, 404);
  EXPECT_EQ(site.serve(request("/app.js")).status, 404);
}

TEST_F(StaticFilesTest, TheRootMustBeAFolder) {
  EXPECT_THAT(StaticFiles::open(base_ / "nope", {}).error().message, HasSubstr("nope"));
  EXPECT_THAT(StaticFiles::open(base_ / "secret.txt", {}).error().message, HasSubstr("no folder"));
}

}  // namespace
}  // namespace roost::http
