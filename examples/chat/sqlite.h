#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace chat {

/// A prepared statement, used again and again. Not thread-safe. Every failure throws std::runtime_error with SQLite's
/// words.
///
///     Query rows(insert_, room, body);          // binds ?1, ?2, …
///     while (rows.next()) rows.text(0);
class Statement {
 public:
  Statement(sqlite3* db, const char* sql);

 private:
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// One run of a statement; resets it at its end. The bound texts are copied.
class Query {
 public:
  template <typename... Values>
  explicit Query(Statement& statement, const Values&... values) : handle_(statement.handle_.get()) {
    int at = 0;
    (bind(++at, values), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Steps to the next row; false: there is none.
  bool next();
  /// For statements without rows.
  void run() { next(); }

  std::string text(int column) const;
  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  double real(int column) const { return sqlite3_column_double(handle_, column); }

 private:
  void bind(int at, std::string_view text);
  void bind(int at, std::int64_t number);
  void bind(int at, double number);

  sqlite3_stmt* handle_;
};

/// An open database file. Closes it at the end; statements end before.
class Database {
 public:
  /// Creates the file if there is none. Waits up to five seconds when another connection writes.
  explicit Database(const std::string& path);

  /// Runs statements that have no parameters and no rows.
  void execute(const char* sql);
  Statement prepare(const char* sql) { return Statement(handle_.get(), sql); }
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  int changes() const { return sqlite3_changes(handle_.get()); }
  std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace chat
