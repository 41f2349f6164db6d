#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include <roost/bytes.hpp>

#include "base/hash.h"

namespace roost::http {

/// What tells one state of a file from another without reading it.
struct FileStamp {
  std::int64_t modified = 0;  // the file clock's ticks
  std::uintmax_t size = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// A file in memory.
struct CachedFile {
  FileStamp stamp;
  SharedBytes bytes;
  std::string etag;  // with its quotes
};

/// The files that were asked for last, up to a number of bytes. Pure; the caller reads them. One thread.
class FileCache {
 public:
  explicit FileCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// The file as it was with this stamp; nullptr when it is not here, or changed. Valid until the next put().
  const CachedFile* find(std::string_view path, const FileStamp& stamp);
  /// Keeps the file and lets the longest unused go. One that is larger than all the space is not kept.
  void put(std::string path, CachedFile file);

  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string path;
    CachedFile file;
  };
  void erase(std::list<Entry>::iterator entry);
  static std::size_t cost(const Entry& entry);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;                                                  // the last used one first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_path_;  // keys are views into entries_
};

}  // namespace roost::http
