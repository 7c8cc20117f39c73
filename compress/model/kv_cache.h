#pragma once

#include <cstdint>
#include <memory>

#include "data/status.h"

namespace temblor {

class KvStore;

/// The keys and values of the rows that a reader has read: what a prompt costs once it is read.
/// Its owner is the caller, its memory that of the reader's device, which must be the reader that
/// made it. It grows in chunks of rows. Not thread-safe; a cache is in one call at a time.
class KvCache {
public:
    explicit KvCache(std::unique_ptr<KvStore> store);
    KvCache(KvCache&&) noexcept;
    KvCache& operator=(KvCache&&) noexcept;
    ~KvCache();

    /// Rows read.
    [[nodiscard]] int64_t length() const;
    /// One more than the highest position read: where reading goes on unless told otherwise.
    [[nodiscard]] int64_t next_position() const;
    /// Of device memory held.
    [[nodiscard]] int64_t bytes() const;
    /// Forgets all rows from `rows` on, which is at most length(); memory is kept.
    void truncate(int64_t rows);

    /// What holds the tensors (compress/model/torch/kv_store.h).
    [[nodiscard]] KvStore& store() { return *store_; }
    [[nodiscard]] const KvStore& store() const { return *store_; }

private:
    std::unique_ptr<KvStore> store_;
};

}  // namespace temblor
