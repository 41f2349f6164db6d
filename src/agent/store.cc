#include "agent/store.h"

#ifdef ROOST_SQLITE

#include <cstdint>
#include <utility>

#include <sqlite3.h>

namespace roost::agent {
namespace {

constexpr int kBusyMs = 5'000;  // a backup that reads the file holds it for moments

constexpr int kRowOverhead = 1 << 20;  // SQLite's limit is on the row, with the name

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// A prepared statement in use; ready for the next use when it goes.
class Use {
 public:
  explicit Use(const Statement& statement) : statement_(statement.get()) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  /// `text` must live until this goes.
  bool bind(int index, const std::string& text) {
    return sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK;
  }
  int step() { return sqlite3_step(statement_); }
  std::string text(int column) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : "";
  }

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

class Store::Impl {
 public:
  explicit Impl(std::string path) : path_(std::move(path)) {}

  std::expected<void, Error> open() {
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(path_.c_str(), &database,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(database);
    if (code != SQLITE_OK) return failed();
    if (sqlite3_db_readonly(database, "main") == 1) return failed("is read-only");
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, static_cast<int>(kStateBytesMax) + kRowOverhead);
    sqlite3_busy_timeout(database, kBusyMs);
    for (const char* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL",
                            "CREATE TABLE IF NOT EXISTS roost_agents"
                            "(name TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID"})
      if (!run(sql)) return failed();
    return prepare();
  }

  std::expected<std::optional<std::string>, Error> load(const std::string& name) {
    Use use(load_);
    if (!use.bind(1, name)) return std::unexpected(failed().error());
    switch (use.step()) {
      case SQLITE_ROW:
        return use.text(0);
      case SQLITE_DONE:
        return std::nullopt;
      default:
        return std::unexpected(failed().error());
    }
  }

  std::expected<void, Error> save(std::span<const Entry> entries) {
    if (entries.empty()) return {};
    if (!run("BEGIN IMMEDIATE")) return failed();
    for (const Entry& entry : entries)
      if (auto saved = save(entry); !saved) return roll_back(std::move(saved));
    if (!run("COMMIT")) return roll_back(failed());
    return {};
  }

 private:
  std::expected<void, Error> prepare() {
    const std::pair<const char*, Statement&> statements[] = {
        {"SELECT state FROM roost_agents WHERE name = ?1", load_},
        {"INSERT INTO roost_agents(name, version, state) VALUES (?1, 1, ?2) "
         "ON CONFLICT(name) DO UPDATE SET version = version + 1, state = excluded.state",
         save_}};
    for (const auto& [sql, statement] : statements) {
      sqlite3_stmt* prepared = nullptr;
      const int code = sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
      statement.reset(prepared);
      if (code != SQLITE_OK) return failed();
    }
    return {};
  }

  std::expected<void, Error> save(const Entry& entry) {
    Use use(save_);
    if (!use.bind(1, entry.name) || !use.bind(2, entry.state) || use.step() != SQLITE_DONE) return failed();
    return {};
  }

  std::expected<void, Error> roll_back(std::expected<void, Error> because) {
    if (sqlite3_get_autocommit(database_.get()) == 0) run("ROLLBACK");  // some failures have rolled back already
    return because;
  }

  bool run(const char* sql) { return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

  std::expected<void, Error> failed(const char* why = nullptr) const {
    if (!why) why = database_ ? sqlite3_errmsg(database_.get()) : "out of memory";
    return std::unexpected(Error{"agents' store " + path_ + ": " + why});
  }

  std::string path_;
  Database database_;  // before the statements: closed after them
  Statement load_;
  Statement save_;
};

std::expected<std::unique_ptr<Store>, Error> Store::open(const std::string& path) {
  auto impl = std::make_unique<Impl>(path);
  if (auto opened = impl->open(); !opened) return std::unexpected(opened.error());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

std::expected<std::optional<std::string>, Error> Store::load(const std::string& name) {
  return impl_->load(name);
}
std::expected<void, Error> Store::save(std::span<const Entry> entries) {
  return impl_->save(entries);
}

}  // namespace roost::agent

#endif  // ROOST_SQLITE
