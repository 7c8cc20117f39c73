#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "data/status.h"
#include "index/payload/key_path.h"
#include "index/payload/payload_type.h"

namespace temblor {

/// Builds the index of one key (payload_index.h), row by row. Memory: the distinct keywords, and 8
/// to 16 bytes for each value. Equal rows give equal bytes. Not thread-safe.
class PayloadIndexBuilder {
public:
    PayloadIndexBuilder(KeyPath key, PayloadType type);
    ~PayloadIndexBuilder();
    PayloadIndexBuilder(PayloadIndexBuilder&&) noexcept;
    PayloadIndexBuilder& operator=(PayloadIndexBuilder&&) noexcept;

    /// Rows ascend; those left out count as {}.
    void add(uint32_t row, simdjson::dom::element payload);
    /// Errors: kCorruption when `payload` is not an object; empty text means {}.
    Status add(uint32_t row, std::string_view payload);

    /// The index of rows [0, rows), which is past all that were added. The builder is spent.
    std::vector<std::byte> finish(uint64_t rows);
    /// The same up to the last row that was added.
    std::vector<std::byte> finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor
