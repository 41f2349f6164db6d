#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include <roost/token.hpp>

namespace roost::token {

/// What a key is derived from, besides the secret.
struct KeyRecipe {
  std::string salt;
  int iterations;
  std::size_t length;
  KeyDigest digest;
  friend auto operator<=>(const KeyRecipe&, const KeyRecipe&) = default;
};

/// Throws std::invalid_argument for what PBKDF2 should not be asked.
void check_recipe(int iterations, std::size_t length);

/// The keys derived from one secret, computed once each: 1,000 rounds cost about 0.2 ms. Any thread.
class KeyCache {
 public:
  /// 64: salts are chosen by the application, one for each use of tokens; the oldest goes when there are more.
  static constexpr std::size_t kKeysMax = 64;

  explicit KeyCache(std::string secret) : secret_(std::move(secret)) {}
  std::string key(const KeyRecipe& recipe);
  std::size_t size() const;

 private:
  const std::string secret_;
  mutable std::mutex mutex_;
  std::map<KeyRecipe, std::string> keys_;                         // mutex_
  std::deque<std::map<KeyRecipe, std::string>::iterator> order_;  // mutex_; oldest first
};

}  // namespace roost::token
