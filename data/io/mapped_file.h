#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "data/status.h"

namespace temblor {

/// A whole file mapped read-only; unmapped when the last owner lets go.
class MappedFile {
public:
    static Result<std::shared_ptr<const MappedFile>> open(const std::string& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

private:
    explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
    std::span<const std::byte> bytes_;
};

/// Zeroed memory on huge pages where the system grants them. Null when there is not enough.
std::shared_ptr<std::byte> allocate_huge_pages(size_t bytes);

}  // namespace temblor
