#include "net/outbox.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"

namespace roost::net {
namespace {
constexpr std::size_t kFirstPieces = 8;    // a turn that has more than one frame often has a few
constexpr std::size_t kCompactFrom = 256;  // moving fewer pieces than this is not worth a look
}  // namespace

void Outbox::push(SharedBytes bytes, std::size_t begin, std::size_t end) {
  if (begin >= end) return;
  ROOST_ASSERT(end <= bytes.size());
  const bool first = bytes_ == 0;
  bytes_ += end - begin;
  if (first) {
    first_ = {std::move(bytes), begin, end};
    return;
  }
  if (end - begin <= kCopyMax) return append(bytes.view().substr(begin, end - begin));
  Rest& more = rest();
  more.room_bytes = 0;
  more.pieces.push_back({std::move(bytes), begin, end});
}

void Outbox::push_copy(std::string_view bytes) {
  if (bytes.empty()) return;
  if (bytes_ == 0 || bytes.size() > kCopyMax) return push(SharedBytes::copy(bytes), 0, bytes.size());
  bytes_ += bytes.size();
  append(bytes);
}

Outbox::Rest& Outbox::rest() {
  if (!rest_) {
    rest_ = std::make_unique<Rest>();
    rest_->pieces.reserve(kFirstPieces);
  }
  return *rest_;
}

void Outbox::append(std::string_view bytes) {
  Rest& rest = this->rest();
  if (rest.room_bytes < bytes.size()) {
    auto run = SharedBytes::make(kRunBytes, [&rest](char* out) { rest.room = out; });
    rest.room_bytes = kRunBytes;
    rest.pieces.push_back({std::move(run), 0, 0});
  }
  std::memcpy(rest.room, bytes.data(), bytes.size());
  rest.room += bytes.size();
  rest.room_bytes -= bytes.size();
  rest.pieces.back().end += bytes.size();
}

std::string_view Outbox::next(std::span<char> scratch) const {
  const std::string_view first = first_.view();
  const std::size_t room = std::min(scratch.size(), kGatherMax);
  if (!rest_ || first.size() + rest_->pieces[rest_->begin].view().size() > room) return first;

  std::size_t used = 0;
  const auto copy = [&](std::string_view bytes) {
    std::memcpy(scratch.data() + used, bytes.data(), bytes.size());
    used += bytes.size();
  };
  copy(first);
  for (std::size_t i = rest_->begin; i < rest_->pieces.size(); ++i) {
    const std::string_view bytes = rest_->pieces[i].view();
    if (bytes.size() > room - used) break;
    copy(bytes);
  }
  return {scratch.data(), used};
}

void Outbox::consume(std::size_t sent) {
  ROOST_ASSERT(sent <= bytes_);
  bytes_ -= sent;
  while (sent > 0) {
    const std::size_t here = std::min(sent, first_.view().size());
    first_.begin += here;
    sent -= here;
    if (first_.view().empty()) pop();
  }
}

void Outbox::pop() {
  first_ = {};
  if (!rest_) return;
  auto& pieces = rest_->pieces;
  std::size_t& begin = rest_->begin;
  first_ = std::move(pieces[begin++]);
  if (begin == pieces.size()) {
    rest_.reset();
  } else if (begin >= kCompactFrom && begin * 2 >= pieces.size()) {  // a backlog that never ends must not keep its past
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(begin));
    begin = 0;
  }
}

}  // namespace roost::net
