#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include "data/status.h"

namespace temblor {

/// How far a database is known to be on disk: the number of the last change that was flushed, in
/// the file MARK of its folder. RocksDB takes a list of files (MANIFEST) that has lost its end for
/// one whose last record a power cut tore, and goes back to what was before; this tells the two
/// apart. A mark that is missing or damaged says nothing. Thread-safe.
class DatabaseMark : public rocksdb::EventListener {
public:
    /// `env` must outlive it.
    DatabaseMark(std::string folder, rocksdb::Env* env);

    /// kCorruption when the database, whose last change is number `last`, was further once.
    [[nodiscard]] Status check(uint64_t last) const;
    /// All changes up to `last` are on disk. Where that cannot be written down the old mark stays.
    void raise(uint64_t last);
    void OnFlushCompleted(rocksdb::DB* database, const rocksdb::FlushJobInfo& flushed) override;

    /// For a database that may go back.
    static Status remove(const std::string& folder, rocksdb::Env* env);

private:
    [[nodiscard]] uint64_t stored() const;

    const std::string folder_;
    rocksdb::Env* const env_;
    std::mutex mutex_;
};

}  // namespace temblor
