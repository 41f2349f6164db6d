#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <roost/json.hpp>
#include <roost/task.hpp>

namespace roost {

/// Where an agent's work runs and its state is kept. App makes it; see App::agent.
class AgentRunner {
 public:
  using Work = std::move_only_function<void()>;
  virtual ~AgentRunner() = default;
  /// Runs `work` on the agents' thread, in order. Any thread. False: too much waits, or it has stopped; the work is
  /// destroyed. Work that throws is reported in the log.
  virtual bool post(Work work) = 0;
  /// The last saved state of that name, as JSON text. Called before the agent is used, from any thread. Throws
  /// std::runtime_error if what was saved cannot be read.
  virtual std::optional<std::string> load(const std::string& name) = 0;
  /// Saves the JSON text that `state` returns at the end of this batch of work, before the batch's `after_save` work
  /// runs; called once for a name, however often that name was saved in the batch. Agents' thread only.
  virtual void save(const std::string& name, std::function<std::string()> state) = 0;
  /// Runs `work` once everything saved in this batch is on its way to the disk, or its saving has failed, which is
  /// reported and tried again. Agents' thread only.
  virtual void after_save(Work work) = 0;
};

namespace detail {

/// Runs `work(done)` on the agents' thread; if it is refused there, whoever waits for `done` is told.
template <typename R, typename Work>
void run_on(AgentRunner& runner, Completion<R> done, Work work) {
  auto shared = std::make_shared<std::pair<Work, Completion<R>>>(std::move(work), std::move(done));
  if (!runner.post([shared] { shared->first(std::move(shared->second)); }))
    shared->second.fail(std::make_exception_ptr(WorkRefused("agent_work")));
}

template <typename Both, typename State>
inline constexpr bool is_pair_with = false;
template <typename R, typename Next, typename State>
inline constexpr bool is_pair_with<std::pair<R, Next>, State> = std::is_convertible_v<Next, State>;

}  // namespace detail

/// State that the server owns and that outlives every request: read and changed by one function at a time, in order.
///
/// A copy is a handle to the same state; make one Agent for a name. Functions run on the agents' thread, so they may
/// take a moment without harming a shard; what they return is handed back, by value, to the Task that awaits, or to the
/// thread of your own that calls wait(): `const int total = tally.get(read).wait();`. What one thread or Task asks for
/// is done in the order in which it asks, casts among it.
///
/// An update works on a copy of the state: one that throws leaves the state as it was, and the throw reaches whoever
/// waits. A persistent agent (State is a JsonType) is saved before an update's result is given back; a get may see a
/// change before it is saved. While too many functions wait for the agents' thread (a million) who wants one more gets
/// a WorkRefused, as after the server has stopped. Source of the idea: Elixir's Agent.
template <typename State>
class Agent {
 public:
  /// `persistent`: loads the state of that name, if there is one, and saves every change. Throws std::runtime_error if
  /// what was saved cannot be read or does not fit State.
  Agent(std::shared_ptr<AgentRunner> runner, std::string name, State initial, bool persistent)
      : cell_(std::make_shared<Cell>(std::move(runner), std::move(name), std::move(initial), persistent)) {
    if constexpr (JsonType<State>) {
      if (!persistent) return;
      if (const auto saved = cell_->runner->load(cell_->name)) {
        boost::system::error_code broken;
        const auto json = boost::json::parse(*saved, broken);
        if (broken) throw std::runtime_error("agent " + cell_->name + ": saved state is not JSON");
        auto state = from_json<State>(json);
        if (!state)
          throw std::runtime_error("agent " + cell_->name + ": saved state does not fit at " + state.error().path);
        cell_->state = std::move(*state);
      }
    } else if (persistent) {
      throw std::logic_error("agent " + cell_->name + ": only a JsonType can be persistent");
    }
  }

  /// `co_await agent.get([](const State& s) { return s.total; })`. g++ 12: name a function that captures more than
  /// references and numbers first, here and for `update`.
  template <typename Read, typename F = std::decay_t<Read>,
            typename R = std::decay_t<std::invoke_result_t<F&, const State&>>>
  Async<R> get(Read&& read) const {
    detail::check_awaited<Read>();
    return Async<R>([cell = cell_, read = F(std::forward<Read>(read))](Completion<R> waiter) mutable {
      AgentRunner& runner = *cell->runner;
      detail::run_on<R>(runner, std::move(waiter),
                        [cell = std::move(cell), read = std::move(read)](Completion<R> done) mutable {
                          done.complete_with([&cell, &read]() -> R { return read(std::as_const(cell->state)); });
                        });
    });
  }

