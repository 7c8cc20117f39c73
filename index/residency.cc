#include "index/residency.h"

#include <cstring>

#include "data/io/mapped_file.h"

namespace temblor {

Result<ResidentBytes> open_resident(const std::string& path, Residency residency) {
    TEMBLOR_ASSIGN_OR_RETURN(auto file, MappedFile::open(path));
    const auto bytes = file->bytes();
    if (residency == Residency::kMapped) return ResidentBytes{std::move(file), bytes};
    std::shared_ptr<std::byte> memory = allocate_huge_pages(bytes.size());
    if (memory == nullptr) {
        return Status::resource_exhausted(path + ": no memory for " + std::to_string(bytes.size()) +
                                          " bytes");
    }
    std::memcpy(memory.get(), bytes.data(), bytes.size());
    const std::span<const std::byte> copy(memory.get(), bytes.size());
    return ResidentBytes{std::move(memory), copy};
}

}  // namespace temblor
