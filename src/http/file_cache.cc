#include "http/file_cache.h"

#include <iterator>
#include <utility>

namespace roost::http {
namespace {

constexpr std::size_t kEntryBytes = 256;  // about what an entry costs beside its file, so that empty files count too

}  // namespace

const CachedFile* FileCache::find(std::string_view path, const FileStamp& stamp) {
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return nullptr;
  if (found->second->file.stamp != stamp) return erase(found->second), nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &found->second->file;
}

void FileCache::put(std::string path, CachedFile file) {
  if (const auto found = by_path_.find(path); found != by_path_.end()) erase(found->second);
  Entry entry{std::move(path), std::move(file)};
  if (cost(entry) > bytes_max_) return;
  bytes_ += cost(entry);
  entries_.push_front(std::move(entry));
  by_path_.emplace(entries_.front().path, entries_.begin());
  while (bytes_ > bytes_max_) erase(std::prev(entries_.end()));
}

void FileCache::erase(std::list<Entry>::iterator entry) {
  bytes_ -= cost(*entry);
  by_path_.erase(entry->path);
  entries_.erase(entry);
}

std::size_t FileCache::cost(const Entry& entry) {
  return entry.file.bytes.size() + entry.path.size() + kEntryBytes;
}

}  // namespace roost::http
