#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace roost::channel {

class Process;

/// The channels that ended while a message of a client was handled: one of their handlers may still be on the stack, so
/// they live until it has returned. Cheaper than to count a reference for each message. Shard thread only.
class Departed {
 public:
  /// While there is one, what take() was given lives.
  class Hold {
   public:
    explicit Hold(Departed& departed) : departed_(departed) { ++departed_.holds_; }
    ~Hold() {
      if (--departed_.holds_ == 0 && !departed_.processes_.empty()) std::exchange(departed_.processes_, {}).clear();
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    Departed& departed_;
  };

  /// The last owner lets go of this one.
  void take(std::shared_ptr<Process> process) {
    if (holds_ > 0) processes_.push_back(std::move(process));
  }

 private:
  unsigned holds_ = 0;
  std::vector<std::shared_ptr<Process>> processes_;
};

}  // namespace roost::channel
