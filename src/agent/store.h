#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"

namespace roost::agent {

/// Agents' states by name, in one SQLite file. One thread at a time.
///
/// What save() returned for survives the end of the process; a loss of power may cost the last commits, never the file
/// (write-ahead log, synchronous = NORMAL).
class Store {
 public:
  struct Entry {
    std::string name;
    std::string state;  // JSON text
  };

  /// Opens the file, and makes it if there is none.
  /// Error: "agents' store data.db: file is not a database". Built without SQLite: always an error that says so.
  static std::expected<std::unique_ptr<Store>, Error> open(const std::string& path);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// The state that was last saved under that name; nullopt: none.
  std::expected<std::optional<std::string>, Error> load(const std::string& name);
  /// Saves all of them or none; an error if one is longer than kStateBytesMax. Each save of a name counts its version
  /// up.
  std::expected<void, Error> save(std::span<const Entry> entries);

  static constexpr std::size_t kStateBytesMax = 64 << 20;  // written as a whole at each save: far too much already

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace roost::agent
