#pragma once

#include <cstring>

namespace roost {

/// The Word, an integer or a vector, that lies at `at`, however it is aligned.
template <typename Word>
Word load_word(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace roost
