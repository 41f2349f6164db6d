#include "http/static_files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "base/hash.h"
#include "http/mime.h"
#include "http/static_path.h"
#include "http/text.h"

namespace roost::http {
namespace {

namespace fs = std::filesystem;

/// What `prefix` leaves of `path`; nullopt when the path is not below it.
std::optional<std::string_view> below(std::string_view prefix, std::string_view path) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  if (!path.empty() && path.front() != '/') return std::nullopt;
  return path;
}

/// The real place of root/relative; nullopt when there is nothing, or when it lies outside of the root.
std::optional<fs::path> locate(const fs::path& root, const std::string& relative) {
  std::error_code error;
  const fs::path place = fs::canonical(root / relative, error);
  if (error) return std::nullopt;
  const auto [in_root, in_place] = std::mismatch(root.begin(), root.end(), place.begin(), place.end());
  if (in_root != root.end()) return std::nullopt;
  return place;
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::string make_etag(std::string_view bytes) {
  std::array<char, 48> text{};
  const int size = std::snprintf(text.data(), text.size(), "\"%zx-%016llx\"", bytes.size(),
                                 static_cast<unsigned long long>(stable_hash(bytes)));
  return {text.data(), static_cast<std::size_t>(size)};
}

/// If-None-Match, with the weak comparison that RFC 9110 §13.1.2 asks for.
bool none_match_has(const Request& request, std::string_view etag) {
  for (const auto line : request.headers_all("if-none-match"))
    for (auto tag : comma_list(line)) {
      if (tag.starts_with("W/")) tag.remove_prefix(2);
      if (tag == "*" || tag == etag) return true;
    }
  return false;
}

Response not_found() {
  return text_response(404, "not found");
}

Response method_not_allowed() {
  Response response = text_response(405, "method not allowed");
  response.headers.push_back({"allow", "GET, HEAD"});
  return response;
}

}  // namespace

StaticFiles::StaticFiles(fs::path root, StaticOptions options)
    : root_(std::move(root)), options_(std::move(options)), cache_(options_.cache_bytes_max) {}

auto StaticFiles::open(const fs::path& root, StaticOptions options) -> std::expected<StaticFiles, Error> {
  std::error_code error;
  const fs::path place = fs::canonical(root, error);
  if (error) return std::unexpected(Error{"static files: " + root.string() + ": " + error.message()});
  if (!is_folder(place)) return std::unexpected(Error{"static files: " + root.string() + " is no folder"});
  return StaticFiles(place, std::move(options));
}

Response StaticFiles::serve(const Request& request) {
  const auto path = below(options_.prefix, request.path);
  if (!path) return not_found();
  if (request.method != "GET" && request.method != "HEAD") return method_not_allowed();
  const auto relative = resolve_static_path(*path);
  if (!relative) return error_response(relative.error());
  Response response = serve_path(request, *relative, path->ends_with('/'));
  response.headers.push_back({"x-content-type-options", "nosniff"});
  return response;
}

Response StaticFiles::serve_path(const Request& request, const std::string& relative, bool wants_folder) {
  const auto place = locate(root_, relative);
  if (!place) return not_found();
  if (!is_folder(*place)) return wants_folder || !is_file(*place) ? not_found() : serve_file(request, *place, relative);
  const std::string index_path = relative.empty() ? "index.html" : relative + "/index.html";
  const auto index = locate(root_, index_path);
  if (!index || !is_file(*index)) return not_found();
  return wants_folder ? serve_file(request, *index, index_path) : redirect_to_folder(request, relative);
}

Response StaticFiles::redirect_to_folder(const Request& request, const std::string& relative) const {
  // Put together from what was resolved, not from what was sent: "//evil.com" would lead to another site.
  std::string location = options_.prefix;
  while (location.ends_with('/')) location.pop_back();
  if (!relative.empty()) location += '/' + encode_url_path(relative);
  location += '/';
  if (!request.query.empty()) location += '?' + request.query;
  return {.status = 301, .headers = {{"location", std::move(location)}}, .body = {}};
}

Response StaticFiles::serve_file(const Request& request, const fs::path& file, const std::string& relative) {
  const auto loaded = load(file);
  if (!loaded) return fail(file, loaded.error());
  Response response;
  response.headers = {
      {"etag", loaded->etag},
      {"cache-control", is_hashed_asset(relative) ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (none_match_has(request, loaded->etag)) return response.status = 304, response;
  response.headers.push_back({"content-type", std::string(content_type(relative))});
  response.headers.push_back({"accept-ranges", "none"});
  response.body = loaded->bytes;
  return response;
}

Response StaticFiles::fail(const fs::path& file, std::string_view why) const {
  if (options_.on_error) options_.on_error("static file " + file.string() + ": " + std::string(why));
  return text_response(500, "file cannot be served");
}

auto StaticFiles::load(const fs::path& file) -> std::expected<CachedFile, std::string> {
  std::error_code error;
  FileStamp stamp{.modified = 0, .size = fs::file_size(file, error)};
  if (!error) stamp.modified = fs::last_write_time(file, error).time_since_epoch().count();
  if (error) return std::unexpected(error.message());
  if (stamp.size > options_.file_bytes_max)
    return std::unexpected(std::to_string(stamp.size) + " bytes are more than the limit of " +
                           std::to_string(options_.file_bytes_max));
  if (const CachedFile* cached = cache_.find(file.native(), stamp)) return *cached;
  std::ifstream stream(file, std::ios::binary);
  bool whole = false;
  auto bytes = SharedBytes::make(stamp.size, [&stream, &stamp, &whole](char* out) {
    whole = static_cast<bool>(stream.read(out, static_cast<std::streamsize>(stamp.size)));
    if (!whole) std::fill(out, out + stamp.size, '\0');
  });
  if (!stream.is_open() || (stamp.size != 0 && !whole)) return std::unexpected("cannot be read");
  CachedFile loaded{stamp, bytes, make_etag(bytes.view())};
  cache_.put(file.native(), loaded);
  return loaded;
}

}  // namespace roost::http
