#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/file_cache.h"
#include "http/request.h"
#include "http/response.h"

namespace roost::http {

// A file is sent whole and from memory: what is larger belongs to a web server or an object store.
inline constexpr std::size_t kStaticFileBytesMax = 32 * 1024 * 1024;
// Holds a built web application with its fonts and images several times over.
inline constexpr std::size_t kStaticCacheBytesMax = 64 * 1024 * 1024;

struct StaticOptions {
  std::string prefix = "/";  // the URL path at which the root appears
  std::size_t file_bytes_max = kStaticFileBytesMax;
  std::size_t cache_bytes_max = kStaticCacheBytesMax;
  /// Told, in a line for the log, why a file was answered with 500.
  std::function<void(std::string_view)> on_error = nullptr;
};

/// The files of one folder, for GET and HEAD: a built web application.
///
/// The one place in `http` that touches the disk, and it blocks while it does; a file that was sent before costs a look
/// at its time and size. Use one for each thread.
class StaticFiles {
 public:
  /// Error: `root` is no folder that can be read.
  static auto open(const std::filesystem::path& root, StaticOptions options) -> std::expected<StaticFiles, Error>;

  /// The answer, always one: 200; 304 when If-None-Match names the file's ETag; 301 to a folder's own URL, if that has
  /// an index.html; 400 and 404 as resolve_static_path says, and 404 for what is not there, is no file, or leaves the
  /// root through a symbolic link; 405; 500 for a file that is too large or cannot be read. To HEAD too it gives the
  /// body: encode_response leaves it out. Ranges are not served. Hashed assets may be kept for a year, everything else
  /// is asked for again each time (and is mostly a 304).
  Response serve(const Request& request);

 private:
  StaticFiles(std::filesystem::path root, StaticOptions options);

  Response serve_path(const Request& request, const std::string& relative, bool wants_folder);
  Response serve_file(const Request& request, const std::filesystem::path& file, const std::string& relative);
  Response redirect_to_folder(const Request& request, const std::string& relative) const;
  Response fail(const std::filesystem::path& file, std::string_view why) const;
  auto load(const std::filesystem::path& file) -> std::expected<CachedFile, std::string>;

  std::filesystem::path root_;  // canonical
  StaticOptions options_;
  FileCache cache_;
};

}  // namespace roost::http