  /// `co_await agent.update([](State& s) { return ++s.total; })`. Waits until the change is saved.
  template <typename Change, typename F = std::decay_t<Change>,
            typename R = std::decay_t<std::invoke_result_t<F&, State&>>>
  Async<R> update(Change&& change) const {
    detail::check_awaited<Change>();
    return changed<R>(
        [change = F(std::forward<Change>(change))](Cell& cell) mutable -> R { return cell.apply(change); });
  }

  /// For a function that makes the new state itself: it is given the state and returns a std::pair of what the caller
  /// gets and the new state. `co_await agent.get_and_update([](const Queue& q) { return std::pair(q.front(), q.rest());
  /// })`. Like update in all else, but it copies no state.
  template <typename Change, typename F = std::decay_t<Change>,
            typename Both = std::decay_t<std::invoke_result_t<F&, const State&>>>
  auto get_and_update(Change&& change) const {
    detail::check_awaited<Change>();
    if constexpr (!detail::is_pair_with<Both, State>) {
      static_assert(detail::is_pair_with<Both, State>,
                    "Roost: get_and_update takes a function that returns a std::pair of what the caller gets and the "
                    "new state");
      return Async<int>(nullptr);
    } else {
      using R = typename Both::first_type;
      return changed<R>([change = F(std::forward<Change>(change))](Cell& cell) mutable -> R {
        Both both = change(std::as_const(cell.state));
        cell.commit(std::move(both.second));
        return std::move(both.first);
      });
    }
  }

  /// Changes the state without waiting for it. Any thread. A throw leaves the state as it was and goes to the log.
  /// False: refused, as WorkRefused says; the state stays as it is.
  template <typename Change>
  bool cast(Change change) const {
    return cell_->runner->post([cell = cell_, change = std::move(change)]() mutable { cell->apply(change); });
  }

 private:
  struct Cell;

  /// Runs `apply(cell)` on the agents' thread; its result is given back when the change is saved.
  template <typename R, typename Apply>
  Async<R> changed(Apply apply) const {
    return Async<R>([cell = cell_, apply = std::move(apply)](Completion<R> waiter) mutable {
      AgentRunner& runner = *cell->runner;
      detail::run_on<R>(
          runner, std::move(waiter), [cell = std::move(cell), apply = std::move(apply)](Completion<R> done) mutable {
            try {
              if constexpr (std::is_void_v<R>) {
                apply(*cell);
                cell->runner->after_save([done = std::move(done)]() mutable { done.complete_with([] {}); });
              } else {
                R result = apply(*cell);
                cell->runner->after_save([done = std::move(done), result = std::move(result)]() mutable {
                  done.complete_with([&result]() -> R { return std::move(result); });
                });
              }
            } catch (...) {
              done.fail(std::current_exception());
            }
          });
    });
  }

  struct Cell : std::enable_shared_from_this<Cell> {
    Cell(std::shared_ptr<AgentRunner> r, std::string n, State s, bool p)
        : runner(std::move(r)), name(std::move(n)), persistent(p), state(std::move(s)) {}

    // Changes a copy, so that a throw leaves the state as it was.
    template <typename Change>
    std::decay_t<std::invoke_result_t<Change&, State&>> apply(Change& change) {
      State next = state;
      if constexpr (std::is_void_v<std::invoke_result_t<Change&, State&>>) {
        change(next);
        commit(std::move(next));
      } else {
        std::decay_t<std::invoke_result_t<Change&, State&>> result = change(next);
        commit(std::move(next));
        return result;
      }
    }
    void commit(State next) {
      state = std::move(next);
      if constexpr (JsonType<State>)
        if (persistent)  // the batch may outlive every handle: it holds the cell
          runner->save(name, [cell = this->shared_from_this()] { return json_text(to_json(cell->state)); });
    }

    const std::shared_ptr<AgentRunner> runner;
    const std::string name;
    const bool persistent;
    State state;  // agents' thread only, once the agent is made
  };

  std::shared_ptr<Cell> cell_;
};

}  // namespace roost
