#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace roost {

/// Immutable bytes with a reference count: encoded once, shared by every connection that sends them.
///
/// Copying costs one atomic increment and never copies the bytes. A view stays valid as long as any copy of the
/// object that gave it. May be copied, moved and destroyed on any thread.
class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) { retain(); }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() { release(); }

  /// A counted copy of `bytes`.
  static SharedBytes copy(std::string_view bytes) {
    return make(bytes.size(), [bytes](char* out) {
      if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    });
  }

  /// `size` bytes that `fill(char* out)` writes; it must write all of them. One allocation.
  template <typename Fill>
  static SharedBytes make(std::size_t size, Fill&& fill) {
    SharedBytes bytes;
    if (size == 0) return bytes;
    void* memory = ::operator new(sizeof(Block) + size);
    bytes.block_ = ::new (memory) Block{{1}, size};
    std::forward<Fill>(fill)(bytes.block_->data());
    return bytes;
  }

  const char* data() const noexcept { return block_ ? block_->data() : nullptr; }
  std::size_t size() const noexcept { return block_ ? block_->size : 0; }
  bool empty() const noexcept { return block_ == nullptr; }
  std::string_view view() const noexcept { return {data(), size()}; }

 private:
  struct Block {
    std::atomic<std::uint32_t> count;
    std::size_t size;
    char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  };

  void retain() noexcept {
    if (block_) block_->count.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    if (!block_) return;
    // The only owner stays the only one: nobody else has what to copy. Most bytes never have another, and need no
    // locked instruction then.
    const bool last = block_->count.load(std::memory_order_acquire) == 1;
    if (!last && block_->count.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    block_->~Block();
    ::operator delete(block_);
  }

  Block* block_ = nullptr;
};

}  // namespace roost
