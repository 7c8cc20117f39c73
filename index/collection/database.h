#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.h"

namespace rocksdb {
class Env;
class Snapshot;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace temblor {

/// The tables of a collection's database; each is a column family.
enum class Table : uint8_t {
    kMeta,     ///< "schema", "manifest", "last_ordinal", "bulk/..."
    kIds,      ///< encoded id -> ordinal of the point that holds it
    kPoints,   ///< ordinal -> id and payload
    kVectors,  ///< ordinal -> vectors
    kDead,     ///< ordinals of deleted points that a segment still holds -> nothing
};
inline constexpr size_t kTables = 5;

/// Changes that become durable together or not at all.
class DatabaseBatch {
public:
    DatabaseBatch();
    ~DatabaseBatch();
    DatabaseBatch(DatabaseBatch&&) noexcept;
    DatabaseBatch& operator=(DatabaseBatch&&) noexcept;

    void put(Table table, std::string_view key, std::string_view value);
    void erase(Table table, std::string_view key);
    [[nodiscard]] uint64_t bytes() const;
    [[nodiscard]] bool empty() const;

private:
    friend class Database;
    struct Change {
        Table table;
        bool erase;
        std::string key;
        std::string value;
    };
    std::vector<Change> changes_;
    uint64_t bytes_ = 0;
};

class Database;

/// The database as it was at one moment. Any number of threads. Keeps the database open.
class DatabaseView {
public:
    ~DatabaseView();
    DatabaseView(const DatabaseView&) = delete;
    DatabaseView& operator=(const DatabaseView&) = delete;

    /// Nothing when the key is not there. Errors: kCorruption, kIoError.
    [[nodiscard]] Result<std::optional<std::string>> get(Table table, std::string_view key) const;
    /// Many keys at once, answers in the order of `keys`.
    [[nodiscard]] Result<std::vector<std::optional<std::string>>> get_many(
        Table table, const std::vector<std::string>& keys) const;
    /// Calls visit(key, value) in key order from `begin` on (included) until it answers false or an
    /// error, or `end` is reached (excluded; empty: the table's end).
    using Visit = std::function<Result<bool>(std::string_view key, std::string_view value)>;
    [[nodiscard]] Status scan(Table table, std::string_view begin, std::string_view end,
                              const Visit& visit) const;
    [[nodiscard]] const Database& database() const { return *database_; }

private:
    friend class Database;
    DatabaseView(std::shared_ptr<Database> database, const rocksdb::Snapshot* snapshot);

    std::shared_ptr<Database> database_;
    const rocksdb::Snapshot* snapshot_;
};

struct DatabaseOptions {
    rocksdb::Env* env = nullptr;  ///< null: the real files; must outlive the database
    uint64_t cache_bytes = uint64_t{64} << 20;
    uint64_t write_buffer_bytes = uint64_t{16} << 20;  ///< a table's memory before it goes to disk
};

/// RocksDB as this project uses it: every write is synced before it returns (group commit is
/// RocksDB's and write_queue.h's), the log must be whole but for a torn tail, everything read is
/// checked. Thread-safe.
class Database : public std::enable_shared_from_this<Database> {
public:
    /// Opens or makes the database in `folder`. Errors: kCorruption (the log is damaged before its
    /// end, a file is missing, less is there than was once on disk), kIoError, kResourceExhausted
    /// (disk full).
    static Result<std::shared_ptr<Database>> open(const std::string& folder,
                                                  const DatabaseOptions& options);
    /// The same without taking writes, which needs no room on the disk.
    static Result<std::shared_ptr<Database>> open_read_only(const std::string& folder,
                                                            const DatabaseOptions& options);
    /// What salvage_database() made: compact() must be called before anything else.
    static Result<std::shared_ptr<Database>> open_repaired(const std::string& folder,
                                                           const DatabaseOptions& options);
    ~Database();

    /// Ok only when the batch is on disk. After an error nothing of it is visible, and no other
    /// write must be tried: what is on disk is known again only when the database is opened anew,
    /// and may then hold the batch.
    Status write(const DatabaseBatch& batch);
    [[nodiscard]] std::shared_ptr<const DatabaseView> view();
    /// Writes all tables' memory to disk, so that reopening replays no log.
    Status flush();
    /// Writes every table anew, each key once.
    Status compact();
    /// A copy of the database in `folder`, which must not exist; files are linked where possible.
    Status checkpoint(const std::string& folder);
    /// Reads every block of every file. Errors name the file.
    Status verify();
    /// Takes in sorted files made by TableWriter, all in one atomic step; of two files of one table
    /// the later counts. Files are moved. After an error as after one of write().
    struct Ingest {
        Table table;  ///< each once
        std::vector<std::string> files;
    };
    Status ingest(const std::vector<Ingest>& files);

    struct Memory {
        uint64_t tables = 0;  ///< not yet on disk
        uint64_t cache = 0;
        uint64_t readers = 0;  ///< index and filter blocks outside the cache
    };
    [[nodiscard]] Memory memory() const;
    [[nodiscard]] uint64_t disk_bytes() const;

private:
    friend class DatabaseView;
    friend class TableWriter;
    Database();
    enum class Mode : uint8_t { kNormal, kReadOnly, kRepaired };
    static Result<std::shared_ptr<Database>> open(const std::string& folder,
                                                  const DatabaseOptions& options, Mode mode);
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Writes one sorted file for Database::ingest. Keys ascend strictly.
class TableWriter {
public:
    static Result<std::unique_ptr<TableWriter>> create(const std::string& file,
                                                       const DatabaseOptions& options);
    ~TableWriter();
    Status put(std::string_view key, std::string_view value);
    Status erase(std::string_view key);
    /// Syncs the file. An empty file cannot be ingested: entries() tells.
    Status finish();
    [[nodiscard]] uint64_t entries() const { return entries_; }

private:
    TableWriter();
    struct Impl;
    std::unique_ptr<Impl> impl_;
    uint64_t entries_ = 0;
};

/// The project's status for RocksDB's, with the same message.
Status from_rocksdb(const rocksdb::Status& status);

/// Salvages what can be read of a database that does not open: RocksDB's repair. What it leaves out
/// is lost, which is why nothing but `temblor repair --force` calls it.
Status salvage_database(const std::string& folder);

}  // namespace temblor
