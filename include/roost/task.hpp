#pragma once

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace roost {

/// The loop that a coroutine returns to after it waited. Roost makes these; one belongs to each shard.
class TaskLoop {
 public:
  using Work = std::move_only_function<void()>;
  virtual ~TaskLoop() = default;
  /// Runs `work` on the loop's thread. Any thread.
  virtual void post(Work work) = 0;
  /// Runs `work` once after `delay`. Loop thread only.
  virtual void post_after(std::chrono::nanoseconds delay, Work work) = 0;
};

namespace detail {

template <typename T>
using Outcome =
    std::variant<std::monostate, std::conditional_t<std::is_void_v<T>, std::true_type, T>, std::exception_ptr>;

template <typename T>
T take(Outcome<T>& outcome) {
  if (auto* error = std::get_if<std::exception_ptr>(&outcome)) std::rethrow_exception(*error);
  if constexpr (!std::is_void_v<T>) return std::move(std::get<1>(outcome));
}

}  // namespace detail

/// What a Task that awaits gets instead of a result when too much of that work waits already, or the server has
/// stopped: it was not begun, and may be tried later.
class WorkRefused : public std::runtime_error {
 public:
  /// `limit`: as in the metric roost_limit_hits_total.
  explicit WorkRefused(const char* limit)
      : std::runtime_error(std::string(limit) + ": too much is waiting, or the server has stopped"), limit_(limit) {}
  /// "agent_work" or "blocking_work"; "stopped" for what a thread waited for when the server stopped.
  const char* limit() const { return limit_; }

 private:
  const char* limit_;
};

/// The other end of an Async: whoever has it completes it once, from any thread. Dropped: the waiter is never resumed
/// (and its coroutine goes with its channel).
template <typename T>
class Completion {
 public:
  struct State {
    std::coroutine_handle<> waiter;  // loop thread only
    detail::Outcome<T> outcome;      // loop thread only
    bool abandoned = false;          // loop thread only: the coroutine is gone
  };

  Completion(TaskLoop& loop, std::shared_ptr<State> state) : loop_(&loop), state_(std::move(state)) {}

  /// Calls `make` here and now and hands its result, or what it threw, to the waiting coroutine.
  template <typename Make>
  void complete_with(Make&& make) {
    detail::Outcome<T> outcome;
    try {
      if constexpr (std::is_void_v<T>) {
        std::forward<Make>(make)();
        outcome.template emplace<1>();
      } else {
        outcome.template emplace<1>(std::forward<Make>(make)());
      }
    } catch (...) {
      outcome.template emplace<2>(std::current_exception());
    }
    finish(std::move(outcome));
  }
  /// The same, but `make` is called where the result is waited for: for what takes a while.
  template <typename Make>
  void complete_there_with(Make make) {
    loop_->post([state = std::move(state_), make = std::move(make)]() mutable {
      if (state->abandoned) return;
      try {
        state->outcome.template emplace<1>(make());
      } catch (...) {
        state->outcome.template emplace<2>(std::current_exception());
      }
      state->waiter.resume();
    });
  }
  void fail(std::exception_ptr error) { finish(detail::Outcome<T>(std::in_place_index<2>, std::move(error))); }

  TaskLoop& loop() const { return *loop_; }

 private:
  void finish(detail::Outcome<T> outcome) {
    loop_->post([state = std::move(state_), outcome = std::move(outcome)]() mutable {
      if (state->abandoned) return;
      state->outcome = std::move(outcome);
      state->waiter.resume();
    });
  }

  TaskLoop* loop_;
  std::shared_ptr<State> state_;
};

namespace detail {

/// The loop of a thread that stands still until one piece of work is posted to it.
class Standstill final : public TaskLoop, public std::enable_shared_from_this<Standstill> {
 public:
  /// Throws std::logic_error on a thread that must not stand still.
  static std::shared_ptr<Standstill> make();
  void post(Work work) override;
  /// Throws std::logic_error: a thread of its own has its own ways to sleep.
  void post_after(std::chrono::nanoseconds delay, Work work) override;
  /// Nothing will be posted any more. Any thread.
  void drop();
  /// What was posted. Throws WorkRefused if nothing will be.
  Work wait();

 private:
  Standstill() = default;
  std::mutex mutex_;
  std::condition_variable changed_;
  Work work_;             // mutex_
  bool dropped_ = false;  // mutex_
};

}  // namespace detail

/// Something that a Task can wait for: work that goes on elsewhere and completes once.
///
/// `start` is called when a Task awaits it, on the Task's loop. If the Task ends before the work does, the result is
/// dropped. A thread of your own waits for it with wait().
template <typename T>
class [[nodiscard]] Async {
 public:
  using Start = std::move_only_function<void(Completion<T>)>;
  explicit Async(Start start) : start_(std::move(start)) {}

  /// What `co_await` makes of it inside a Task on `loop`.
  class Awaiter {
   public:
    Awaiter(TaskLoop& loop, Start start) : loop_(&loop), start_(std::move(start)) {}
    Awaiter(Awaiter&&) = delete;
    ~Awaiter() {
      if (state_) state_->abandoned = true;
    }
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      state_ = std::make_shared<typename Completion<T>::State>();
      state_->waiter = waiter;
      start_(Completion<T>(*loop_, state_));
    }
    T await_resume() { return detail::take<T>(state_->outcome); }

   private:
    TaskLoop* loop_;
    Start start_;
    std::shared_ptr<typename Completion<T>::State> state_;
  };
  Awaiter on(TaskLoop& loop) && { return Awaiter(loop, std::move(start_)); }

  /// For a thread of your own, and blocking work: waits for an agent or for blocking work, and gives the result, or
  /// throws what it threw. `const int total = tally.update(add).wait();`
  ///
  /// What others wait for must not stand still: on a shard's thread (a handler, `after`) and on the agents' thread it
  /// throws std::logic_error and does nothing; co_await it in a Task there. WorkRefused when too much waits or the
  /// server has stopped. In a test with the kit it does what waits, on the test's own thread.
  T wait() && {
    struct Waiting {
      typename Completion<T>::State state;
      std::shared_ptr<detail::Standstill> here;
      ~Waiting() { here->drop(); }
    };
    const auto here = detail::Standstill::make();
    auto waiting = std::make_shared<Waiting>();
    waiting->here = here;
    typename Completion<T>::State& state = waiting->state;
    state.waiter = std::noop_coroutine();
    start_(Completion<T>(*here, std::shared_ptr<typename Completion<T>::State>(std::move(waiting), &state)));
    auto work = here->wait();  // holds the state
    work();
    return detail::take<T>(state.outcome);
  }

 private:
  Start start_;
};

