#include "agent/runner.h"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "base/waiting.h"

namespace roost::agent {
namespace {
thread_local const void* runner_here = nullptr;
}

class Runner::Impl {
 public:
  Impl(std::unique_ptr<Store> store, OnError on_error, std::size_t work_max)
      : work_max_(work_max), on_error_(std::move(on_error)), store_(std::move(store)) {}

  static void start(const std::shared_ptr<Impl>& self) {
    self->thread_ = std::thread([self] { self->run(); });
  }

  bool post(Work work) {
    bool first_refused = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      if (work_.size() >= work_max_) {
        ++refused_;
        first_refused = !std::exchange(full_, true);
      } else {
        work_.push_back(std::move(work));
        full_ = false;
      }
      if (full_ && !first_refused) return false;
    }
    if (first_refused) {
      report("agents: too much work waits, more of it is refused");
      return false;
    }
    changed_.notify_one();
    return true;
  }

  std::optional<std::string> load(const std::string& name) {
    if (!store_) return std::nullopt;
    const std::lock_guard lock(store_mutex_);
    auto loaded = store_->load(name);
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(*loaded);
  }

  void save(const std::string& name, std::function<std::string()> state) {
    if (store_) changed_states_.insert_or_assign(name, std::move(state));
  }
  void after_save(Work work) { after_save_.push_back(std::move(work)); }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    const std::lock_guard lock(thread_mutex_);
    if (!thread_.joinable()) return;
    if (thread_.get_id() == std::this_thread::get_id())
      thread_.detach();
    else
      thread_.join();
  }

  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return work_.size();
  }
  std::uint64_t refused() const {
    const std::lock_guard lock(mutex_);
    return refused_;
  }

 private:
  void run() {
    runner_here = this;
    const NoWaiting others_wait("the agents' thread");
    std::vector<Work> batch;
    while (next(batch)) {
      run_all(batch);
      save_changed();
      auto after = std::exchange(after_save_, {});
      run_all(after);
    }
    save_changed();  // what after_save work has changed, and what failed before
  }

  /// False: stopped, and nothing waits.
  bool next(std::vector<Work>& batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !work_.empty() || !after_save_.empty(); });
    batch.swap(work_);
    return !batch.empty() || !after_save_.empty();
  }

  void run_all(std::vector<Work>& batch) {
    for (auto& work : batch) {
      try {
        // Destroyed as soon as it ran: it may hold the last handle to somebody's state.
        std::exchange(work, nullptr)();
      } catch (const std::exception& error) {
        report(std::string("agents: work threw: ") + error.what());
      } catch (...) {
        report("agents: work threw");
      }
    }
    batch.clear();
  }

  void save_changed() {
    if (changed_states_.empty() && unsaved_.empty()) return;
    for (const auto& [name, state] : std::exchange(changed_states_, {})) write_text(name, state);
    std::vector<Store::Entry> entries;
    entries.reserve(unsaved_.size());
    for (auto& [name, text] : unsaved_) entries.push_back({name, std::move(text)});
    unsaved_.clear();

    std::unique_lock lock(store_mutex_);
    const auto saved = store_->save(entries);
    lock.unlock();
    if (saved) return save_error_.clear();
    for (auto& [name, text] : entries) unsaved_.emplace(std::move(name), std::move(text));
    // Once for each trouble, not once for each batch of a busy server.
    if (std::exchange(save_error_, saved.error().message) != saved.error().message) report(save_error_);
  }

  void write_text(const std::string& name, const std::function<std::string()>& state) {
    try {
      std::string text = state();
      if (text.size() > Store::kStateBytesMax) throw std::length_error("it is too big");
      unsaved_.insert_or_assign(name, std::move(text));
    } catch (const std::exception& error) {
      report("agents: state of " + name + " cannot be written: " + error.what());
    }
  }

  void report(const std::string& message) const {
    if (on_error_) on_error_(message);
  }

  // Set once in the constructor.
  const std::size_t work_max_;
  const OnError on_error_;

  const std::unique_ptr<Store> store_;  // what it points to: store_mutex_
  std::mutex store_mutex_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Work> work_;     // mutex_
  std::uint64_t refused_ = 0;  // mutex_
  bool full_ = false;          // mutex_: reported
  bool stopping_ = false;      // mutex_

  // Agents' thread only.
  std::map<std::string, std::function<std::string()>> changed_states_;
  std::map<std::string, std::string> unsaved_;  // texts: of this batch, and of those whose save failed
  std::vector<Work> after_save_;
  std::string save_error_;  // of the last save; empty: it worked

  std::mutex thread_mutex_;
  std::thread thread_;  // thread_mutex_
};

Runner::Runner(std::unique_ptr<Store> store, OnError on_error, std::size_t work_max)
    : impl_(std::make_shared<Impl>(std::move(store), std::move(on_error), work_max)) {
  Impl::start(impl_);
}
Runner::~Runner() {
  stop();
}

bool Runner::post(Work work) {
  return impl_->post(std::move(work));
}
std::optional<std::string> Runner::load(const std::string& name) {
  return impl_->load(name);
}
void Runner::save(const std::string& name, std::function<std::string()> state) {
  impl_->save(name, std::move(state));
}
void Runner::after_save(Work work) {
  impl_->after_save(std::move(work));
}
void Runner::stop() {
  impl_->stop();
}
std::size_t Runner::waiting() const {
  return impl_->waiting();
}
std::uint64_t Runner::refused() const {
  return impl_->refused();
}
bool Runner::is_here() const {
  return runner_here == impl_.get();
}

}  // namespace roost::agent
