#include "token/key_cache.h"

#include <stdexcept>

#include "token/crypto.h"

namespace roost::token {

void check_recipe(int iterations, std::size_t length) {
  constexpr int kIterationsMax = 10'000'000;  // seconds of one core
  constexpr std::size_t kLengthMax = 4'096;   // a longer key makes no stronger MAC
  if (iterations < 1 || iterations > kIterationsMax) throw std::invalid_argument("key_iterations: 1 to 10,000,000");
  if (length < 1 || length > kLengthMax) throw std::invalid_argument("key_length: 1 to 4,096");
}

std::string KeyCache::key(const KeyRecipe& recipe) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = keys_.find(recipe); found != keys_.end()) return found->second;
  }
  // Not under the lock: another thread that needs the same key at this moment computes it too, and nobody waits.
  std::string key = pbkdf2(recipe.digest, secret_, recipe.salt, recipe.iterations, recipe.length);
  const std::lock_guard lock(mutex_);
  const auto [at, is_new] = keys_.try_emplace(recipe, key);
  if (is_new) order_.push_back(at);
  if (keys_.size() > kKeysMax) {
    keys_.erase(order_.front());
    order_.pop_front();
  }
  return key;
}

std::size_t KeyCache::size() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

}  // namespace roost::token
