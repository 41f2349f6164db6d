#include "agent/blocking_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace roost::agent {
namespace {
thread_local const void* pool_here = nullptr;
}

class BlockingPool::Impl {
 public:
  Impl(std::size_t threads_max, std::size_t jobs_max) : threads_max_(threads_max), jobs_max_(jobs_max) {}

  bool post(Job job) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      if (jobs_.size() >= jobs_max_) {
        ++refused_;
        return false;
      }
      jobs_.push_back(std::move(job));
      if (!start_thread_if_needed()) return false;
    }
    changed_.notify_one();
    return true;
  }

  std::uint64_t refused() {
    const std::lock_guard lock(mutex_);
    return refused_;
  }

  void stop() {
    std::vector<std::thread> threads;
    std::deque<Job> not_started;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      threads.swap(threads_);
      not_started.swap(jobs_);
    }
    changed_.notify_all();
    not_started.clear();
    for (auto& thread : threads) thread.join();
  }

 private:
  /// False: there is no thread and none can be had; the last job is taken back. mutex_ is held.
  bool start_thread_if_needed() {
    if (jobs_.size() <= idle_ || threads_.size() >= threads_max_) return true;
    try {
      threads_.emplace_back([this] { run(); });
    } catch (const std::system_error&) {
      if (!threads_.empty()) return true;  // later, on one of those
      jobs_.pop_back();
      return false;
    }
    return true;
  }

  void run() {
    pool_here = this;
    while (Job job = next()) job();
  }

  /// Empty: stopped.
  Job next() {
    std::unique_lock lock(mutex_);
    ++idle_;
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (stopping_) return nullptr;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

  const std::size_t threads_max_;
  const std::size_t jobs_max_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;              // mutex_
  std::vector<std::thread> threads_;  // mutex_
  std::size_t idle_ = 0;              // mutex_
  bool stopping_ = false;             // mutex_
  std::uint64_t refused_ = 0;         // mutex_
};

BlockingPool::BlockingPool(std::size_t threads_max, std::size_t jobs_max)
    : impl_(std::make_unique<Impl>(threads_max, jobs_max)) {}
BlockingPool::~BlockingPool() {
  stop();
}
bool BlockingPool::post(Job job) {
  return impl_->post(std::move(job));
}
void BlockingPool::stop() {
  impl_->stop();
}
bool BlockingPool::is_here() const {
  return pool_here == impl_.get();
}
std::uint64_t BlockingPool::refused() const {
  return impl_->refused();
}

}  // namespace roost::agent