/// Waits without holding the shard. Resumes not before `delay` has passed.
inline Async<void> sleep_for(std::chrono::nanoseconds delay) {
  return Async<void>([delay](Completion<void> done) {
    TaskLoop& loop = done.loop();
    loop.post_after(delay, [done = std::move(done)]() mutable { done.complete_with([] {}); });
  });
}

template <typename T = void>
class Task;

namespace detail {

template <typename T>
struct IsMoveOnlyFunction : std::false_type {};
template <typename Signature>
struct IsMoveOnlyFunction<std::move_only_function<Signature>> : std::true_type {};

/// For the error. g++ 12 destroys twice what a lambda has captured that is written inside of the expression that is
/// awaited (GCC bug 99576); one that has a name before is all right. `Function`: as a forwarding reference is deduced.
template <typename Function>
constexpr void check_awaited() {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
  static_assert(std::is_lvalue_reference_v<Function> || std::is_trivially_destructible_v<Function> ||
                    IsMoveOnlyFunction<Function>::value,
                "Roost: g++ 12 destroys the captures of this lambda twice. Give it a name: auto work = [...] { ... }; "
                "co_await app.blocking(work). One that cannot be copied is a std::move_only_function");
#endif
}

struct NoAwaiter : std::suspend_never {
  struct Nothing {
    template <typename T>
    operator T() const;
  };
  Nothing await_resume();
};

struct TaskPromise {
  TaskLoop* loop = nullptr;                 // set when started
  std::coroutine_handle<> awaiting;         // the Task that awaits this one
  std::move_only_function<void()> on_done;  // or whoever started it

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      TaskPromise& promise = self.promise();
      if (promise.awaiting) return promise.awaiting;
      // May destroy this coroutine: it is suspended, and nothing of it is used afterwards.
      if (auto done = std::move(promise.on_done)) done();
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  template <typename T>
  auto await_transform(Async<T>&& async) {
    return std::move(async).on(*loop);
  }
  template <typename T>
  auto await_transform(Task<T>&& task);
  /// For the error: whatever is no such thing.
  template <typename T>
  NoAwaiter await_transform(T&&) {
    static_assert(std::is_void_v<T>,
                  "Roost: a Task awaits sleep_for(…), app.blocking(…), an agent or another Task (with std::move, if it "
                  "has a name). What blocks, such as a std::future, goes into co_await app.blocking([…] { … })");
    return {};
  }
};

template <typename T>
struct TaskResult : TaskPromise {
  Outcome<T> outcome;
  void unhandled_exception() { outcome.template emplace<2>(std::current_exception()); }
  template <typename U>
  void return_value(U&& value) {
    outcome.template emplace<1>(std::forward<U>(value));
  }
};
template <>
struct TaskResult<void> : TaskPromise {
  Outcome<void> outcome;
  void unhandled_exception() { outcome.emplace<2>(std::current_exception()); }
  void return_void() { outcome.emplace<1>(); }
};

}  // namespace detail

/// A coroutine that runs on one shard and may wait: `co_await sleep_for(…)`, `app.blocking(…)`, an agent, another Task.
///
/// It starts when it is awaited or when Roost runs it, never by itself. Destroying a Task that waits destroys the
/// coroutine and its locals; what it waited for goes on elsewhere and its result is dropped. Parameters must be values:
/// a view or a reference may be gone after the first wait.
template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::TaskResult<T> {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  /// Runs it on `loop` until it waits or ends. `on_done` is called once when it has ended, possibly before this
  /// returns; it may destroy the Task. Loop thread only.
  void start(TaskLoop& loop, std::move_only_function<void()> on_done) {
    handle_.promise().loop = &loop;
    handle_.promise().on_done = std::move(on_done);
    handle_.resume();
  }
  bool done() const { return handle_.done(); }
  /// The result, once, when done; throws what the coroutine threw.
  T result() { return detail::take<T>(handle_.promise().outcome); }

  /// What `co_await` makes of it inside another Task.
  class Awaiter {
   public:
    Awaiter(TaskLoop* loop, Task&& task) : task_(std::move(task)) { task_.handle_.promise().loop = loop; }
    bool await_ready() const { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) {
      task_.handle_.promise().awaiting = waiter;
      return task_.handle_;
    }
    T await_resume() { return task_.result(); }

   private:
    Task task_;
  };

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

template <typename T>
auto detail::TaskPromise::await_transform(Task<T>&& task) {
  return typename Task<T>::Awaiter(loop, std::move(task));
}

}  // namespace roost
