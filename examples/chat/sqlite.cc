#include "chat/sqlite.h"

#include <stdexcept>

namespace chat {
namespace {

constexpr int kBusyTimeoutMs = 5000;  // a checkpoint of a big log may take seconds on a slow disk

void check(sqlite3* db, int code) {
  if (code != SQLITE_OK) throw std::runtime_error(std::string("database: ") + sqlite3_errmsg(db));
}

}  // namespace

Statement::Statement(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  check(db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  handle_.reset(statement);
}

Query::~Query() {
  sqlite3_reset(handle_);  // repeats the error of the last step, which was thrown there
  sqlite3_clear_bindings(handle_);
}

bool Query::next() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE)
    throw std::runtime_error(std::string("database: ") + sqlite3_errmsg(sqlite3_db_handle(handle_)));
  return false;
}

std::string Query::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))) : std::string();
}

void Query::bind(int at, std::string_view text) {
  check(sqlite3_db_handle(handle_),
        sqlite3_bind_text64(handle_, at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}
void Query::bind(int at, std::int64_t number) {
  check(sqlite3_db_handle(handle_), sqlite3_bind_int64(handle_, at, number));
}
void Query::bind(int at, double number) {
  check(sqlite3_db_handle(handle_), sqlite3_bind_double(handle_, at, number));
}

Database::Database(const std::string& path) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  handle_.reset(db);  // SQLite gives a handle for the message even when it fails
  if (code != SQLITE_OK) throw std::runtime_error("open " + path + ": " + sqlite3_errmsg(db));
  check(db, sqlite3_busy_timeout(db, kBusyTimeoutMs));
}

void Database::execute(const char* sql) {
  check(handle_.get(), sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr));
}

}  // namespace chat
